package dev.proa.node.server;

import dev.proa.api.status.StatusException;
import dev.proa.node.cri.ByteStream;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.kubelet.Kubelet.PodOnNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code /portForward/{namespace}/{pod}}: each connection is a pair of SPDY streams, for data and for errors,
 * that have the same {@code requestID}. The SPDY connection is the upgraded HTTP connection itself, or (KEP-4006) it
 * runs inside the messages of a WebSocket. A WebSocket without SPDY is served by {@link ChannelForwards}.
 */
final class PortForwards {
    /** Subprotocol of the WebSocket that {@code kubectl} opens. */
    static final String TUNNEL = "SPDY/3.1+portforward.k8s.io";

    private static final Logger LOG = LoggerFactory.getLogger(PortForwards.class);
    private static final int CHUNK = 32 << 10;

    private final NodePods pods;
    private final ContainerRuntime runtime;

    PortForwards(NodePods pods, ContainerRuntime runtime) {
        this.pods = pods;
        this.runtime = runtime;
    }

    /** Blocks until the client is gone. */
    void serve(KubeletCall call, String namespace, String pod) throws IOException {
        PodOnNode found = PodContainer.pod(pods, namespace, pod);
        PodSandboxStatus sandbox = found.sandbox();
        if (sandbox == null || !sandbox.ready()) {
            throw StatusException.badRequest("unable to forward port because pod is not running. Current status="
                    + found.pod().status().phase());
        }
        ByteTransport transport;
        if (call.wantsWebSocket()) {
            boolean tunnel = call.offers(TUNNEL);
            List<Integer> ports =
                    tunnel ? List.of() : ChannelForwards.ports(call.query().getAll("port"));
            ChannelSocket socket = call.webSocket(tunnel ? List.of(TUNNEL) : ChannelForwards.PROTOCOLS);
            if (!tunnel) {
                try (socket) {
                    new ChannelForwards(
                                    socket,
                                    runtime,
                                    sandbox.id(),
                                    pod,
                                    found.pod().uid())
                            .run(ports);
                }
                return;
            }
            transport = ByteTransport.of(socket);
        } else if (call.wantsSpdy()) {
            transport = call.spdy(List.of("portforward.k8s.io"));
        } else {
            throw StatusException.badRequest("unable to upgrade: missing upgrade headers in request");
        }
        Pairs pairs = new Pairs(sandbox.id(), pod, found.pod().uid());
        try (SpdyConnection connection = new SpdyConnection(transport, pairs::opened)) {
            connection.run();
        }
    }

    /** The streams of one client that wait for their counterparts. Used by its connection's thread. */
    private final class Pairs {
        private final String sandbox;
        private final String pod;
        private final String uid;
        private final Map<String, SpdyStream> single = new HashMap<>();

        Pairs(String sandbox, String pod, String uid) {
            this.sandbox = sandbox;
            this.pod = pod;
            this.uid = uid;
        }

        boolean opened(SpdyStream stream) {
            boolean data = stream.header("streamtype").equals("data");
            if (!data && !stream.header("streamtype").equals("error") || port(stream) < 0) {
                return false;
            }
            String request = request(stream, data);
            SpdyStream other = single.remove(request);
            if (other == null) {
                single.put(request, stream);
                return true;
            }
            boolean otherData = other.header("streamtype").equals("data");
            if (otherData == data) {
                single.put(request, other);
                return false;
            }
            Thread.ofVirtual().name("port-forward").start(() -> forward(data ? stream : other, data ? other : stream));
            return true;
        }

        private void forward(SpdyStream data, SpdyStream errors) {
            int port = port(data);
            try {
                try (ByteStream connection = runtime.portForward(sandbox, port)) {
                    connect(connection, data);
                } catch (RuntimeFailure | IOException failure) {
                    errors.output().write(message(port, pod, uid, failure));
                }
                data.close();
                errors.close();
            } catch (IOException gone) {
                LOG.debug("a client of port {} of pod {} is gone", port, pod, gone);
            }
        }
    }

    /** What a client is told of a connection that failed. */
    static byte[] message(int port, String pod, String uid, Exception failure) {
        return ("error forwarding port " + port + " to pod " + pod + ", uid " + uid + ": " + failure.getMessage())
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Copies bytes both ways until the pod closes the connection, or the client does, which is not an error. */
    private static void connect(ByteStream connection, SpdyStream data) throws IOException {
        Thread.ofVirtual().name("port-forward-in").start(() -> {
            try (OutputStream out = connection.output()) {
                data.copyTo(out);
            } catch (IOException e) {
                LOG.debug("a forwarded connection takes no more", e);
                data.discard();
            }
        });
        OutputStream out = data.output();
        InputStream in = connection.input();
        byte[] chunk = new byte[CHUNK];
        int read = in.read(chunk);
        while (read >= 0) {
            try {
                out.write(chunk, 0, read);
            } catch (IOException gone) {
                LOG.debug("a client wants no more of a forwarded connection", gone);
                return;
            }
            read = in.read(chunk);
        }
    }

    /** -1 when it is none. */
    private static int port(SpdyStream stream) {
        try {
            int port = Integer.parseInt(stream.header("port"));
            return port > 0 && port < 65536 ? port : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Old clients give no id; they open the data stream right after the error stream. */
    private static String request(SpdyStream stream, boolean data) {
        String id = stream.header("requestid");
        return id.isEmpty() ? "stream " + (data ? stream.id() - 2 : stream.id()) : id;
    }
}
