package dev.proa.node.cri;

import java.io.InputStream;
import java.io.OutputStream;

/** A connection: bytes both ways. Reads and writes block. Closing it ends both directions. */
public interface ByteStream extends AutoCloseable {
    InputStream input();

    /** Closing this alone tells the other side that no more comes. */
    OutputStream output();

    @Override
    void close();
}
