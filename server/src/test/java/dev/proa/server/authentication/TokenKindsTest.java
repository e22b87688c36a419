package dev.proa.server.authentication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.TokenAuthenticator;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.pki.Pki;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import dev.proa.server.store.StoredObject;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kinds of tokens that the API server itself knows: static ones, bootstrap tokens, those of service accounts. */
class TokenKindsTest {
    private static final List<String> API = List.of(ServiceAccountTokens.ISSUER);

    @TempDir
    Path directory;

    private final MemoryStore store = MemoryStore.inMemory();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-05-01T00:00:00Z"));

    @AfterEach
    void close() {
        store.close();
    }

    private void put(Key key, MapValue value) {
        StoredObject old = store.snapshot().get(key);
        if (old == null) {
            store.create(key, value);
        } else {
            store.update(key, old.revision(), value);
        }
    }

    private TokenFile file(String text) throws IOException {
        return TokenFile.read(Files.writeString(directory.resolve("tokens.csv"), text));
    }

    @Test
    void aTokenFileHasAUserInEachLine() throws IOException {
        TokenFile tokens = file("""
                one,jane,7,"a,b"
                two,joe,8
                ,nobody,9
                "th""ree","J, Doe",,"x"\r
                """);
        assertThat(tokens.authenticate("one", API))
                .isEqualTo(new Authentication.Authenticated(new UserInfo("jane", "7", List.of("a", "b"), Map.of())));
        assertThat(tokens.authenticate("two", API))
                .isEqualTo(new Authentication.Authenticated(new UserInfo("joe", "8", List.of(), Map.of())));
        assertThat(tokens.authenticate("th\"ree", API))
                .isEqualTo(new Authentication.Authenticated(new UserInfo("J, Doe", "", List.of("x"), Map.of())));
        assertThat(tokens.authenticate("", API)).isEqualTo(Authentication.NO_OPINION);
        assertThat(tokens.authenticate("three", API)).isEqualTo(Authentication.NO_OPINION);
        assertThat(tokens.owns("one")).isTrue();
    }

