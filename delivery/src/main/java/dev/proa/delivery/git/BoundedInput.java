package dev.proa.delivery.git;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.jgit.errors.PackProtocolException;

/** Fails once more was read than a request may have, also where it grew when it was unpacked. */
final class BoundedInput extends FilterInputStream {
    private final long most;
    private long left;

    /** @param most bytes */
    BoundedInput(InputStream from, long most) {
        super(from);
        this.most = most;
        left = most;
    }

    @Override
    public int read() throws IOException {
        int one = in.read();
        take(one < 0 ? 0 : 1);
        return one;
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
        int count = in.read(bytes, start, length);
        take(Math.max(0, count));
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = in.skip(count);
        take(skipped);
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void take(long count) throws PackProtocolException {
        left -= count;
        if (left < 0) {
            throw new PackProtocolException(
                    "the request is larger than " + (most >> 20) + " MiB; fetch less at a time, or clone anew");
        }
    }
}
