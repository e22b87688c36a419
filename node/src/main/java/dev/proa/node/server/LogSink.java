package dev.proa.node.server;

import java.io.IOException;

/** Takes a log's bytes. */
@FunctionalInterface
interface LogSink {
    /** Blocks until the bytes are on their way to the reader. Fails when the reader is gone. */
    void write(byte[] bytes, int offset, int length) throws IOException;
}
