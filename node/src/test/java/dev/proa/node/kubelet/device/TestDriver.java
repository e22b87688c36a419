package dev.proa.node.kubelet.device;

import dev.proa.http.grpc.Wire;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * A DRA driver at two sockets: it registers by one, and prepares claims at the other by writing a file of the Container Device Interface that sets
 * the variable {@code CLAIM}. Each claim has one device, {@code vendor.example/test=CLAIM-UID}.
 */
public final class TestDriver implements AutoCloseable {
    private final String name;
    private final Path endpoint;
    private final Path cdi;
    private final Vertx vertx = Vertx.vertx();
    private final List<HttpServer> servers = new ArrayList<>();
    private final Path registration;

    volatile String type = "DRAPlugin";
    volatile List<String> versions = List.of("v1.DRAPlugin", "v1beta1.DRAPlugin");
    /** What it answers for each claim; empty for success. */
    volatile String error = "";

    volatile boolean forgetful;
    final List<String> calls = new CopyOnWriteArrayList<>();
    /** What the kubelet told it: {@code registered}, or an error. */
    public final List<String> told = new CopyOnWriteArrayList<>();

    /** The uids of claims. */
    public final Set<String> prepared = new ConcurrentSkipListSet<>();

    /**
     * Starts it.
     *
     * @param root the kubelet's directory
     * @param cdi where it describes its devices
     */
    public TestDriver(String name, Path root, Path cdi) throws Exception {
        this.name = name;
        this.cdi = cdi;
        endpoint =
                Files.createDirectories(root.resolve("plugins").resolve(name)).resolve("dra.sock");
        registration = Files.createDirectories(root.resolve("plugins_registry")).resolve(name + "-reg.sock");
        Files.deleteIfExists(endpoint);
        Files.deleteIfExists(registration);
        listen(endpoint);
        listen(registration);
    }

    Path endpoint() {
        return endpoint;
    }

    Path registration() {
        return registration;
    }

    /** Listens under a short name first, since a path may be longer than an address. */
    private void listen(Path socket) throws Exception {
        Path link = Files.createTempDirectory("s");
        Path directory = Files.createSymbolicLink(link.resolve("d"), socket.getParent());
        HttpServer server = vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(true))
                .requestHandler(request -> request.body().onSuccess(body -> answer(request, body.getBytes())));
        server.listen(SocketAddress.domainSocketAddress(
                        directory.resolve(socket.getFileName()).toString()))
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        servers.add(server);
        Files.delete(directory);
        Files.delete(link);
    }

    private void answer(HttpServerRequest request, byte[] frame) {
        request.response().putHeader("content-type", "application/grpc");
        try {
            byte[] answer = answer(request.path(), Arrays.copyOfRange(frame, 5, frame.length));
            request.response().putTrailer("grpc-status", "0");
            request.response()
                    .end(Buffer.buffer()
                            .appendByte((byte) 0)
                            .appendInt(answer.length)
                            .appendBytes(answer));
        } catch (IOException e) {
            request.response().putTrailer("grpc-status", "2").putTrailer("grpc-message", e.getMessage());
            request.response().end();
        }
    }

    private byte[] answer(String path, byte[] message) throws IOException {
        String method = path.substring(path.lastIndexOf('/') + 1);
        switch (method) {
            case "GetInfo" -> {
                Wire.Writer info = new Wire.Writer()
                        .text(1, type)
                        .text(2, name)
                        .text(3, "/var/lib/kubelet/plugins/" + name + "/dra.sock");
                versions.forEach(version -> info.text(4, version));
                return info.toBytes();
            }
            case "NotifyRegistrationStatus" -> {
                String[] error = {"registered"};
                Wire.read(message, 0, (field, value) -> error[0] = text(value));
                told.add(error[0]);
                return new byte[0];
            }
            default -> {
                calls.add(path);
                return claims(method.equals("NodePrepareResources"), message);
            }
        }
    }

    private byte[] claims(boolean prepares, byte[] message) throws IOException {
        Wire.Writer response = new Wire.Writer();
        Wire.read(message, 0, (number, claim) -> {
            String[] texts = new String[4];
            Wire.read(claim, 0, (field, value) -> texts[field] = text(value));
            String uid = texts[2];
            if (forgetful) {
                return;
            }
            byte[] result;
            if (!error.isEmpty()) {
                result = new Wire.Writer().text(prepares ? 2 : 1, error).toBytes();
            } else if (prepares) {
                result = new Wire.Writer()
                        .bytes(1, prepare(uid, texts[1] + "/" + texts[3]))
                        .toBytes();
            } else {
                unprepare(uid);
                result = new byte[0];
            }
            response.bytes(1, new Wire.Writer().text(1, uid).bytes(2, result).toBytes());
        });
        return response.toBytes();
    }

    private byte[] prepare(String uid, String claim) throws IOException {
        prepared.add(uid);
        Files.createDirectories(cdi);
        Files.writeString(cdi.resolve(uid + ".json"), """
                {"cdiVersion": "0.6.0", "kind": "vendor.example/test",
                 "devices": [{"name": "%s", "containerEdits": {"env": ["CLAIM=%s"]}}]}
                """.formatted(uid, claim));
        return new Wire.Writer()
                .text(1, "req")
                .text(2, "pool")
                .text(3, "dev")
                .text(4, "vendor.example/test=" + uid)
                .toBytes();
    }

    private void unprepare(String uid) throws IOException {
        prepared.remove(uid);
        Files.deleteIfExists(cdi.resolve(uid + ".json"));
    }

    private static String text(byte[] value) {
        return new String(value, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        Files.deleteIfExists(endpoint);
        Files.deleteIfExists(registration);
    }
}
