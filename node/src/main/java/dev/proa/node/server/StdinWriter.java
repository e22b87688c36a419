package dev.proa.node.server;

import java.io.IOException;
import java.io.OutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes to a command's standard input until the command closes it; later input is dropped, as in a shell's pipe. */
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
