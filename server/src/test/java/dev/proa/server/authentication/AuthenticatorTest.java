package dev.proa.server.authentication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.ClientCertificate;
import dev.proa.server.auth.Credentials;
import dev.proa.server.auth.TokenAuthenticator;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.pki.Pki;
import dev.proa.server.store.MemoryStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who a request is made by, as its credentials say. */
class AuthenticatorTest {
    private static final Authentication BOB = new Authentication.Authenticated(UserInfo.of("bob"));

    private static Credentials with(@Nullable X509Certificate certificate, String authorization) {
        Map<String, String> headers = authorization.isEmpty() ? Map.of() : Map.of("Authorization", authorization);
        return new Credentials(certificate == null ? null : new ClientCertificate(certificate), headers::get);
    }

    private static String user(Authentication authentication) {
        return authentication instanceof Authentication.Authenticated authenticated
                ? authenticated.user().name()
                : authentication.getClass().getSimpleName();
    }

    @Test
    void aCertificateIsGoodForAsLongAsItIsValid() {
        Pki pki = Pki.inMemory(Clock.systemUTC());
        X509Certificate client =
                pki.client("someone", "someone", List.of("some")).certificate();
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        Authenticator authenticator = new CertificateAuthenticator(pki.authority(), now::get);

        Authentication first = authenticator.authenticate(with(client, ""));

        assertThat(user(first)).isEqualTo("someone");
        assertThat(((Authentication.Authenticated) first).user().groups()).contains("some", "system:authenticated");
        assertThat(((Authentication.Authenticated) first)
                        .user()
                        .extra()
                        .get("authentication.kubernetes.io/credential-id"))
                .singleElement()
                .asString()
                .matches("X509SHA256=[0-9a-f]{64}");
        assertThat(authenticator.authenticate(with(client, "")))
                .as("verified once")
                .isSameAs(first);
        now.set(client.getNotAfter().toInstant().plus(Duration.ofSeconds(1)));
        assertThat(user(authenticator.authenticate(with(client, "")))).isEqualTo("Invalid");
    }

    @Test
    void oneGoodCredentialIsEnoughAndAWrongOneIsNotAnonymous() {
        Pki pki = Pki.inMemory(Clock.systemUTC());
        X509Certificate ours = pki.client("someone", "someone", List.of()).certificate();
        X509Certificate foreign =
                Pki.inMemory(Clock.systemUTC()).administrator().certificate();
        TokenAuthenticator tokens = new TokenAuthenticator() {
            @Override
            public Authentication authenticate(String token, List<String> audiences) {
                return token.equals("good")
                        ? new Authentication.Authenticated(UserInfo.of("account"))
                        : Authentication.NO_OPINION;
            }

            @Override
            public boolean mayBlock(String token) {
                return !token.equals("good");
            }
        };
        Authenticator union = UnionAuthenticator.failingOnInvalid(
                UnionAuthenticator.of(
                        new CertificateAuthenticator(pki.authority(), Clock.systemUTC()),
                        new BearerTokenAuthenticator(tokens)),
                new AnonymousAuthenticator());

        assertThat(user(union.authenticate(with(ours, "Bearer bad")))).isEqualTo("someone");
        assertThat(user(union.authenticate(with(foreign, "bearer good ")))).isEqualTo("account");
        assertThat(user(union.authenticate(with(foreign, "")))).isEqualTo("Invalid");
        assertThat(user(union.authenticate(with(null, "Bearer bad")))).isEqualTo("Invalid");
        assertThat(user(union.authenticate(with(null, "Basic YTpi")))).isEqualTo("system:anonymous");
        assertThat(user(union.authenticate(with(null, "")))).isEqualTo("system:anonymous");
        assertThat(union.mayBlock(with(ours, ""))).isFalse();
        assertThat(union.mayBlock(with(null, "Bearer good"))).isFalse();
        assertThat(union.mayBlock(with(null, "Bearer new"))).isTrue();
    }

    @Test
    void theFirstThatKnowsTheUserDecides() {
        assertThat(UnionAuthenticator.of(none -> Authentication.NO_OPINION, none -> BOB, none -> {
                            throw new AssertionError("was asked");
                        })
                        .authenticate(with(null, "")))
                .isSameAs(BOB);
    }

    /** A token that was never seen has to be verified, which takes an event loop too long. */
    @Test
    void onlyAKnownTokenIsQuick() throws Exception {
        try (MemoryStore store = MemoryStore.inMemory()) {
            Clock clock = Clock.systemUTC();
            ServiceAccountTokens tokens =
                    new ServiceAccountTokens(Pki.inMemory(clock).serviceAccountKey(), store, clock);
            dev.proa.api.value.MapValue account = dev.proa.api.codec.Json.decodeMap(
                    "{\"metadata\":{\"name\":\"a\",\"namespace\":\"n\",\"uid\":\"u\"}}");
            store.create(new dev.proa.server.store.Key("serviceaccounts", "n", "a"), account);
            String token = tokens.issue(account, List.of(), Duration.ofHours(1), null, null)
                    .token();

            assertThat(tokens.mayBlock(token)).isTrue();
            assertThat(user(Authenticators.ofTokens(tokens).authenticate(with(null, "Bearer " + token))))
                    .isEqualTo("system:serviceaccount:n:a");
            assertThat(tokens.mayBlock(token)).isFalse();
        }
    }
}
