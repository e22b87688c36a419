package dev.proa.delivery.pipeline.run;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Keeps the last bytes that are written. For one thread. */
final class LastBytes extends OutputStream {
    private final byte[] ring;
    private long count;

    /** @param most how many are kept */
    LastBytes(int most) {
        ring = new byte[most];
    }

    @Override
    public void write(int one) {
        ring[(int) (count++ % ring.length)] = (byte) one;
    }

    /** What is kept, as UTF-8. */
    String text() {
        int length = (int) Math.min(count, ring.length);
        byte[] kept = new byte[length];
        for (int i = 0; i < length; i++) {
            kept[i] = ring[(int) ((count - length + i) % ring.length)];
        }
        return new String(kept, StandardCharsets.UTF_8);
    }
}
