package dev.proa.node.server;

import java.io.IOException;
import java.io.OutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes to a command's standard input as long as the command listens; what comes later is dropped, as a shell's pipe would. */
final class StdinWriter {
    private static final Logger LOG = LoggerFactory.getLogger(StdinWriter.class);

    private final OutputStream stdin;
    private boolean closed;

    StdinWriter(OutputStream stdin) {
        this.stdin = stdin;
    }

    void write(byte[] bytes) {
        if (!closed && bytes.length > 0) {
            try {
                stdin.write(bytes);
                stdin.flush();
            } catch (IOException e) {
                LOG.debug("a command reads no more input", e);
                closed = true;
            }
        }
    }

    void close() {
        if (!closed) {
            closed = true;
            try {
                stdin.close();
            } catch (IOException e) {
                LOG.debug("a command's input could not be closed", e);
            }
        }
    }
}
