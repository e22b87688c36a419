package dev.proa.registry;

import static dev.proa.registry.Pushes.bytes;
import static dev.proa.registry.Pushes.error;
import static dev.proa.registry.TestRegistry.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Digest;
import dev.proa.testing.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadsTest {
    private static final long MAX_BYTES = 1 << 20;

    @TempDir
    Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private TestRegistry registry;
    private Pushes pushes;

    @BeforeEach
    void start() {
        registry = new TestRegistry(
                directory, TestRegistry.OPEN, new RegistrySettings(TestRegistry.HOST, MAX_BYTES, 10, 32, now::get));
        pushes = new Pushes(registry.client());
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private static byte[] random(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }

    @Test
    void takesChunksInOrderOnly() throws Exception {
        byte[] content = random(300_000);
        String upload = pushes.begin("app");
        byte[] first = Arrays.copyOf(content, 100_000);

        HttpResponse<byte[]> early = registry.send("PATCH", upload, first, "Content-Range", "5-100004");
        assertThat(early.statusCode()).isEqualTo(416);
        HttpResponse<byte[]> taken = registry.send("PATCH", upload, first, "Content-Range", "0-99999");
        assertThat(taken.statusCode()).isEqualTo(202);
        assertThat(header(taken, "Range")).isEqualTo("0-99999");
        HttpResponse<byte[]> overlapping = registry.send("PATCH", upload, first, "Content-Range", "50000-149999");
        assertThat(overlapping.statusCode()).isEqualTo(416);
        assertThat(header(overlapping, "Range")).isEqualTo("0-99999");
        for (String wrong : new String[] {"100000-1", "100000-100001", "x", "-5", "99999999999999999999-1"}) {
            assertThat(registry.send("PATCH", upload, first, "Content-Range", wrong)
                            .statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
        assertThat(registry.send("PATCH", upload, Arrays.copyOfRange(content, 100_000, 200_000))
                        .statusCode())
                .isEqualTo(202);
        HttpResponse<byte[]> end = registry.send(
                "PUT",
                upload + "?digest=" + Digest.of(content),
                Arrays.copyOfRange(content, 200_000, 300_000),
                "Content-Range",
                "200000-299999");
        assertThat(end.statusCode()).isEqualTo(201);
        assertThat(registry.send("GET", header(end, "Location")).body()).isEqualTo(content);
        assertThat(error(registry.send("GET", upload))).isEqualTo("BLOB_UPLOAD_UNKNOWN");
        assertThat(registry.server().openUploads()).isZero();
    }

    @Test
    void goesOnWhereAConnectionBroke() throws Exception {
        byte[] content = random(400_000);
        String upload = pushes.begin("app");
        String[] authority = registry.authority().split(":");
        try (Socket socket = new Socket(InetAddress.getByName(authority[0]), Integer.parseInt(authority[1]))) {
            OutputStream out = socket.getOutputStream();
            out.write(("PATCH " + upload + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400000\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(content, 0, 150_000);
            out.flush();
            Await.until("the bytes that were sent", () -> size(upload) == 150_000);
        }
        byte[] rest = Arrays.copyOfRange(content, 150_000, 400_000);
        HttpResponse<byte[]> resumed = registry.send("PATCH", upload, rest, "Content-Range", "150000-399999");
        assertThat(resumed.statusCode()).isEqualTo(202);
        assertThat(registry.send("PUT", upload + "?digest=" + Digest.of(content))
                        .statusCode())
                .isEqualTo(201);
        assertThat(registry.send("GET", "/v2/app/blobs/" + Digest.of(content)).body())
                .isEqualTo(content);
    }

    /** The bytes that an upload has, as its client learns it. */
    private long size(String upload) {
        try {
            String range = header(registry.send("GET", upload), "Range");
            return Long.parseLong(range.substring(2)) + 1;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void takesABlobInOneRequest() throws Exception {
        byte[] content = random(50_000);
        HttpResponse<byte[]> created =
                registry.send("POST", "/v2/app/blobs/uploads/?digest=" + Digest.of(content), content);
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(registry.send("GET", header(created, "Location")).body()).isEqualTo(content);

        HttpResponse<byte[]> wrong =
                registry.send("POST", "/v2/app/blobs/uploads/?digest=" + Digest.of(bytes("x")), content);
        assertThat(error(wrong)).isEqualTo("DIGEST_INVALID");
        assertThat(registry.server().openUploads()).isZero();
        assertThat(directory.resolve("ingest")).isEmptyDirectory();
        HttpResponse<byte[]> empty = registry.send("POST", "/v2/app/blobs/uploads/?digest=" + Digest.of(new byte[0]));
        assertThat(empty.statusCode()).isEqualTo(201);
    }

    @Test
    void belongsToItsRepository() throws Exception {
        String upload = pushes.begin("app");
        String elsewhere = upload.replace("/v2/app/", "/v2/other/");
        for (String method : new String[] {"GET", "PATCH", "DELETE"}) {
            assertThat(error(registry.send(method, elsewhere))).isEqualTo("BLOB_UPLOAD_UNKNOWN");
        }
        assertThat(error(registry.send("PUT", elsewhere + "?digest=" + Digest.of(new byte[0]))))
                .isEqualTo("BLOB_UPLOAD_UNKNOWN");
        assertThat(registry.send("DELETE", upload).statusCode()).isEqualTo(204);
        assertThat(error(registry.send("GET", upload))).isEqualTo("BLOB_UPLOAD_UNKNOWN");
        assertThat(directory.resolve("ingest")).isEmptyDirectory();
    }

    @Test
    void boundsTheSizeOfABlob() throws Exception {
        String upload = pushes.begin("app");
        byte[] much = random((int) MAX_BYTES);
        assertThat(registry.send("PATCH", upload, much).statusCode()).isEqualTo(202);
        assertThat(registry.send("PATCH", upload, bytes("x")).statusCode()).isEqualTo(413);
        assertThat(registry.send("PUT", upload + "?digest=" + Digest.of(much)).statusCode())
                .isEqualTo(201);
    }

    @Test
    void endsUploadsThatAreIdle() throws Exception {
        String old = pushes.begin("app");
        registry.send("PATCH", old, bytes("some"));
        now.set(now.get().plus(Duration.ofMinutes(40)));
        String young = pushes.begin("app");
        now.set(now.get().plus(Duration.ofMinutes(30)));
        registry.server().expireUploads();

        assertThat(registry.send("GET", young).statusCode()).isEqualTo(204);
        assertThat(error(registry.send("PATCH", old, bytes("more")))).isEqualTo("BLOB_UPLOAD_UNKNOWN");
        assertThat(registry.server().openUploads()).isEqualTo(1);
    }

    @Test
    void boundsTheNumberOfUploads() throws Exception {
        String first = pushes.begin("app");
        for (int i = 1; i < 5; i++) {
            pushes.begin("app");
        }
        HttpResponse<byte[]> refused = registry.send("POST", "/v2/app/blobs/uploads/");
        assertThat(refused.statusCode()).isEqualTo(429);
        registry.send("DELETE", first);
        pushes.begin("app");
    }

    @Test
    void takesStreamsOfUnknownLength() throws Exception {
        byte[] content = random(700_000);
        String upload = pushes.begin("app");
        HttpResponse<byte[]> streamed = registry.send(registry.to(upload)
                .method(
                        "PATCH",
                        BodyPublishers.fromPublisher(BodyPublishers.ofByteArrays(java.util.List.of(
                                Arrays.copyOf(content, 300_000), Arrays.copyOfRange(content, 300_000, 700_000))))));
        assertThat(streamed.statusCode()).isEqualTo(202);
        assertThat(registry.send("PUT", upload + "?digest=" + Digest.of(content))
                        .statusCode())
                .isEqualTo(201);
    }
}
