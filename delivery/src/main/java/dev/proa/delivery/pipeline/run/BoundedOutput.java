package dev.proa.delivery.pipeline.run;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Fails once more is written than may be. What comes out of a job's container is of any length. */
final class BoundedOutput extends FilterOutputStream {
    /** More was written. */
    static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1;

        TooLarge(String message) {
            super(message);
        }
    }

    private final long most;
    private long left;

    /** @param most bytes */
    BoundedOutput(OutputStream to, long most) {
        super(to);
        this.most = most;
        left = most;
    }

    @Override
    public void write(int one) throws IOException {
        take(1);
        out.write(one);
    }

    @Override
    public void write(byte[] bytes, int start, int length) throws IOException {
        take(length);
        out.write(bytes, start, length);
    }

    private void take(long bytes) throws IOException {
        left -= bytes;
        if (left < 0) {
            throw new TooLarge("it is larger than " + (most >> 20) + " MiB, the most that is taken");
        }
    }
}
