package dev.proa.node.server;

import dev.proa.node.cri.StreamOptions;
import dev.proa.node.cri.StreamSession;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A client of exec or attach that speaks {@code channel.k8s.io} over a WebSocket. */
final class WebSocketCommandClient implements CommandClient {
    /** Best first. Those without a version do not transmit exit codes. */
    static final List<String> PROTOCOLS = List.of(
            "v5.channel.k8s.io",
            "v4.channel.k8s.io",
            "v4.base64.channel.k8s.io",
            "channel.k8s.io",
            "base64.channel.k8s.io");

    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int ERROR = 3;
    private static final int RESIZE = 4;
    private static final byte[] NOTHING = {};

    private final ChannelSocket socket;

    /** Tells the client that it is connected, by an empty message on the first channel that it reads. */
    WebSocketCommandClient(ChannelSocket socket, StreamOptions options) throws IOException {
        this.socket = socket;
        socket.write(options.stdout() ? STDOUT : options.stderr() ? STDERR : ERROR, NOTHING, 0, 0);
    }

    @Override
    public OutputStream stdout() {
        return socket.output(STDOUT);
    }

    @Override
    public OutputStream stderr() {
        return socket.output(STDERR);
    }

    @Override
    public void serveInput(StreamSession session) throws IOException {
        StdinWriter stdin = new StdinWriter(session.stdin());
        ChannelSocket.Message message = socket.read();
        while (message != null) {
            switch (message.channel()) {
                case STDIN -> stdin.write(message.content());
                case RESIZE -> TerminalSize.apply(message.content(), session);
                case ChannelSocket.CLOSE_CHANNEL -> {
                    if (message.content().length == 1 && message.content()[0] == STDIN) {
                        stdin.close();
                    }
                }
                default -> {
                    // Clients write to no other channel; other input is ignored.
                }
            }
            message = socket.read();
        }
    }

    @Override
    public void finish(CommandStatus status) throws IOException {
        boolean json = socket.protocol().startsWith("v");
        byte[] content = json ? status.toJson() : status.text().getBytes(StandardCharsets.UTF_8);
        if (content.length > 0) {
            socket.write(ERROR, content, 0, content.length);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
