package dev.proa.server.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.Tries;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The ciphers, by themselves and on what a real kube-apiserver stored in etcd. */
class CryptorsTest {
    private static final Path FACTS = Path.of("src/test/facts/encryption");
    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final SecureRandom RANDOM = new SecureRandom();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, Cryptor> all(byte[] secret) {
        return Map.of(
                "k8s:enc:aescbc:v1:k1:", new AesCbc(secret, RANDOM),
                "k8s:enc:secretbox:v1:k2:", new SecretBox(secret, RANDOM),
                "k8s:enc:aesgcm:v1:k3:", new AesGcm(secret, RANDOM));
    }

    @Test
    void decryptWhatTheRealOneEncrypted() throws IOException {
        Map<String, String> read = new HashMap<>();
        for (Object each :
                (ListValue) Objects.requireNonNull(Json.decode(Files.readAllBytes(FACTS.resolve("stored.json"))))) {
            MapValue fact = (MapValue) Objects.requireNonNull(each);
            byte[] stored = Base64.getDecoder().decode(fact.string("stored"));
            for (Map.Entry<String, Cryptor> cryptor : all(SECRET).entrySet()) {
                byte[] prefix = bytes(cryptor.getKey());
                if (Identity.startsWith(stored, prefix)) {
                    byte[] plain = cryptor.getValue().decrypt(bytes(fact.string("key")), stored, prefix.length);
                    read.put(cryptor.getKey(), new String(plain, StandardCharsets.ISO_8859_1));
                }
            }
        }
        assertThat(read).hasSize(3);
        assertThat(read.values()).allMatch(plain -> plain.startsWith("k8s\0"));
        assertThat(read.get("k8s:enc:aescbc:v1:k1:")).contains("Secret", "hidden");
        assertThat(read.get("k8s:enc:secretbox:v1:k2:")).contains("ConfigMap", "hidden");
        assertThat(read.get("k8s:enc:aesgcm:v1:k3:")).contains("ServiceAccount");
    }

    @Test
    void decryptWhatTheyEncrypted() {
        Tries.run(50, random -> {
            byte[] value = new byte[random.nextInt(5_000)];
            random.nextBytes(value);
            all(SECRET).forEach((name, cryptor) -> {
                try {
                    byte[] stored = cryptor.encrypt(bytes("a"), value);
                    byte[] prefixed = new byte[stored.length + 3];
                    System.arraycopy(stored, 0, prefixed, 3, stored.length);
                    assertThat(cryptor.decrypt(bytes("a"), prefixed, 3))
                            .as(name)
                            .isEqualTo(value);
                    assertThat(cryptor.encrypt(bytes("a"), value))
                            .as("never twice the same")
                            .isNotEqualTo(stored);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
        });
    }

    @Test
    void authenticatedCiphersRefuseWhatWasChanged() throws IOException {
        byte[] other = SECRET.clone();
        other[0]++;
        for (Cryptor cryptor : List.of(new SecretBox(SECRET, RANDOM), new AesGcm(SECRET, RANDOM))) {
            byte[] stored = cryptor.encrypt(bytes("a"), bytes("{}"));
            for (int i = 0; i < stored.length; i++) {
                byte[] changed = stored.clone();
                changed[i] ^= 1;
                assertThatThrownBy(() -> cryptor.decrypt(bytes("a"), changed, 0))
                        .isInstanceOf(IOException.class);
            }
            assertThatThrownBy(() -> cryptor.decrypt(bytes("a"), new byte[5], 0))
                    .hasMessage("the stored data was shorter than the required size");
        }
        AesGcm gcm = new AesGcm(SECRET, RANDOM);
        byte[] stored = gcm.encrypt(bytes("a"), bytes("{}"));
        assertThatThrownBy(() -> gcm.decrypt(bytes("b"), stored, 0))
                .hasMessage("cipher: message authentication failed");
        assertThatThrownBy(() -> new AesGcm(other, RANDOM).decrypt(bytes("a"), stored, 0))
                .isInstanceOf(IOException.class);
    }
}
