package dev.proa.node.server;

import dev.proa.http.Blocking;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.cri.RuntimeFailure;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** Answers {@code GET /containerLogs/{namespace}/{pod}/{container}}, over a WebSocket too. */
final class ContainerLogs {
    /** Subprotocols of a client that reads a plain stream. */
    private static final List<String> PROTOCOLS = List.of("binary.k8s.io", "base64.binary.k8s.io");

    private final NodePods pods;
    private final ContainerRuntime runtime;

    ContainerLogs(NodePods pods, ContainerRuntime runtime) {
        this.pods = pods;
        this.runtime = runtime;
    }

    /** Blocks until the log was sent, and while it is followed. */
    void serve(KubeletCall call, String namespace, String pod, String container) throws IOException {
        LogOptions options = LogOptions.of(call.query(), pod, Instant.now());
        ContainerStatus status =
                PodContainer.of(pods, namespace, pod, container).logged(options.previous());
        if (call.wantsWebSocket()) {
            ChannelSocket socket = call.webSocket(PROTOCOLS);
            try {
                read(status, options, socket::writeMessage);
            } finally {
                socket.close();
            }
            return;
        }
        HttpServerResponse response = call.response();
        response.putHeader(HttpHeaders.CONTENT_TYPE, "text/plain").setChunked(true);
        Blocking.awaitPeer(response.writeHead());
        read(
                status,
                options,
                (bytes, offset, length) ->
                        Blocking.awaitPeer(response.write(Buffer.buffer(length).appendBytes(bytes, offset, length))));
        Blocking.awaitPeer(response.end());
    }

    private void read(ContainerStatus status, LogOptions options, LogSink sink) throws IOException {
        new LogReader(status.logPath(), options, () -> ended(status), sink).run();
    }

    private boolean ended(ContainerStatus status) {
        if (status.state() instanceof State.Exited) {
            return true;
        }
        try {
            return runtime.containerStatus(status.id()).state() instanceof State.Exited;
        } catch (RuntimeFailure gone) {
            return true; // removed
        }
    }
}
