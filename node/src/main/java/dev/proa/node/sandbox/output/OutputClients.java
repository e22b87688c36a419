package dev.proa.node.sandbox.output;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The clients that are attached to a container's output, or to one command's. Thread-safe. */
public final class OutputClients {
    /**
     * What one client reads.
     *
     * @param patient whether the writer waits when it does not read
     */
    public record Client(ChunkStream stdout, ChunkStream stderr, boolean patient) {}

    private final List<Client> clients = new CopyOnWriteArrayList<>();
    private boolean stdoutEnded;
    private boolean stderrEnded;

    /**
     * Adds a client that sees what is written from now on; a stream it does not want is at its end.
     *
     * @param patient whether {@link #holdUp} makes the writer wait for it, so that it loses nothing however slow it is
     */
    public synchronized Client add(boolean wantsStdout, boolean wantsStderr, boolean patient) {
        Client client = new Client(new ChunkStream(), new ChunkStream(), patient);
        if (stdoutEnded || !wantsStdout) {
            client.stdout().end();
        }
        if (stderrEnded || !wantsStderr) {
            client.stderr().end();
        }
        clients.add(client);
        return client;
    }

    public void remove(Client client) {
        clients.remove(client);
        client.stdout().close();
        client.stderr().close();
    }

    /** Passes all clients one shared copy of the output. */
    public void write(boolean toStderr, byte[] bytes, int length) {
        if (clients.isEmpty()) {
            return;
        }
        byte[] chunk = Arrays.copyOf(bytes, length);
        for (Client client : clients) {
            (toStderr ? client.stderr() : client.stdout()).offer(chunk);
        }
    }

    /** Has the writer wait when a patient client has much to read; see {@link ChunkStream#holdUp}. */
    public void holdUp(boolean ofStderr, Runnable pause, Runnable resume) {
        for (Client client : clients) {
            if (client.patient()) {
                (ofStderr ? client.stderr() : client.stdout()).holdUp(pause, resume);
            }
        }
    }

    public synchronized void end(boolean ofStderr) {
        if (ofStderr) {
            stderrEnded = true;
        } else {
            stdoutEnded = true;
        }
        for (Client client : clients) {
            (ofStderr ? client.stderr() : client.stdout()).end();
        }
    }
}