    @Test
    void aTokenFileThatCannotBeReadIsRefusedWithoutItsTokens() {
        for (String text : List.of("secret,jane\n", "\"secret,jane,7\n", "\"secret\"x,jane,7\n", "sec\"ret,jane,7\n")) {
            assertThatThrownBy(() -> file(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .message()
                    .doesNotContain("secret");
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static MapValue bootstrapSecret(Map<String, String> data) {
        MapValue.Builder encoded = MapValue.builder();
        data.forEach((key, value) -> encoded.put(key, base64(value)));
        return MapValue.of(
                "data",
                encoded.build(),
                "metadata",
                MapValue.of("name", "bootstrap-token-abcdef", "namespace", "kube-system"),
                "type",
                "bootstrap.kubernetes.io/token");
    }

    @Test
    void aBootstrapTokenIsValidAsItsSecretSays() {
        BootstrapTokens tokens = new BootstrapTokens(store, now::get);
        String token = "abcdef.0123456789abcdef";
        Key key = new Key("secrets", "kube-system", "bootstrap-token-abcdef");
        Map<String, String> good = Map.of(
                "token-id", "abcdef",
                "token-secret", "0123456789abcdef",
                "usage-bootstrap-authentication", "true",
                "auth-extra-groups", "system:bootstrappers:workers",
                "expiration", "2026-05-01T01:00:00+01:00");
        assertThat(tokens.authenticate(token, API)).isEqualTo(Authentication.NO_OPINION);
        now.set(Instant.parse("2026-04-30T23:59:59Z"));
        put(key, bootstrapSecret(good));
        assertThat(tokens.authenticate(token, API))
                .isEqualTo(new Authentication.Authenticated(new UserInfo(
                        "system:bootstrap:abcdef",
                        "",
                        List.of("system:bootstrappers", "system:bootstrappers:workers"),
                        Map.of())));
        for (String other : List.of(
                "abcdef.0123456789abcdeg",
                "abcdef.0123456789abcde",
                "abcdeg.0123456789abcdef",
                "ABCDEF.0123456789abcdef",
                token + "\n")) {
            assertThat(tokens.authenticate(other, API)).as(other).isEqualTo(Authentication.NO_OPINION);
        }
        now.set(Instant.parse("2026-05-01T00:00:00Z"));
        assertThat(tokens.authenticate(token, API)).as("expired").isEqualTo(Authentication.NO_OPINION);
        now.set(Instant.parse("2026-04-30T00:00:00Z"));
        for (Map.Entry<String, String> change : Map.of(
                        "usage-bootstrap-authentication", "yes",
                        "token-id", "other1",
                        "auth-extra-groups", "system:masters",
                        "expiration", "soon")
                .entrySet()) {
            Map<String, String> changed = new java.util.HashMap<>(good);
            changed.put(change.getKey(), change.getValue());
            put(key, bootstrapSecret(changed));
            assertThat(tokens.authenticate(token, API)).as(change.getKey()).isEqualTo(Authentication.NO_OPINION);
        }
        put(key, bootstrapSecret(good).with("type", "Opaque"));
        assertThat(tokens.authenticate(token, API)).as("type").isEqualTo(Authentication.NO_OPINION);
    }

    private ServiceAccountTokens accounts(ServiceAccountSettings settings) {
        return new ServiceAccountTokens(
                new ServiceAccountKeys(Pki.inMemory(Clock.systemUTC()).serviceAccountKey(), List.of()),
                settings,
                store,
                now::get,
                new PrometheusRegistry());
    }

    private static MapValue object(String name, String namespace) {
        return MapValue.of("metadata", MapValue.of("name", name, "namespace", namespace, "uid", "uid-" + name));
    }

    @Test
    void aLegacyTokenIsValidAsLongAsItsSecretHasIt() {
        ServiceAccountTokens tokens = accounts(ServiceAccountSettings.STANDARD);
        List<String> marks = new ArrayList<>();
        tokens.markedBy((namespace, name, uid, day) -> marks.add(namespace + "/" + name + "/" + uid + " " + day));
        MapValue account = object("builder", "ns");
        MapValue secret = object("builder-token", "ns").with("type", "kubernetes.io/service-account-token");
        String token = tokens.issueLegacy(account, secret);
        Key key = new Key("secrets", "ns", "builder-token");
        put(new Key("serviceaccounts", "ns", "builder"), account);
        assertThat(tokens.authenticate(token, API)).isEqualTo(new Authentication.Invalid("Token has been invalidated"));
        put(key, secret.with("data", MapValue.of("token", base64(token))));

        assertThat(tokens.mayBlock(token)).as("the use is to be written down").isTrue();
        assertThat(tokens.authenticate(token, API))
                .isInstanceOfSatisfying(Authentication.Authenticated.class, known -> {
                    assertThat(known.user().name()).isEqualTo("system:serviceaccount:ns:builder");
                    assertThat(known.user().uid()).isEqualTo("uid-builder");
                    assertThat(known.user().extra()).isEmpty();
                    assertThat(known.annotations())
                            .containsEntry("authentication.k8s.io/legacy-token", "system:serviceaccount:ns:builder")
                            .containsEntry("authentication.k8s.io/legacy-token-manual-secret", "builder-token");
                });
        assertThat(marks).containsExactly("ns/builder-token/uid-builder-token 2026-05-01");
        MapValue used = secret.with("data", MapValue.of("token", base64(token)))
                .withMap(
                        "metadata",
                        meta -> meta.with("labels", MapValue.of("kubernetes.io/legacy-token-last-used", "2026-05-01")));
        put(key, used);
        assertThat(tokens.mayBlock(token)).isFalse();
        assertThat(tokens.authenticate(token, List.of("vault"))).isInstanceOf(Authentication.Invalid.class);

        put(
                key,
                used.withMap(
                        "metadata",
                        meta -> meta.withMap(
                                "labels",
                                labels -> labels.with("kubernetes.io/legacy-token-invalid-since", "2026-05-01"))));
        assertThat(((Authentication.Invalid) tokens.authenticate(token, API)).reason())
                .contains("has been marked invalid");
        put(key, used.with("data", MapValue.of("token", base64(token + "x"))));
        assertThat(tokens.authenticate(token, API))
                .isEqualTo(new Authentication.Invalid("Token does not match server's copy"));
    }

    @Test
    void aTokenThatAdmissionAskedForLivesLongerAndIsReported() {
        ServiceAccountTokens tokens = accounts(ServiceAccountSettings.STANDARD);
        MapValue account = object("a", "n");
        put(new Key("serviceaccounts", "n", "a"), account);
        put(new Key("pods", "n", "p"), object("p", "n"));
        ServiceAccountTokens.Bound pod = new ServiceAccountTokens.Bound("Pod", "p", "uid-p");
        ServiceAccountTokens.Issued issued =
                tokens.issue(account, List.of(), ServiceAccountTokens.WARN_AFTER, pod, null);
        assertThat(issued.expiration()).isEqualTo(now.get().plusSeconds(3607));

        now.set(now.get().plusSeconds(3700));
        assertThat(tokens.authenticate(issued.token(), API))
                .isInstanceOfSatisfying(
                        Authentication.Authenticated.class,
                        known -> assertThat(known.annotations())
                                .containsEntry(
                                        "authentication.k8s.io/stale-token",
                                        "subject: system:serviceaccount:n:a, seconds after warning threshold: 93"));
        String other =
                tokens.issue(account, List.of(), Duration.ofHours(1), pod, null).token();
        now.set(now.get().plusSeconds(3700));
        assertThat(tokens.authenticate(other, API))
                .isEqualTo(new Authentication.Invalid("service account token has expired"));
    }

    @Test
    void aTokenOutlivesTheDeletionOfItsPodByAMinute() {
        ServiceAccountTokens tokens = accounts(ServiceAccountSettings.STANDARD);
        MapValue account = object("a", "n");
        put(new Key("serviceaccounts", "n", "a"), account);
        put(
                new Key("pods", "n", "p"),
                object("p", "n").withMap("metadata", meta -> meta.with("deletionTimestamp", "2026-05-01T00:00:30Z")));
        String token = tokens.issue(
                        account,
                        List.of(),
                        Duration.ofHours(1),
                        new ServiceAccountTokens.Bound("Pod", "p", "uid-p"),
                        null)
                .token();
        assertThat(tokens.authenticate(token, API)).isInstanceOf(Authentication.Authenticated.class);
        now.set(Instant.parse("2026-05-01T00:01:31Z"));
        assertThat(tokens.authenticate(token, API))
                .isEqualTo(new Authentication.Invalid("service account token has been invalidated"));
    }

    @Test
    void aHugeTokenIsNotLookedAt() {
        TokenChain chain = new TokenChain(API, List.of(new TokenAuthenticator() {
            @Override
            public Authentication authenticate(String token, List<String> audiences) {
                throw new AssertionError("was asked");
            }

            @Override
            public boolean mayBlock(String token) {
                return false;
            }
        }));
        assertThat(chain.authenticate("a.".repeat(40_000), List.of())).isEqualTo(Authentication.NO_OPINION);
    }

    @Test
    void severalIssuersAreKnownAndTheFirstOneSigns() {
        ServiceAccountSettings settings = new ServiceAccountSettings(
                List.of("https://new", "https://old"),
                List.of("https://new"),
                "https://keys/jwks",
                Duration.ofHours(2),
                true);
        MapValue account = object("a", "n");
        put(new Key("serviceaccounts", "n", "a"), account);
        Pki pki = Pki.inMemory(Clock.systemUTC());
        ServiceAccountKeys keys = new ServiceAccountKeys(pki.serviceAccountKey(), List.of());
        ServiceAccountTokens tokens =
                new ServiceAccountTokens(keys, settings, store, now::get, new PrometheusRegistry());
        ServiceAccountTokens before = new ServiceAccountTokens(
                keys,
                new ServiceAccountSettings(List.of("https://old"), List.of("https://new"), "", Duration.ZERO, true),
                store,
                now::get,
                new PrometheusRegistry());
        List<String> audience = List.of("https://new");
        for (ServiceAccountTokens issuer : List.of(tokens, before)) {
            String token = issuer.issue(account, List.of(), Duration.ofHours(1), null, null)
                    .token();
            assertThat(tokens.authenticate(token, audience)).isInstanceOf(Authentication.Authenticated.class);
        }
        assertThat(dev.proa.api.codec.Json.decodeMap(tokens.discovery("https://here")))
                .isEqualTo(MapValue.of(
                        "id_token_signing_alg_values_supported", ListValue.of("ES256"),
                        "issuer", "https://new",
                        "jwks_uri", "https://keys/jwks",
                        "response_types_supported", ListValue.of("id_token"),
                        "subject_types_supported", ListValue.of("public")));
        assertThatThrownBy(() -> new ServiceAccountSettings(List.of("a", "a"), List.of("a"), "", Duration.ZERO, true))
                .hasMessage("service-account-issuer \"a\" is already specified");
        assertThatThrownBy(
                        () -> new ServiceAccountSettings(List.of("a"), List.of("a"), "http://x", Duration.ZERO, true))
                .hasMessageContaining("requires https scheme");
    }
}
