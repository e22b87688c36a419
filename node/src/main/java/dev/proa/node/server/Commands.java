package dev.proa.node.server;

import dev.proa.api.status.StatusException;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.StreamOptions;
import dev.proa.node.cri.StreamSession;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers exec and attach: connects a client's streams with those of a command in a container. */
final class Commands {
    private static final Logger LOG = LoggerFactory.getLogger(Commands.class);
    private static final int CHUNK = 32 << 10;

    private final NodePods pods;
    private final ContainerRuntime runtime;

    Commands(NodePods pods, ContainerRuntime runtime) {
        this.pods = pods;
        this.runtime = runtime;
    }

    /** Runs a command in a container. Blocks until it has ended. */
    void exec(KubeletCall call, String namespace, String pod, String container) throws IOException {
        StreamOptions options = options(call);
        List<String> command = call.query().getAll("command");
        if (command.isEmpty()) {
            throw StatusException.badRequest("you must specify at least 1 command for the container");
        }
        String id = PodContainer.of(pods, namespace, pod, container).running().id();
        serve(call, options, () -> runtime.exec(id, command, options));
    }

    /** Connects to the main process of a container. Blocks until it has ended, or the client is gone. */
    void attach(KubeletCall call, String namespace, String pod, String container) throws IOException {
        StreamOptions options = options(call);
        String id = PodContainer.of(pods, namespace, pod, container).running().id();
        serve(call, options, () -> runtime.attach(id, options));
    }

    private static StreamOptions options(KubeletCall call) {
        boolean tty = call.flag("tty");
        boolean stdin = call.flag("input") || call.flag("stdin");
        boolean stdout = call.flag("output") || call.flag("stdout");
        boolean stderr = (call.flag("error") || call.flag("stderr")) && !tty;
        if (!stdin && !stdout && !stderr) {
            throw StatusException.badRequest("you must specify at least 1 of stdin, stdout, stderr");
        }
        return new StreamOptions(stdin, stdout, stderr, tty);
    }

    private interface Start {
        StreamSession session();
    }

    private static void serve(KubeletCall call, StreamOptions options, Start start) throws IOException {
        CommandClient client;
        if (call.wantsWebSocket()) {
            client = new WebSocketCommandClient(call.webSocket(WebSocketCommandClient.PROTOCOLS), options);
        } else if (call.wantsSpdy()) {
            client = new SpdyCommandClient(call.spdy(SpdyCommandClient.PROTOCOLS), options);
        } else {
            throw StatusException.badRequest("unable to upgrade: missing upgrade headers in request");
        }
        try (client) {
            StreamSession session;
            try {
                session = start.session();
            } catch (RuntimeFailure failure) {
                client.finish(new CommandStatus.Failed(String.valueOf(failure.getMessage())));
                return;
            }
            connect(session, client, options);
        }
    }

    private static void connect(StreamSession session, CommandClient client, StreamOptions options) throws IOException {
        AtomicBoolean left = new AtomicBoolean();
        try (session) {
            Thread.ofVirtual().name("stdin").start(() -> {
                try {
                    client.serveInput(session);
                } catch (IOException e) {
                    LOG.debug("a client's input ended", e);
                }
                left.set(true);
                session.close(); // the client is gone: nobody needs the rest
            });
            Copy errors = new Copy(options.stderr() ? session.stderr() : null, client.stderr(), session);
            Thread stderr = Thread.ofVirtual().name("stderr").start(errors);
            Copy outputs = new Copy(options.stdout() ? session.stdout() : null, client.stdout(), session);
            outputs.run();
            stderr.join();
            int code = session.waitFor();
            if (!left.get()) {
                client.finish(new CommandStatus.Exited(code));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Copies a stream of a command to its client. */
    private record Copy(@Nullable InputStream from, OutputStream to, StreamSession session) implements Runnable {
        @Override
        public void run() {
            if (from == null) {
                return;
            }
            byte[] chunk = new byte[CHUNK];
            try {
                int read = from.read(chunk);
                while (read >= 0) {
                    to.write(chunk, 0, read);
                    read = from.read(chunk);
                }
            } catch (IOException e) {
                LOG.debug("a command's output ended", e);
                session.close();
            }
        }
    }
}
