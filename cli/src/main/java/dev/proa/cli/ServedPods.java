package dev.proa.cli;

import dev.proa.client.http.HttpTransport;
import dev.proa.client.http.PodStreams;
import dev.proa.delivery.dev.PodAccess;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gets into pods through the API server. */
record ServedPods(PodStreams streams) implements PodAccess {
    ServedPods(HttpTransport transport) {
        this(new PodStreams(transport));
    }

    @Override
    public Result exec(String namespace, String pod, String container, List<String> command, byte[] input)
            throws InterruptedException {
        PodStreams.Result result = streams.exec(namespace, pod, container, command, input);
        return new Result(result.exit(), result.output());
    }

    @Override
    public Connection connect(String namespace, String pod, int port) {
        PodStreams.PortConnection connection = streams.connect(namespace, pod, port);
        return new Connection() {
            @Override
            public byte @Nullable [] read() throws InterruptedException {
                return connection.read();
            }

            @Override
            public void write(byte[] content, int length) {
                connection.write(content, length);
            }

            @Override
            public void close() {
                connection.close();
            }
        };
    }
}
