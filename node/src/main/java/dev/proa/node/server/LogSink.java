package dev.proa.node.server;

import java.io.IOException;

/** Receives a log's bytes. */
@FunctionalInterface
interface LogSink {
    /** Blocks until the bytes have been sent to the reader. Fails when the reader is gone. */
    void write(byte[] bytes, int offset, int length) throws IOException;
}
