package dev.proa.node.simulated;

import dev.proa.node.cri.StreamSession;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** The streams of a command that has already ended, or of a container that writes nothing until it ends. */
final class SimulatedSession implements StreamSession {
    /** Where the exit code comes from. */
    interface Exit {
        int await() throws InterruptedException;
    }

    private final InputStream output;
    private final Exit exit;

    private SimulatedSession(InputStream output, Exit exit) {
        this.output = output;
        this.exit = exit;
    }

    static SimulatedSession ended(String output, int exitCode) {
        return new SimulatedSession(new ByteArrayInputStream(output.getBytes(StandardCharsets.UTF_8)), () -> exitCode);
    }

    static SimulatedSession attached(SimulatedContainer container) {
        return new SimulatedSession(new UntilExit(container), container::awaitExit);
    }

    @Override
    public OutputStream stdin() {
        return OutputStream.nullOutputStream();
    }

    @Override
    public InputStream stdout() {
        return output;
    }

    @Override
    public InputStream stderr() {
        return InputStream.nullInputStream();
    }

    @Override
    public void resize(int columns, int rows) {
        // No terminal has a size here.
    }

    @Override
    public int waitFor() throws InterruptedException {
        return exit.await();
    }

    @Override
    public void close() {
        // Nothing is held.
    }

    /** Empty until the container ends, then at end of file. */
    private static final class UntilExit extends InputStream {
        private final SimulatedContainer container;

        UntilExit(SimulatedContainer container) {
            this.container = container;
        }

        @Override
        public int read() throws IOException {
            try {
                container.awaitExit();
                return -1;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }
}
