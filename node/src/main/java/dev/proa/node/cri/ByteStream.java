package dev.proa.node.cri;

import java.io.InputStream;
import java.io.OutputStream;

/** A bidirectional byte stream. Reads and writes block. Closing it ends both directions. */
public interface ByteStream extends AutoCloseable {
    InputStream input();

    /** Closing it alone ends this direction (half-close). */
    OutputStream output();

    @Override
    void close();
}
