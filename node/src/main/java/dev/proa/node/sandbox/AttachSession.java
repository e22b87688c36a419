package dev.proa.node.sandbox;

import dev.proa.node.cri.StreamOptions;
import dev.proa.node.cri.StreamSession;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.sandbox.output.DescriptorOutput;
import dev.proa.node.sandbox.output.OutputClients;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The session of one client attached to a container's first process. */
final class AttachSession implements StreamSession {
    private static final Logger LOG = LoggerFactory.getLogger(AttachSession.class);

    private final Container container;
    private final OutputClients.Client client;
    private final OutputStream stdin;

    /** @param patient whether the container waits when this client does not read */
    AttachSession(Container container, StreamOptions options, boolean patient) {
        this.container = container;
        boolean terminal = container.record().process().terminal();
        client = container.streams().clients().add(options.stdout(), options.stderr() && !terminal, patient);
        DescriptorOutput input = container.streams().input();
        stdin = options.stdin() && input != null ? new Input(container, input) : OutputStream.nullOutputStream();
    }

    /**
     * Other clients may attach later, so closing it closes the container's standard input only with {@code stdinOnce}.
     */
    private static final class Input extends OutputStream {
        private final Container container;
        private final DescriptorOutput input;

        Input(Container container, DescriptorOutput input) {
            this.container = container;
            this.input = input;
        }

        @Override
        public void write(int value) throws IOException {
            input.write(value);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            input.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            if (container.record().config().stdinOnce()) {
                container.streams().closeInput();
            }
        }
    }

    @Override
    public OutputStream stdin() {
        return stdin;
    }

    @Override
    public InputStream stdout() {
        return client.stdout();
    }

    @Override
    public InputStream stderr() {
        return client.stderr();
    }

    @Override
    public void resize(int columns, int rows) {
        try {
            container.streams().resize(columns, rows);
        } catch (ErrnoException e) {
            LOG.debug("the terminal is gone", e);
        }
    }

    @Override
    public int waitFor() throws InterruptedException {
        return container.awaitExit();
    }

    @Override
    public void close() {
        container.streams().clients().remove(client);
        try {
            stdin.close();
        } catch (IOException e) {
            LOG.warn("standard input of container {} stays open", container.id(), e);
        }
    }
}
