package dev.proa.registry;

import static dev.proa.registry.Pushes.bytes;
import static dev.proa.registry.Pushes.error;
import static dev.proa.registry.TestRegistry.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.JsonDocument;
import dev.proa.image.Manifest;
import dev.proa.image.MediaTypes;
import dev.proa.image.Reference;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients pull, list and delete. The conformance suite of the specification tries the rest: {@code ConformanceTest}. */
class RegistryTest {
    private static final Duration NOW = Duration.ofSeconds(-60);

    @TempDir
    Path directory;

    private TestRegistry registry;
    private Pushes pushes;

    @BeforeEach
    void start() {
        registry = new TestRegistry(directory);
        pushes = new Pushes(registry.client());
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private static List<String> digests(HttpResponse<byte[]> index) {
        return JsonDocument.parse(index.body(), "index").objects("manifests").stream()
                .map(manifest -> manifest.required("digest"))
                .toList();
    }

    @Test
    void namesAnImageAsPodsDo() throws Exception {
        Descriptor pushed = pushes.image("team/app", "1", bytes("layer"));

        Image found = registry.store().find(registry.host() + "/team/app:1").orElseThrow();
        assertThat(found.digest()).isEqualTo(pushed.digest());
        assertThat(registry.store().find(registry.host() + "/team/app@" + pushed.digest()))
                .isPresent();
        HttpResponse<byte[]> pulled = registry.send("GET", "/v2/team/app/manifests/1");
        assertThat(pulled.statusCode()).isEqualTo(200);
        assertThat(header(pulled, "Content-Type")).isEqualTo(MediaTypes.MANIFEST);
        assertThat(header(pulled, "Docker-Content-Digest"))
                .isEqualTo(pushed.digest().toString());
        assertThat(Digest.of(pulled.body())).isEqualTo(pushed.digest());
    }

    @Test
    void servesWhatWasBuiltHereToMirrors() throws Exception {
        Descriptor built = pushes.image("app", "1", bytes("layer"));
        registry.store().tag(Reference.parse("hello:1"), built);

        String path = "/v2/library/hello/manifests/1";
        assertThat(registry.send("GET", path + "?ns=docker.io").statusCode()).isEqualTo(200);
        assertThat(registry.send("HEAD", "/v2/library/hello/blobs/" + Digest.of(bytes("layer")) + "?ns=docker.io")
                        .statusCode())
                .isEqualTo(200);
        assertThat(registry.send("GET", path).statusCode()).isEqualTo(404);
        assertThat(registry.send("GET", path + "?ns=library").statusCode()).isEqualTo(400);
        assertThat(error(registry.send("DELETE", path + "?ns=docker.io"))).isEqualTo("UNSUPPORTED");
        assertThat(registry.send("GET", "/v2/app/manifests/1?ns=" + registry.host())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void givesPartsOfBlobs() throws Exception {
        byte[] content = new byte[300_000];
        new Random(1).nextBytes(content);
        String path =
                "/v2/app/blobs/" + pushes.blob("app", "text/plain", content).digest();

        for (String[] range : new String[][] {
            {"bytes=0-9", "0-9"},
            {"bytes=299990-", "299990-299999"},
            {"bytes=-5", "299995-299999"},
            {"bytes=200000-900000", "200000-299999"},
            {"bytes=-999999", "0-299999"}
        }) {
            HttpResponse<byte[]> part = registry.send("GET", path, new byte[0], "Range", range[0]);
            assertThat(part.statusCode()).isEqualTo(206);
            assertThat(header(part, "Content-Range")).isEqualTo("bytes " + range[1] + "/300000");
            String[] ends = range[1].split("-");
            assertThat(part.body())
                    .isEqualTo(java.util.Arrays.copyOfRange(
                            content, Integer.parseInt(ends[0]), Integer.parseInt(ends[1]) + 1));
        }
        for (String range : List.of("bytes=300000-", "bytes=9-3", "bytes=-0")) {
            HttpResponse<byte[]> none = registry.send("GET", path, new byte[0], "Range", range);
            assertThat(none.statusCode()).as(range).isEqualTo(416);
            assertThat(header(none, "Content-Range")).isEqualTo("bytes */300000");
        }
        for (String range : List.of("bytes=0-1,5-6", "lines=1-2", "bytes=x-y")) {
            HttpResponse<byte[]> all = registry.send("GET", path, new byte[0], "Range", range);
            assertThat(all.statusCode()).as(range).isEqualTo(200);
            assertThat(all.body()).isEqualTo(content);
        }
        HttpResponse<byte[]> head = registry.send("HEAD", path);
        assertThat(header(head, "Content-Length")).isEqualTo("300000");
        assertThat(registry.send("GET", path, new byte[0], "If-None-Match", header(head, "ETag"))
                        .statusCode())
                .isEqualTo(304);
    }

    @Test
    void keepsBlobsOfRepositoriesApart() throws Exception {
        byte[] secret = bytes("secret");
        pushes.image("private/app", "1", secret);
        Digest digest = Digest.of(secret);

        assertThat(registry.send("GET", "/v2/private/app/blobs/" + digest).statusCode())
                .isEqualTo(200);
        assertThat(error(registry.send("GET", "/v2/other/app/blobs/" + digest))).isEqualTo("BLOB_UNKNOWN");
        Manifest stolen = new Manifest(
                pushes.blob("other/app", MediaTypes.CONFIG, bytes("{}")),
                List.of(new Descriptor(MediaTypes.LAYER_TAR, digest, secret.length)));
        assertThat(error(pushes.put("other/app", "1", MediaTypes.MANIFEST, stolen.toBytes())))
                .isEqualTo("MANIFEST_BLOB_UNKNOWN");

        HttpResponse<byte[]> mounted =
                registry.send("POST", "/v2/other/app/blobs/uploads/?mount=" + digest + "&from=private/app");
        assertThat(mounted.statusCode()).isEqualTo(201);
        assertThat(registry.send("GET", "/v2/other/app/blobs/" + digest).body()).isEqualTo(secret);
        pushes.manifest("other/app", "1", MediaTypes.MANIFEST, stolen.toBytes());
    }

    @Test
    void listsTagsByPage() throws Exception {
        byte[] manifest = registry.send(
                        "GET",
                        "/v2/app/manifests/"
                                + pushes.image("app", "b", bytes("x")).digest())
                .body();
        for (String tag : List.of("a", "c", "B", "10")) {
            pushes.manifest("app", tag, MediaTypes.MANIFEST, manifest);
        }
        HttpResponse<byte[]> first = registry.send("GET", "/v2/app/tags/list?n=2");
        assertThat(JsonDocument.parse(first.body(), "tags").strings("tags")).containsExactly("10", "B");
        String link = header(first, "Link");
        assertThat(link).isEqualTo("</v2/app/tags/list?last=B&n=2>; rel=\"next\"");
        HttpResponse<byte[]> last = registry.send("GET", "/v2/app/tags/list?last=B&n=3");
        assertThat(JsonDocument.parse(last.body(), "tags").strings("tags")).containsExactly("a", "b", "c");
        assertThat(last.headers().firstValue("Link")).isEmpty();
        HttpResponse<byte[]> none = registry.send("GET", "/v2/app/tags/list?n=0");
        assertThat(JsonDocument.parse(none.body(), "tags").strings("tags")).isEmpty();
        assertThat(error(registry.send("GET", "/v2/app/tags/list?n=many"))).isEqualTo("PAGINATION_NUMBER_INVALID");
        assertThat(error(registry.send("GET", "/v2/nothing/tags/list"))).isEqualTo("NAME_UNKNOWN");
    }

    @Test
    void listsReferrersByPageAndType() throws Exception {
        Descriptor app = pushes.image("app", "1", bytes("x"));
        for (int i = 0; i < 5; i++) {
            pushes.referrer("app", "text/signature", app, Map.of("n", i + "x".repeat(500_000)));
        }
        Descriptor list = pushes.referrer("app", "text/list", app, Map.of("made", "by a test"));
        String path = "/v2/app/referrers/" + app.digest();

        HttpResponse<byte[]> lists = registry.send("GET", path + "?artifactType=text/list");
        assertThat(header(lists, "OCI-Filters-Applied")).isEqualTo("artifactType");
        assertThat(header(lists, "Content-Type")).isEqualTo(MediaTypes.INDEX);
        assertThat(JsonDocument.parse(lists.body(), "index").objects("manifests"))
                .singleElement()
                .satisfies(found -> {
                    assertThat(found.required("digest")).isEqualTo(list.digest().toString());
                    assertThat(found.required("artifactType")).isEqualTo("text/list");
                    assertThat(found.stringMap("annotations")).containsEntry("made", "by a test");
                });
        HttpResponse<byte[]> first = registry.send("GET", path + "?artifactType=text/signature");
        String link = header(first, "Link");
        assertThat(digests(first)).hasSize(4);
        HttpResponse<byte[]> second = registry.send("GET", link.substring(1, link.indexOf('>')));
        assertThat(digests(second)).hasSize(1).doesNotContainAnyElementsOf(digests(first));
        assertThat(digests(registry.send("GET", "/v2/none/referrers/" + app.digest())))
                .isEmpty();
    }

    @Test
    void deletesNothingThatSomethingNeeds() throws Exception {
        Descriptor child = pushes.image("app", "child", bytes("x"));
        Descriptor index = pushes.index("app", "all", child);
        String blob = "/v2/app/blobs/" + Digest.of(bytes("x"));

        assertThat(registry.send("DELETE", blob).statusCode()).isEqualTo(405);
        assertThat(registry.send("DELETE", "/v2/app/manifests/" + child.digest())
                        .statusCode())
                .isEqualTo(405);
        assertThat(registry.send("DELETE", "/v2/app/manifests/child").statusCode())
                .isEqualTo(202);
        registry.store().collectGarbage(NOW);
        assertThat(registry.send("GET", "/v2/app/manifests/child").statusCode()).isEqualTo(404);
        assertThat(registry.send("GET", "/v2/app/manifests/" + child.digest()).statusCode())
                .isEqualTo(200);

        assertThat(registry.send("DELETE", "/v2/app/manifests/" + index.digest())
                        .statusCode())
                .isEqualTo(202);
        assertThat(registry.send("DELETE", "/v2/app/manifests/" + child.digest())
                        .statusCode())
                .isEqualTo(202);
        assertThat(registry.send("DELETE", "/v2/app/manifests/" + child.digest())
                        .statusCode())
                .isEqualTo(404);
        assertThat(registry.send("DELETE", blob).statusCode()).isEqualTo(202);
        assertThat(registry.send("GET", blob).statusCode()).isEqualTo(404);
        registry.store().collectGarbage(NOW);
        assertThat(registry.store().contains(Digest.of(bytes("x")))).isFalse();
        assertThat(registry.send("GET", "/v2/app/tags/list").statusCode()).isEqualTo(200);
    }

    @Test
    void keepsDigestsOfSha512() throws Exception {
        byte[] layer = bytes("layer");
        String digest = "sha512:"
                + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest(layer));
        HttpResponse<byte[]> put = registry.send("PUT", pushes.begin("app") + "?digest=" + digest, layer);
        assertThat(put.statusCode()).isEqualTo(201);
        assertThat(registry.send("GET", "/v2/app/blobs/" + digest).body()).isEqualTo(layer);
        HttpResponse<byte[]> wrong = registry.send("PUT", pushes.begin("app") + "?digest=" + digest, bytes("other"));
        assertThat(error(wrong)).isEqualTo("DIGEST_INVALID");

        byte[] manifest = new Manifest(
                        pushes.blob("app", MediaTypes.CONFIG, bytes("{}")),
                        List.of(new Descriptor(MediaTypes.LAYER_TAR, Digest.parse(digest), layer.length)))
                .toBytes();
        String name = "sha512:"
                + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest(manifest));
        assertThat(pushes.put("app", name + "?tag=a&tag=b", MediaTypes.MANIFEST, manifest))
                .satisfies(created -> {
                    assertThat(created.statusCode()).isEqualTo(201);
                    assertThat(header(created, "OCI-Tag")).isEqualTo("a, b");
                });
        registry.store().collectGarbage(NOW);
        for (String reference : List.of(name, "a", "b")) {
            assertThat(registry.send("GET", "/v2/app/manifests/" + reference).body())
                    .isEqualTo(manifest);
        }
    }
}
