package dev.proa.server.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.metrics.Hashes;
import dev.proa.server.store.Journal;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import dev.proa.server.store.SqliteJournal;
import dev.proa.server.store.Store;
import dev.proa.server.store.ValueTransformer;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values that are protected by a key service. */
class KmsTest {
    private static final Key SECRET = new Key("secrets", "a", "password");

    @TempDir
    Path directory;

    private final SimulatedClock clock = new SimulatedClock();

    private Encryption encryption() throws IOException {
        return new Encryption(write("mine", "kms.sock"), new EncryptionMetrics(), new SecureRandom(), clock);
    }

    private Path write(String name, String socket) throws IOException {
        return Files.writeString(directory.resolve("encryption.yaml"), """
                apiVersion: apiserver.config.k8s.io/v1
                kind: EncryptionConfiguration
                resources:
                - resources: [secrets]
                  providers:
                  - kms: {apiVersion: v2, name: %s, endpoint: "unix://%s", timeout: 1s}
                """.formatted(name, directory.resolve(socket)));
    }

    private MemoryStore open(Encryption encryption) {
        MemoryStore store = MemoryStore.open(SqliteJournal.open(directory.resolve("state.db"), encryption));
        encryption.onChange(store::rewrite);
        return store;
    }

    private String file() {
        try {
            Path log = directory.resolve("state.db-wal");
            return Files.readString(directory.resolve("state.db"), StandardCharsets.ISO_8859_1)
                    + (Files.exists(log) ? Files.readString(log, StandardCharsets.ISO_8859_1) : "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MapValue value(String text) {
        return MapValue.of("metadata", MapValue.of("name", "password"), "text", text);
    }

    @Test
    void seedsAreDecryptedOnceAndKeysRotate() throws Exception {
        try (FakeKeyServer server = new FakeKeyServer(directory.resolve("kms.sock"))) {
            try (Encryption encryption = encryption();
                    MemoryStore store = open(encryption)) {
                for (int i = 0; i < 20; i++) {
                    store.create(new Key("secrets", "a", "s" + i), value("words " + i));
                }
                store.create(SECRET, value("words"));
                assertThat(encryption.problem()).isEmpty();
                assertThat(file()).contains("k8s:enc:kms:v2:mine:", "key-1").doesNotContain("words");
                assertThat(server.calls("Encrypt")).isEqualTo(1);
                assertThat(server.calls("Decrypt")).isZero();
            }
            try (Encryption encryption = encryption();
                    MemoryStore store = open(encryption)) {
                assertThat(Objects.requireNonNull(store.snapshot().get(SECRET))
                                .value()
                                .string("text"))
                        .isEqualTo("words");
                assertThat(server.calls("Decrypt")).isEqualTo(1);
                server.keyId = "key-2";
                encryption.probe();
                assertThat(file()).doesNotContain("key-2");
                clock.advance(Duration.ofMinutes(1));
                encryption.probe();
                Await.until("rewritten", () -> file().contains("key-2") && !file().contains("key-1"));
            }
        }
        assertThatThrownBy(() -> open(encryption()))
                .isInstanceOf(Journal.JournalException.class)
                .hasMessageContaining("secrets/a/")
                .hasMessageContaining("failed to decrypt DEK, error: rpc error: code = ");
    }

    /** Stored by a kube-apiserver 1.36.3 that had {@link FakeKeyServer} as its key service. */
    @Test
    void decryptsWhatTheRealOneEncrypted() throws Exception {
        byte[] file = Files.readAllBytes(Path.of("src/test/facts/encryption/kms.json"));
        MapValue fact = ((ListValue) Objects.requireNonNull(Json.decode(file))).map(0);
        byte[] stored = Base64.getDecoder().decode(fact.string("stored"));
        try (FakeKeyServer server = new FakeKeyServer(directory.resolve("kms.sock"));
                GrpcKeyService service = new GrpcKeyService(
                        "mine", directory.resolve("kms.sock"), Duration.ofSeconds(20), new EncryptionMetrics())) {
            byte[] plain = new KmsCryptor("mine", service, new SecureRandom(), clock, new EncryptionMetrics())
                    .decrypt(
                            fact.string("key").getBytes(StandardCharsets.UTF_8),
                            stored,
                            "k8s:enc:kms:v2:mine:".length());
            assertThat(new String(plain, StandardCharsets.ISO_8859_1))
                    .startsWith("k8s\0")
                    .contains("Secret", "hidden");
            assertThat(server.calls("Decrypt")).isEqualTo(1);
        }
    }

    @Test
    void writesGoOnForThreeMinutesWithoutTheService() throws Exception {
        try (FakeKeyServer server = new FakeKeyServer(directory.resolve("kms.sock"));
                Encryption encryption = encryption();
                MemoryStore store = open(encryption)) {
            server.fails = true;
            clock.advance(Duration.ofMinutes(2));
            encryption.probe();
            assertThat(encryption.problem())
                    .startsWith("kms-provider-0: kmsv2 Provider mine is not healthy, error: rpc error: code = Unknown")
                    .contains("the key is locked away");
            store.create(SECRET, value("words"));
            clock.advance(Duration.ofMinutes(2));
            assertThatThrownBy(() -> store.create(new Key("secrets", "a", "late"), value("words")))
                    .isInstanceOf(Store.UnavailableException.class)
                    .hasMessageContaining("expired at");
            server.fails = false;
            server.healthz = "tired";
            encryption.probe();
            assertThat(encryption.problem()).contains("got unexpected healthz status: tired");
            server.healthz = "x".repeat(2 << 20);
            clock.advance(Duration.ofSeconds(10));
            encryption.probe();
            assertThat(encryption.problem())
                    .contains("code = ResourceExhausted desc = the answer has more than 1048576 bytes");
            server.healthz = "ok";
            clock.advance(Duration.ofSeconds(10));
            encryption.probe();
            assertThat(encryption.problem()).isEmpty();
            store.create(new Key("secrets", "a", "late"), value("words"));
        }
    }

    @Test
    void aConfigurationWhoseServiceDoesNotAnswerIsNotUsed() throws Exception {
        try (FakeKeyServer server = new FakeKeyServer(directory.resolve("kms.sock"));
                Encryption encryption = encryption()) {
            String before = encryption.generation();
            write("other", "nobody.sock");
            encryption.reload();
            assertThat(encryption.generation()).isEqualTo(before);
            assertThat(encryption.problem()).isEmpty();
            write("other", "kms.sock");
            server.fails = true;
            encryption.reload();
            assertThat(encryption.generation()).isEqualTo(before);
            server.fails = false;
            encryption.reload();
            assertThat(encryption.generation())
                    .as("the same file, once the service answers")
                    .isNotEqualTo(before);
        }
    }

    @Test
    void metricsTellWhichKeysAreUsed() throws Exception {
        EncryptionMetrics metrics = new EncryptionMetrics();
        PrometheusRegistry registry = new PrometheusRegistry();
        metrics.register(registry);
        try (FakeKeyServer server = new FakeKeyServer(directory.resolve("kms.sock"));
                Encryption encryption = new Encryption(write("mine", "kms.sock"), metrics, new SecureRandom(), clock)) {
            ValueTransformer transformer = encryption.of("secrets");
            transformer.fromStorage(SECRET, transformer.toStorage(SECRET, "{}".getBytes(StandardCharsets.UTF_8)));
            String series = "apiserver_envelope_encryption_key_id_hash_total{apiserver_id_hash=\"" + Hashes.SERVER
                    + "\",key_id_hash=\"" + Hashes.sha256("key-1")
                    + "\",provider_name=\"mine\",transformation_type=\"%s\"} 1.0";
            assertThat(text(registry))
                    .contains(series.formatted("to_storage"), series.formatted("from_storage"))
                    .contains("apiserver_envelope_encryption_key_id_hash_last_timestamp_seconds{");
            server.keyId = "";
            clock.advance(Duration.ofMinutes(1));
            encryption.probe();
            assertThat(text(registry))
                    .contains("apiserver_envelope_encryption_invalid_key_id_from_status_total{error=\"empty\","
                            + "provider_name=\"mine\"} 1.0");
            for (int i = 0; i < 300; i++) {
                metrics.used("from_storage", "mine", "many-" + i, 1);
            }
            assertThat(text(registry).lines().filter(line -> line.contains("_key_id_hash_total{")))
                    .as("only so many are kept")
                    .hasSize(200);
        }
    }

    private static String text(PrometheusRegistry registry) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.builder().build().write(text, registry.scrape());
        return text.toString(StandardCharsets.UTF_8);
    }

    @Test
    void anEncryptedObjectIsCheckedBeforeItIsBelieved() throws IOException {
        EncryptedObject object = new EncryptedObject(
                new byte[] {1}, "key", new byte[] {2}, Map.of("a.example.com", new byte[] {3}), true);
        byte[] bytes = object.toBytes();
        EncryptedObject read = EncryptedObject.read(bytes, 0);
        assertThat(read.keyId()).isEqualTo("key");
        assertThat(read.annotations()).containsOnlyKeys("a.example.com");
        assertThat(read.seed()).isTrue();
        assertThat(read.sourceId()).isEqualTo(object.sourceId());
        for (int i = 0; i < bytes.length; i++) {
            byte[] cut = java.util.Arrays.copyOf(bytes, i);
            assertThatThrownBy(() -> {
                        EncryptedObject some = EncryptedObject.read(cut, 0);
                        assertThat(some.seed()).as("all but the last field").isFalse();
                        throw new IOException("of another kind");
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> new EncryptedObject(new byte[] {1}, "key", new byte[2000], Map.of(), true).check())
                .hasMessageContaining("exceeds the max size of 1024");
        assertThatThrownBy(() -> new EncryptedObject(new byte[] {1}, "", new byte[1], Map.of(), true).check())
                .hasMessageContaining("keyID is empty");
        assertThatThrownBy(
                        () -> new EncryptedObject(new byte[] {1}, "k", new byte[1], Map.of("local", new byte[1]), true)
                                .check())
                .hasMessageContaining("no fully qualified domain name");
    }
}
