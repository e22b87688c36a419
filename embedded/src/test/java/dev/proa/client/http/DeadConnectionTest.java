package dev.proa.client.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.core.v1.Namespace;
import dev.proa.client.Client;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.embedded.ApiServerConfig;
import dev.proa.embedded.EmbeddedApiServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** An HTTP/2 connection over which nothing comes any more, and no packet says so. */
@Execution(ExecutionMode.CONCURRENT) // it waits for timeouts
class DeadConnectionTest {
    @Test
    void requestsAfterATimeoutUseANewConnection() throws Exception {
        ApiServerConfig config = ApiServerConfig.inMemory(Clock.system()).listeningOn("127.0.0.1", 0);
        try (EmbeddedApiServer server = EmbeddedApiServer.start(config);
                Relay relay = new Relay(server.port());
                HttpTransport transport =
                        new HttpTransport(through(relay, server.administrator()), Duration.ofSeconds(5))) {
            Client client = new Client(transport);
            assertThat(client.resource(Namespace.KIND).find("default")).isNotNull();
            assertThat(client.resource(Namespace.KIND).find("default")).isNotNull();
            assertThat(relay.connections).hasSize(1);

            relay.connections.getFirst().silent = true;
            assertThatThrownBy(() -> client.resource(Namespace.KIND).find("default"))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("did not answer within 5 s");
            assertThat(client.resource(Namespace.KIND).find("default")).isNotNull();
            assertThat(relay.connections).hasSize(2);
        }
    }

    private static Connection through(Relay relay, Connection direct) {
        return new Connection(
                URI.create("https://127.0.0.1:" + relay.listening.getLocalPort()),
                direct.authority(),
                direct.insecure(),
                direct.certificate(),
                direct.key(),
                direct.token());
    }

    /** Forwards TCP connections. */
    private static final class Relay implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<Forwarded> connections = new CopyOnWriteArrayList<>();

        Relay(int port) throws IOException {
            Thread.ofVirtual().start(() -> {
                while (!listening.isClosed()) {
                    try {
                        connections.add(
                                new Forwarded(listening.accept(), new Socket(InetAddress.getLoopbackAddress(), port)));
                    } catch (IOException e) {
                        return; // closed
                    }
                }
            });
        }

        @Override
        public void close() throws IOException {
            listening.close();
            for (Forwarded connection : connections) {
                connection.client.close();
                connection.server.close();
            }
        }
    }

    private static final class Forwarded {
        private final Socket client;
        private final Socket server;
        private volatile boolean silent;

        Forwarded(Socket client, Socket server) {
            this.client = client;
            this.server = server;
            Thread.ofVirtual().start(() -> pump(client, server));
            Thread.ofVirtual().start(() -> pump(server, client));
        }

        private void pump(Socket from, Socket to) {
            byte[] buffer = new byte[1 << 14];
            try {
                for (int count = from.getInputStream().read(buffer);
                        count >= 0;
                        count = from.getInputStream().read(buffer)) {
                    if (!silent) {
                        to.getOutputStream().write(buffer, 0, count);
                    }
                }
            } catch (IOException e) {
                return; // closed
            }
        }
    }
}
