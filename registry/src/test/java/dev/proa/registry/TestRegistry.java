package dev.proa.registry;

import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A registry on a free loopback port, over plain HTTP, and a client for it. */
final class TestRegistry implements AutoCloseable {
    static final String HOST = "localhost";

    /** Anybody may do anything. */
    static final RegistryAccess OPEN = new RegistryAccess() {
        @Override
        public Optional<Identity> authenticate(Presented presented) {
            return Optional.of(() -> "anybody");
        }

        @Override
        public boolean may(Identity who, Action action, String host, String repository) {
            return true;
        }
    };

    private final ImageStore store;
    private final RegistryServer server;
    private final Client client;

    TestRegistry(Path directory) {
        this(directory, OPEN, RegistrySettings.of(HOST));
    }

    TestRegistry(Path directory, RegistryAccess access, RegistrySettings settings) {
        store = ImageStore.open(directory);
        server = new RegistryServer(store, access, settings);
        client = new Client("127.0.0.1:" + server.listen("127.0.0.1", 0, null));
    }

    /** By which the names of its repositories begin. */
    String host() {
        return server.host();
    }

    ImageStore store() {
        return store;
    }

    RegistryServer server() {
        return server;
    }

    Client client() {
        return client;
    }

    String authority() {
        return client.authority;
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request);
    }

    HttpRequest.Builder to(String path) {
        return client.to(path);
    }

    HttpResponse<byte[]> send(String method, String path) throws IOException, InterruptedException {
        return client.send(method, path);
    }

    HttpResponse<byte[]> send(String method, String path, byte[] body, String... headers)
            throws IOException, InterruptedException {
        return client.send(method, path, body, headers);
    }

    static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }

    /** Sends requests to a registry that speaks plain HTTP. */
    static final class Client implements AutoCloseable {
        private final HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        private final String authority;

        /** @param authority address and port */
        Client(String authority) {
            this.authority = authority;
        }

        String port() {
            return authority.substring(authority.indexOf(':') + 1);
        }

        /** A request to be completed. */
        HttpRequest.Builder to(String path) {
            return HttpRequest.newBuilder(URI.create("http://" + authority + path))
                    .timeout(Duration.ofSeconds(30));
        }

        HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
            return http.send(request.build(), BodyHandlers.ofByteArray());
        }

        HttpResponse<byte[]> send(String method, String path) throws IOException, InterruptedException {
            return send(method, path, new byte[0]);
        }

        /** @param headers names and values in turn */
        HttpResponse<byte[]> send(String method, String path, byte[] body, String... headers)
                throws IOException, InterruptedException {
            HttpRequest.Builder request = to(path).method(
                            method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
            return send(headers.length == 0 ? request : request.headers(headers));
        }

        @Override
        public void close() {
            http.shutdownNow();
        }
    }

    /** Serves a directory on a port until it is killed, for tests with other programs. */
    public static void main(String[] arguments) throws InterruptedException {
        RegistryServer server =
                new RegistryServer(ImageStore.open(Path.of(arguments[0])), OPEN, RegistrySettings.of(arguments[1]));
        int port = server.listen("127.0.0.1", Integer.parseInt(arguments[2]), null);
        System.out.println(port);
        Thread.currentThread().join();
    }
}
