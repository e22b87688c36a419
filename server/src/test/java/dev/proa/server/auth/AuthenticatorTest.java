package dev.proa.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.server.auth.Authenticator.CertificateUser;
import dev.proa.server.store.MemoryStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthenticatorTest {
    @TempDir
    Path directory;

    @Test
    void aGoodCertificateIsKnownFromThenOnAsLongAsItIsValid() {
        Pki pki = Pki.open(directory, Clock.systemUTC());
        CertificateAndKey client = pki.client("someone", "someone", List.of("some"));
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        try (MemoryStore store = MemoryStore.inMemory()) {
            ServiceAccountTokens tokens = new ServiceAccountTokens(pki.serviceAccountKey(), store, now::get);
            Authenticator authenticator = new Authenticator(pki.authority(), tokens, now::get);

            CertificateUser user = Objects.requireNonNull(authenticator.examine(client.certificate()));

            assertThat(Objects.requireNonNull(user.user()).name()).isEqualTo("someone");
            assertThat(Objects.requireNonNull(user.user()).extra().get("authentication.kubernetes.io/credential-id"))
                    .singleElement()
                    .asString()
                    .matches("X509SHA256=[0-9a-f]{64}");
            assertThat(authenticator.examine(client.certificate())).isSameAs(user);
            now.set(client.certificate().getNotAfter().toInstant().plus(Duration.ofSeconds(1)));
            CertificateUser again = Objects.requireNonNull(authenticator.examine(client.certificate()));
            assertThat(again.user()).isNull();
        }
    }

    @Test
    void whatAnotherAuthoritySignedStaysWorthless() {
        Pki pki = Pki.open(directory.resolve("ours"), Clock.systemUTC());
        Pki other = Pki.open(directory.resolve("other"), Clock.systemUTC());
        try (MemoryStore store = MemoryStore.inMemory()) {
            Clock clock = Clock.systemUTC();
            ServiceAccountTokens tokens = new ServiceAccountTokens(pki.serviceAccountKey(), store, clock);
            Authenticator authenticator = new Authenticator(pki.authority(), tokens, clock);
            for (int i = 0; i < 2; i++) {
                assertThat(authenticator.examine(other.administrator().certificate()))
                        .isNull();
            }
        }
    }
}
