package dev.proa.registry;

import static dev.proa.registry.Pushes.bytes;
import static dev.proa.registry.Pushes.error;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Manifest;
import dev.proa.image.MediaTypes;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that no honest client sends. */
@Tag("hostile")
class HostileRegistryTest {
    private static final String DIGEST = Digest.of(new byte[] {1}).toString();

    @TempDir
    Path directory;

    private TestRegistry registry;
    private Pushes pushes;

    @BeforeEach
    void start() {
        registry = new TestRegistry(directory.resolve("store"));
        pushes = new Pushes(registry.client());
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    /** The status of a request whose path no library would send. */
    private int raw(String method, String path) throws IOException {
        return raw(method, path, "Host: localhost");
    }

    private int raw(String method, String path, String header) throws IOException {
        String[] authority = registry.authority().split(":");
        try (Socket socket = new Socket(InetAddress.getByName(authority[0]), Integer.parseInt(authority[1]))) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write((method + " " + path + " HTTP/1.1\r\n" + header
                            + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            InputStream in = socket.getInputStream();
            String head = new String(in.readNBytes(12), StandardCharsets.US_ASCII);
            assertThat(head).startsWith("HTTP/1.1 ");
            return Integer.parseInt(head.substring(9));
        }
    }

    @Test
    void leavesItsFolderByNoName() throws Exception {
        List<String> names = List.of(
                "..",
                "../..",
                "a/../b",
                ".",
                "a//b",
                "",
                "/",
                "A",
                "a_.b",
                "-a",
                "a%2f..%2fb",
                "%2e%2e",
                "a%00",
                "a\u00e4",
                "a@sha256",
                "a:b",
                "x".repeat(300),
                "a/".repeat(200) + "a",
                "0".repeat(64) + "/..");
        for (String name : names) {
            for (String rest : List.of("/manifests/latest", "/tags/list", "/blobs/" + DIGEST, "/referrers/" + DIGEST)) {
                assertThat(raw("GET", "/v2/" + name + rest)).as(name + rest).isBetween(400, 404);
            }
            assertThat(raw("POST", "/v2/" + name + "/blobs/uploads/")).as(name).isBetween(400, 404);
        }
        for (String reference :
                List.of("..", "%2e%2e", "a/b", "a b", ".a", "x".repeat(129), "sha256:..", "sha1:aa", DIGEST + "0")) {
            assertThat(raw("GET", "/v2/app/manifests/" + reference.replace(" ", "%20")))
                    .as(reference)
                    .isBetween(400, 404);
        }
        assertThat(directory).isDirectoryContaining(path -> path.endsWith("store"));
        assertThat(directory.toFile().list()).containsExactly("store");
        assertThat(registry.server().openUploads()).isZero();
    }

    @Test
    void answersMethodsAndPathsThatThereAreNot() throws Exception {
        assertThat(raw("GET", "/")).isEqualTo(404);
        assertThat(raw("GET", "/v2")).isEqualTo(200);
        assertThat(raw("GET", "/v1/")).isEqualTo(404);
        assertThat(raw("GET", "/v2/app")).isEqualTo(404);
        assertThat(raw("POST", "/v2/")).isEqualTo(405);
        assertThat(raw("PUT", "/v2/app/tags/list")).isEqualTo(405);
        assertThat(raw("POST", "/v2/app/manifests/1")).isEqualTo(405);
        assertThat(raw("PUT", "/v2/app/blobs/" + DIGEST)).isEqualTo(405);
        assertThat(raw("GET", "/v2/app/blobs/uploads/")).isEqualTo(405);
        assertThat(raw("GET", "/v2/app/blobs/uploads/..")).isEqualTo(404);
        assertThat(raw("BREW", "/v2/app/blobs/" + DIGEST)).isEqualTo(405);
    }

    @Test
    void refusesWhatWebPagesHaveBrowsersSend() throws Exception {
        String upload = "/v2/app/blobs/uploads/?digest=" + Digest.of(new byte[0]);
        for (String host : List.of("rebound.example", "rebound.example:5000", "127.0.0.1.example", "")) {
            assertThat(raw("POST", upload, "Host: " + host)).as(host).isBetween(400, 403);
        }
        assertThat(raw("POST", upload, "Host: localhost\r\nOrigin: https://rebound.example"))
                .isEqualTo(403);
        assertThat(registry.store().holdsAny(registry.host() + "/app")).isFalse();
        for (String host : List.of("localhost", "localhost:5000", "127.0.0.1", "127.0.0.2:5000", "[::1]:5000")) {
            assertThat(raw("POST", upload, "Host: " + host)).as(host).isEqualTo(201);
        }
    }

    @Test
    void refusesManifestsThatAreNot() throws Exception {
        Descriptor blob = pushes.blob("app", MediaTypes.CONFIG, bytes("{}"));
        String config = "\"config\":{\"mediaType\":\"a/b\",\"size\":2,\"digest\":\"" + blob.digest() + "\"}";
        for (String text : List.of(
                "",
                "null",
                "[]",
                "{",
                "{}",
                "{\"schemaVersion\":1}",
                "{\"schemaVersion\":2}",
                "{\"schemaVersion\":2,\"config\":[]}",
                "{\"schemaVersion\":2,\"config\":{\"digest\":\"../../etc/passwd\"}}",
                "{\"schemaVersion\":2," + config + ",\"layers\":[1]}",
                "{\"schemaVersion\":2," + config + ",\"layers\":[{}]}",
                "{\"schemaVersion\":2," + config + ",\"manifests\":[]}",
                "{\"schemaVersion\":2,\"mediaType\":\"text/plain\"," + config + "}",
                "{\"schemaVersion\":2,\"mediaType\":\"" + MediaTypes.INDEX + "\"," + config + "}",
                "{\"schemaVersion\":2," + config.replace("\"size\":2", "\"size\":3") + "}",
                "{\"schemaVersion\":2," + config.replace("\"size\":2", "\"size\":-1") + "}",
                "{\"a\":".repeat(100_000))) {
            HttpResponse<byte[]> refused = pushes.put("app", "1", MediaTypes.MANIFEST, bytes(text));
            String shown = text.substring(0, Math.min(60, text.length()));
            assertThat(refused.statusCode()).as(shown).isEqualTo(400);
            assertThat(error(refused)).as(shown).isIn("MANIFEST_INVALID", "DIGEST_INVALID");
        }
        byte[] good = new Manifest(blob, List.of()).toBytes();
        assertThat(error(pushes.put("app", "1", MediaTypes.INDEX, good))).isEqualTo("MANIFEST_INVALID");
        assertThat(error(pushes.put("app", DIGEST, MediaTypes.MANIFEST, good))).isEqualTo("DIGEST_INVALID");
        assertThat(error(pushes.put("app", "a/../b", MediaTypes.MANIFEST, good)))
                .isEqualTo("UNSUPPORTED");
        assertThat(registry.store().manifests()).isEmpty();
        assertThat(registry.send("GET", "/v2/app/tags/list").statusCode()).isEqualTo(200);
    }

    @Test
    void refusesManifestsThatAreTooLong() throws Exception {
        byte[] huge = new byte[ImageStore.MAX_DOCUMENT_BYTES + 1];
        HttpResponse<byte[]> refused = pushes.put("app", "1", MediaTypes.MANIFEST, huge);
        assertThat(refused.statusCode()).isEqualTo(413);
        assertThat(error(refused)).isEqualTo("SIZE_INVALID");
    }

    @Test
    void survivesIndexesThatAreDeepOrClaimWhatIsNot() throws Exception {
        Descriptor blob = pushes.blob("app", "text/plain", bytes("no manifest"));
        HttpResponse<byte[]> lying = pushes.put(
                "app",
                "1",
                MediaTypes.INDEX,
                new dev.proa.image.ImageIndex(List.of(new Descriptor(MediaTypes.MANIFEST, blob.digest(), blob.size())))
                        .toBytes());
        assertThat(error(lying)).isEqualTo("MANIFEST_BLOB_UNKNOWN");

        Descriptor inner = pushes.image("app", "0", bytes("x"));
        for (int i = 1; i < 20; i++) {
            inner = pushes.index("app", Integer.toString(i), inner);
        }
        registry.store().collectGarbage(java.time.Duration.ofSeconds(-60));
        assertThat(registry.store().list()).hasSize(1);
        assertThat(registry.send("GET", "/v2/app/manifests/19").statusCode()).isEqualTo(200);
        assertThat(registry.store().contains(Digest.of(bytes("x")))).isTrue();
    }

    @Test
    void servesOthersWhileManyStartAndSendNothing() throws Exception {
        String[] authority = registry.authority().split(":");
        List<Socket> sockets = IntStream.range(0, 200)
                .mapToObj(i -> {
                    try {
                        Socket socket = new Socket(InetAddress.getByName(authority[0]), Integer.parseInt(authority[1]));
                        socket.getOutputStream()
                                .write("POST /v2/app/blobs/uploads/?digest=".getBytes(StandardCharsets.US_ASCII));
                        return socket;
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
        try {
            pushes.image("app", "1", bytes("x"));
            assertThat(registry.send("GET", "/v2/app/manifests/1").statusCode()).isEqualTo(200);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    /** Identities are what clients say they are. */
    private static final RegistryAccess BY_TOKEN = new RegistryAccess() {
        @Override
        public Optional<Identity> authenticate(Presented presented) {
            String token = presented.token();
            return token == null ? Optional.empty() : Optional.of(() -> token);
        }

        @Override
        public boolean may(Identity who, Action action, String host, String repository) {
            return true;
        }
    };

    @Test
    void servesOthersWhileOneTakesNothingOfItsAnswers() throws Exception {
        try (TestRegistry small = new TestRegistry(
                directory.resolve("small"),
                BY_TOKEN,
                new RegistrySettings("localhost", 1 << 30, 10, 4, InstantSource.system()))) {
            byte[] large = new byte[30 << 20];
            String blob = "/v2/app/blobs/" + Digest.of(large);
            String[] honest = {"Authorization", "Bearer honest"};
            assertThat(small.send("POST", "/v2/app/blobs/uploads/?digest=" + Digest.of(large), large, honest)
                            .statusCode())
                    .isEqualTo(201);
            String[] authority = small.authority().split(":");
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                Socket socket = new Socket(InetAddress.getByName(authority[0]), Integer.parseInt(authority[1]));
                sockets.add(socket);
                socket.getOutputStream()
                        .write(("GET " + blob + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer greedy\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
            }
            assertThat(small.send("GET", blob, new byte[0], honest).body()).hasSize(large.length);
            for (Socket socket : sockets) {
                socket.close();
            }
            assertThat(small.send("GET", blob, new byte[0], "Authorization", "Bearer greedy")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(small.send("GET", blob).statusCode()).isEqualTo(401);
        }
    }
}
