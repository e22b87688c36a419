package dev.proa.server.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.config.ConfigException;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Journal;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import dev.proa.server.store.SqliteJournal;
import dev.proa.server.store.StoredObject;
import dev.proa.server.store.ValueTransformer;
import dev.proa.testing.Await;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store whose values are encrypted, and whose keys are rotated. */
class EncryptionTest {
    private static final Key SECRET = new Key("secrets", "a", "password");
    private static final Key CUSTOM = new Key("widgets.example.com", "a", "w");

    @TempDir
    Path directory;

    private static String provider(String kind, String name, int key) {
        byte[] secret = new byte[32];
        secret[0] = (byte) key;
        return "{" + kind + ": {keys: [{name: " + name + ", secret: "
                + Base64.getEncoder().encodeToString(secret) + "}]}}";
    }

    private static String entry(String resources, String... providers) {
        return "- resources: [" + resources + "]\n  providers: [" + String.join(", ", providers) + "]\n";
    }

    private Path write(String... entries) {
        try {
            return Files.writeString(
                    directory.resolve("encryption.yaml"),
                    "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"
                            + String.join("", entries));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Encryption encryption(String... entries) {
        return new Encryption(write(entries), new EncryptionMetrics(), new SecureRandom(), Clock.systemUTC());
    }

    private MemoryStore open(ValueTransformer.Selector encryption) {
        return MemoryStore.open(SqliteJournal.open(directory.resolve("state.db"), encryption));
    }

    private static MapValue value(String text) {
        return MapValue.of("metadata", MapValue.of("name", "password"), "text", text);
    }

    private static String text(MemoryStore store, Key key) {
        return Objects.requireNonNull(store.snapshot().get(key)).value().string("text");
    }

    /** Everything that is stored, also in the write-ahead log. */
    private String files() {
        StringBuilder all = new StringBuilder();
        for (String name : new String[] {"state.db", "state.db-wal"}) {
            Path file = directory.resolve(name);
            try {
                if (Files.exists(file)) {
                    all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return all.toString();
    }

    @Test
    void whatLiesInTheFilesIsNotThePlainText() {
        String[] entries = {
            entry("secrets", provider("aescbc", "one", 1)),
            entry("configmaps", "{identity: {}}"),
            entry("'*.example.com'", provider("secretbox", "two", 2)),
            entry("'*.*'", provider("aesgcm", "three", 3))
        };
        Key pod = new Key("pods", "a", "p");
        Key map = new Key("configmaps", "a", "m");
        try (MemoryStore store = open(encryption(entries))) {
            StoredObject first = store.create(SECRET, value("first words"));
            store.update(SECRET, first.revision(), value("second words"));
            store.create(CUSTOM, value("third words"));
            store.create(pod, value("fourth words"));
            store.create(map, value("in the clear"));
            assertThat(files())
                    .contains("in the clear", "k8s:enc:aescbc:v1:one:", "k8s:enc:secretbox:v1:two:")
                    .contains("k8s:enc:aesgcm:v1:three:")
                    .doesNotContain("first words", "second words", "third words", "fourth words");
        }
        assertThat(files()).doesNotContain(" words");
        try (MemoryStore store = open(encryption(entries))) {
            assertThat(text(store, SECRET)).isEqualTo("second words");
            assertThat(text(store, CUSTOM)).isEqualTo("third words");
            assertThat(text(store, pod)).isEqualTo("fourth words");
            assertThat(text(store, map)).isEqualTo("in the clear");
        }
    }

    @Test
    void whatWasThereBeforeIsEncryptedAndLeavesNoTrace() throws InterruptedException {
        try (MemoryStore store = open(ValueTransformer.Selector.IDENTITY)) {
            StoredObject object = store.create(SECRET, value("old words"));
            for (int i = 0; i < 300; i++) {
                object = store.update(SECRET, object.revision(), value("old words " + i + "x".repeat(i * 10)));
            }
            store.compact(object.revision() - 10);
        }
        assertThat(files()).contains("old words");
        try (MemoryStore store = open(encryption(entry("secrets", provider("aesgcm", "one", 1), "{identity: {}}")))) {
            Await.until("rewritten", () -> !files().contains("old words"));
            assertThat(text(store, SECRET)).startsWith("old words 299");
            assertThat(store.revision()).as("nothing has happened for clients").isEqualTo(302);
        }
        assertThat(files()).doesNotContain("old words");
        try (MemoryStore store = open(encryption(entry("secrets", provider("aesgcm", "one", 1))))) {
            assertThat(text(store, SECRET)).startsWith("old words 299");
        }
    }

    @Test
    void keysAreRotatedWhileTheStoreIsOpen() throws InterruptedException {
        Encryption encryption = encryption(entry("secrets", provider("aescbc", "one", 1)));
        try (MemoryStore store = open(encryption)) {
            encryption.onChange(store::rewrite);
            store.create(SECRET, value("words"));
            encryption.reload();
            assertThat(files()).contains("aescbc:v1:one:");
            // the old key is gone at once: what it encrypted is rewritten all the same
            write(entry("secrets", provider("secretbox", "two", 2)));
            encryption.reload();
            Await.until("rewritten", () -> !files().contains("aescbc:v1:one:"));
            assertThat(files()).contains("secretbox:v1:two:");
            assertThat(text(store, SECRET)).isEqualTo("words");
            // a key of the same name but another secret
            Await.until("carried through", () -> {
                write(entry("secrets", provider("secretbox", "two", 3), provider("secretbox", "two", 2)));
                encryption.reload();
                return encryption
                        .generation()
                        .equals(encryption(entry(
                                        "secrets", provider("secretbox", "two", 3), provider("secretbox", "two", 2)))
                                .generation());
            });
            // back to plain text
            Await.until("plain", () -> {
                write(entry("secrets", "{identity: {}}", provider("secretbox", "two", 3)));
                encryption.reload();
                return !files().contains("k8s:enc:") && files().contains("words");
            });
        }
        try (MemoryStore store = open(ValueTransformer.Selector.IDENTITY)) {
            assertThat(text(store, SECRET)).isEqualTo("words");
        }
    }

    @Test
    void aLaterConfigurationDoesNotWaitForTheOneBefore() throws IOException {
        Encryption encryption = encryption(entry("secrets", provider("aescbc", "one", 1)));
        byte[] first = encryption.of("secrets").toStorage(SECRET, "{}".getBytes(StandardCharsets.UTF_8));
        write(entry("secrets", provider("aesgcm", "two", 2)));
        encryption.reload();
        byte[] second = encryption.of("secrets").toStorage(SECRET, "{}".getBytes(StandardCharsets.UTF_8));
        String superseded = encryption.generation();
        write(entry("secrets", provider("secretbox", "three", 3)));
        encryption.reload();
        assertThat(encryption.generation()).isNotEqualTo(superseded);
        encryption.rewritten(superseded);
        for (byte[] stored : new byte[][] {first, second}) {
            assertThat(encryption.of("secrets").fromStorage(SECRET, stored))
                    .asString()
                    .isEqualTo("{}");
            assertThat(encryption.of("secrets").isStale(SECRET, stored)).isTrue();
        }
        encryption.rewritten(encryption.generation());
        for (byte[] stored : new byte[][] {first, second}) {
            assertThatThrownBy(() -> encryption.of("secrets").fromStorage(SECRET, stored))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aBrokenConfigurationChangesNothing() {
        Encryption encryption = encryption(entry("secrets", provider("aescbc", "one", 1)));
        String before = encryption.generation();
        write("- resources: [secrets]\n");
        encryption.reload();
        assertThat(encryption.generation()).isEqualTo(before);
    }

    @Test
    void aWrongKeyIsSaidAndLosesNothing() {
        for (String kind : new String[] {"aescbc", "aesgcm", "secretbox"}) {
            Key key = new Key("secrets", "a", kind);
            try (MemoryStore store = open(encryption(entry(
                    "secrets",
                    provider(kind, "one", 1),
                    provider("aescbc", "one", 1),
                    provider("aesgcm", "one", 1))))) {
                store.create(key, value("words"));
            }
            assertThatThrownBy(() -> open(encryption(entry(
                            "secrets",
                            provider(kind, "one", 9),
                            provider("aescbc", "one", 9),
                            provider("aesgcm", "one", 9)))))
                    .isInstanceOf(Journal.JournalException.class)
                    .hasMessageContaining("secrets/a/aescbc of revision 2 in a form that cannot be read")
                    .hasMessageContaining("start with the encryption keys it was written with");
            assertThatThrownBy(() -> open(ValueTransformer.Selector.IDENTITY))
                    .hasMessageContaining("it is encrypted, and there is no configuration of encryption");
            assertThatThrownBy(() -> open(encryption(entry("configmaps", provider("aescbc", "one", 1)))))
                    .hasMessageContaining("identity transformer tried to read encrypted data");
            assertThatThrownBy(() -> open(encryption(entry("secrets", provider(kind, "two", 1)))))
                    .isInstanceOf(Journal.JournalException.class);
        }
        try (MemoryStore store = open(encryption(entry(
                "secrets",
                provider("aescbc", "one", 1),
                provider("aesgcm", "one", 1),
                provider("secretbox", "one", 1))))) {
            assertThat(text(store, new Key("secrets", "a", "aesgcm"))).isEqualTo("words");
        }
    }

    @Test
    void aValueIsNotReadAsThatOfAnotherObject() throws IOException {
        ValueTransformer gcm =
                encryption(entry("secrets", provider("aesgcm", "one", 1))).of("secrets");
        byte[] stored = gcm.toStorage(SECRET, "{}".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> gcm.fromStorage(new Key("secrets", "b", "password"), stored))
                .isInstanceOf(IOException.class);
    }

    @Test
    void metricsCountWhatIsTransformed() throws IOException {
        EncryptionMetrics metrics = new EncryptionMetrics();
        PrometheusRegistry registry = new PrometheusRegistry();
        metrics.register(registry);
        ValueTransformer transformer = new Encryption(
                        write(entry("secrets", provider("aesgcm", "one", 1))),
                        metrics,
                        new SecureRandom(),
                        Clock.systemUTC())
                .of("secrets");
        transformer.fromStorage(SECRET, transformer.toStorage(SECRET, "{}".getBytes(StandardCharsets.UTF_8)));
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.builder().build().write(text, registry.scrape());
        assertThat(text.toString(StandardCharsets.UTF_8))
                .contains("apiserver_storage_transformation_operations_total{resource=\"secrets\",status=\"OK\","
                        + "transformation_type=\"to_storage\",transformer_prefix=\"k8s:enc:aesgcm:v1:\"} 1.0")
                .contains(
                        "apiserver_storage_transformation_duration_seconds_count{transformation_type=\"from_storage\",");
    }

    private void refused(String message, String... entries) {
        assertThatThrownBy(() -> encryption(entries))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("encryption.yaml")
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.toString()).doesNotContain("AQAAAA"));
    }

    @Test
    void saysWhatIsWrongWithAConfiguration() {
        String good = provider("aescbc", "one", 1);
        refused(
                "unknown field \"resources[0].provider\"",
                "- resources: [secrets]\n  providers: [" + good + "]\n  provider: x\n");
        refused(
                "resources[0].resources: Required value: at least one resources[0].resources is required",
                entry("", good));
        refused("resources[0].providers: Required value", entry("secrets"));
        refused("secrets must be base64 encoded", entry("secrets", "{aescbc: {keys: [{name: a, secret: '%%%'}]}}"));
        refused(
                "resources[0].providers[0].aescbc.keys[0].secret: Invalid value: \"REDACTED\": secret is not of the"
                        + " expected length, got 3, expected one of [16 24 32]",
                entry("secrets", "{aescbc: {keys: [{name: a, secret: AQAA}]}}"));
        refused("name is a mandatory field for a key", entry("secrets", good.replace("name: one, ", "")));
        refused("more than one provider specified", entry("secrets", good.replace("{aescbc", "{identity: {}, aescbc")));
        refused("any of the expected providers", entry("secrets", "{}"));
        refused("use '*.' to encrypt all the resources from core API group", entry("'*'", good));
        refused("resource name should not contain capital letters", entry("Secrets", good));
        refused("encrypting the same resource across groups is not supported", entry("'secrets.*'", good));
        refused("using overlapping resources", entry("secrets, '*.'", good));
        refused("the same resource cannot be specified multiple times", entry("secrets, secrets", good));
        refused("resource \"secrets\" is masked by earlier rule \"*.\"", entry("'*.'", good), entry("secrets", good));
        refused("KMSv1 is deprecated", entry("secrets", "{kms: {name: a, endpoint: 'unix:///x'}}"));
        refused("only unix is supported", entry("secrets", "{kms: {apiVersion: v2, name: a, endpoint: 'tcp://x'}}"));
        refused(
                "cachesize is not supported in v2",
                entry("secrets", "{kms: {apiVersion: v2, name: a, cachesize: 1, endpoint: 'unix:///x'}}"));
    }
}
