package dev.proa.server.authentication.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.ECKey;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.UserInfo;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of an issuer outside of the cluster, by a file of configuration. */
class JwtAuthenticatorsTest {
    private static final List<String> API = List.of("api");

    private static TestIssuer issuer;

    @TempDir
    Path directory;

    private final AtomicInteger changes = new AtomicInteger();

    @BeforeAll
    static void start() throws IOException, GeneralSecurityException {
        issuer = new TestIssuer();
    }

    @AfterAll
    static void stop() {
        issuer.close();
    }

    /** A configuration for the issuer. @param rest what follows {@code issuer}, indented by two */
    private static String configuration(String rest) {
        return configuration(issuer, rest);
    }

    private static String configuration(TestIssuer of, String rest) {
        return """
                apiVersion: apiserver.config.k8s.io/v1
                kind: AuthenticationConfiguration
                jwt:
                - issuer:
                    url: %s
                    audiences: [proa]
                    certificateAuthority: |
                %s
                """.formatted(of.url(), of.authority().indent(6)) + rest.indent(2);
    }

    private JwtAuthenticators of(String text) {
        try {
            return new JwtAuthenticators(
                    new JwtAuthenticators.Settings(
                            Optional.of(Files.writeString(directory.resolve("authn.yaml"), text)),
                            AuthenticationConfiguration.NONE,
                            JwtAuthenticators.ALGORITHMS,
                            Set.of("https://own"),
                            "here"),
                    Instant::now,
                    new PrometheusRegistry(),
                    changes::incrementAndGet);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static UserInfo user(Authentication answer) {
        assertThat(answer).isInstanceOf(Authentication.Authenticated.class);
        return ((Authentication.Authenticated) answer).user();
    }

    private static String problem(Authentication answer) {
        assertThat(answer).isInstanceOf(Authentication.Invalid.class);
        return ((Authentication.Invalid) answer).reason();
    }

    private static final String BY_CLAIMS = """
            claimMappings:
              username: {claim: sub, prefix: "corp:"}
              groups: {claim: teams, prefix: "corp:"}
              uid: {claim: number}
            claimValidationRules:
            - {claim: tenant, requiredValue: acme}
            """;

    private static final String BY_EXPRESSIONS = """
            claimMappings:
              username: {expression: 'claims.email + (claims.?email_verified.orValue(false) ? "" : "?")'}
              groups: {expression: 'claims.roles.split(",")'}
              uid: {expression: claims.sub}
              extra:
              - {key: example.com/city, valueExpression: claims.address.city}
              - {key: example.com/none, valueExpression: '""'}
            claimValidationRules:
            - {expression: 'claims.exp - claims.iat <= 900', message: a token lives for a quarter of an hour}
            userValidationRules:
            - {expression: "!user.username.startsWith('system:')", message: names of the system are not for people}
            """;

    @Test
    void aUserComesFromClaims() {
        try (JwtAuthenticators authenticators = of(configuration(BY_CLAIMS))) {
            MapValue claims = issuer.claims("jane")
                    .with("teams", ListValue.of("a", "b"))
                    .with("number", "7")
                    .with("tenant", "acme");
            UserInfo jane = user(authenticators.authenticate(issuer.sign(claims), API));
            assertThat(jane)
                    .isEqualTo(new UserInfo(
                            "corp:jane",
                            "7",
                            List.of("corp:a", "corp:b"),
                            Map.of(UserInfo.CREDENTIAL, List.of("JTI=id-jane"))));
            assertThat(user(authenticators.authenticate(issuer.sign(claims.with("teams", "one")), API))
                            .groups())
                    .containsExactly("corp:one");
            assertThat(problem(authenticators.authenticate(issuer.sign(claims.with("tenant", "other")), API)))
                    .isEqualTo("oidc: required claim tenant value does not match. Got = other, want = acme");
            assertThat(problem(authenticators.authenticate(issuer.sign(claims.without("tenant")), API)))
                    .isEqualTo("oidc: required claim tenant not present in ID token");
            assertThat(problem(authenticators.authenticate(issuer.sign(claims.with("number", 7L)), API)))
                    .startsWith("oidc: parse uid claim \"number\": ");
        }
    }

    @Test
    void aUserComesFromExpressions() {
        try (JwtAuthenticators authenticators = of(configuration(BY_EXPRESSIONS))) {
            MapValue claims = issuer.claims("9")
                    .with("email", "jane@example.com")
                    .with("email_verified", true)
                    .with("roles", "a,,b")
                    .with("address", MapValue.of("city", "Bonn"));
            UserInfo jane = user(authenticators.authenticate(issuer.sign(claims), API));
            assertThat(jane.name()).isEqualTo("jane@example.com");
            assertThat(jane.uid()).isEqualTo("9");
            assertThat(jane.groups()).containsExactly("a", "b");
            assertThat(jane.extra())
                    .containsEntry("example.com/city", List.of("Bonn"))
                    .doesNotContainKey("example.com/none");
            assertThat(problem(authenticators.authenticate(
                            issuer.sign(claims.with("exp", Instant.now().getEpochSecond() + 1000)), API)))
                    .isEqualTo("oidc: error evaluating claim validation expression: validation expression"
                            + " 'claims.exp - claims.iat <= 900' failed: a token lives for a quarter of an hour");
            assertThat(problem(authenticators.authenticate(issuer.sign(claims.with("email", "system:admin")), API)))
                    .contains("failed: names of the system are not for people");
            assertThat(problem(authenticators.authenticate(issuer.sign(claims.without("address")), API)))
                    .startsWith("oidc: error evaluating extra claim expression: expression 'claims.address.city'"
                            + " resulted in error: no such key: address");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://h o s t/keys", "https:keys", "https://", "keys", "http://localhost/keys"})
    void anIssuerWhoseKeysAreNowhereKnowsNobody(String url) throws IOException, GeneralSecurityException {
        try (TestIssuer lost = new TestIssuer();
                JwtAuthenticators authenticators =
                        of(configuration(lost, "claimMappings: {username: {claim: sub, prefix: ''}}"))) {
            lost.keysAt(url);
            assertThat(problem(authenticators.authenticate(lost.sign(lost.claims("a")), API)))
                    .contains("fetching keys");
        }
    }

    @Test
    void keysAreGotAgainWhenTheyAreRotated() throws IOException, GeneralSecurityException {
        try (TestIssuer rotating = new TestIssuer();
                JwtAuthenticators authenticators =
                        of(configuration(rotating, "claimMappings: {username: {claim: sub, prefix: ''}}"))) {
            assertThat(user(authenticators.authenticate(rotating.sign(rotating.claims("a")), API))
                            .name())
                    .isEqualTo("a");
            String before = rotating.sign(rotating.claims("b"));
            rotating.rotate("second");
            assertThat(user(authenticators.authenticate(rotating.sign(rotating.claims("c")), API))
                            .name())
                    .isEqualTo("c");
            assertThat(problem(authenticators.authenticate(before, API)))
                    .as("of the old key")
                    .contains("failed to verify id token signature");
            long asked = rotating.asked("/keys");
            for (int i = 0; i < 20; i++) {
                authenticators.authenticate(
                        TestIssuer.sign(rotating.claims("d"), TestIssuer.newKey("unknown" + i)), API);
            }
            assertThat(rotating.asked("/keys") - asked)
                    .as("unknown keys do not make it ask each time")
                    .isLessThanOrEqualTo(2);
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String encode(String text) {
        return encode(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void hostileTokensAreWorthNothing() throws GeneralSecurityException, com.nimbusds.jose.JOSEException {
        try (JwtAuthenticators authenticators =
                of(configuration("claimMappings: {username: {claim: sub, prefix: ''}}"))) {
            MapValue claims = issuer.claims("root");
            String good = issuer.sign(claims);
            assertThat(user(authenticators.authenticate(good, API)).name()).isEqualTo("root");
            String[] parts = good.split("\\.");
            ECKey other = TestIssuer.newKey(issuer.key().getKeyID());
            byte[] secret = issuer.key().toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8);
            String hmac = encode("{\"alg\":\"HS256\",\"kid\":\"first\"}") + "." + parts[1];
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            long now = Instant.now().getEpochSecond();
            for (String token : List.of(
                    TestIssuer.sign(claims, other),
                    encode("{\"alg\":\"none\"}") + "." + parts[1] + ".",
                    encode("{\"alg\":\"none\"}") + "." + parts[1] + "." + parts[2],
                    hmac + "." + encode(mac.doFinal(hmac.getBytes(StandardCharsets.US_ASCII))),
                    encode("{\"alg\":\"ES256\",\"kid\":\"../../etc/passwd\"}") + "." + parts[1] + "." + parts[2],
                    encode("{\"alg\":\"ES256\",\"jwk\":" + other.toPublicJWK() + "}") + "." + parts[1] + "." + parts[2],
                    encode("{\"alg\":\"RS256\",\"kid\":\"first\"}") + "." + parts[1] + "." + parts[2],
                    encode("{\"alg\":\"ES256\",\"kid\":\"first\",\"crit\":[\"exp\"]}") + "." + parts[1] + "."
                            + parts[2],
                    parts[0] + "." + parts[1] + "." + encode(new byte[64]),
                    parts[0] + "." + encode(Json.encode(claims.with("sub", "admin"))) + "." + parts[2],
                    issuer.sign(claims.with("exp", now - 1)),
                    issuer.sign(claims.without("exp")),
                    issuer.sign(claims.with("nbf", now + 120)),
                    issuer.sign(claims.with("aud", "elsewhere")),
                    issuer.sign(claims.without("aud")))) {
                assertThat(authenticators.authenticate(token, API))
                        .as(token)
                        .isNotInstanceOf(Authentication.Authenticated.class);
            }
            String nested = "{\"a\":".repeat(9_000) + "1" + "}".repeat(9_000);
            for (String token : List.of(
                    "x",
                    "..",
                    ".",
                    "a.b.c",
                    good + ".x",
                    encode(nested) + "." + parts[1] + "." + parts[2],
                    parts[0] + "." + encode(nested) + "." + parts[2],
                    issuer.sign(claims.with("iss", "https://elsewhere")))) {
                assertThat(authenticators.authenticate(token, API)).as(token).isEqualTo(Authentication.NO_OPINION);
            }
        }
    }

    @Test
    void groupsMayBeKeptElsewhere() throws IOException, GeneralSecurityException {
        try (JwtAuthenticators authenticators = of(configuration("""
                claimMappings:
                  username: {claim: sub, prefix: ''}
                  groups: {claim: groups, prefix: 'x:'}
                """))) {
            issuer.also("/groups", issuer.sign(issuer.claims("jane").with("groups", ListValue.of("far"))));
            MapValue claims = issuer.claims("jane")
                    .with("_claim_names", MapValue.of("groups", "src"))
                    .with(
                            "_claim_sources",
                            MapValue.of("src", MapValue.of("endpoint", issuer.url() + "/groups", "access_token", "t")));
            assertThat(user(authenticators.authenticate(issuer.sign(claims), API))
                            .groups())
                    .containsExactly("x:far");
            assertThat(problem(authenticators.authenticate(
                            issuer.sign(claims.with(
                                    "_claim_sources",
                                    MapValue.of("src", MapValue.of("endpoint", issuer.url() + "/nothing")))),
                            API)))
                    .startsWith(
                            "oidc: could not expand distributed claims: while getting distributed claim \"groups\"");
        }
    }

    @Test
    void aChangedFileCountsOnceItCanBeUsed() throws IOException, GeneralSecurityException {
        try (TestIssuer second = new TestIssuer();
                JwtAuthenticators authenticators =
                        of(configuration("claimMappings: {username: {claim: sub, prefix: 'a:'}}"))) {
            Path file = directory.resolve("authn.yaml");
            String token = issuer.sign(issuer.claims("jane"));
            assertThat(user(authenticators.authenticate(token, API)).name()).isEqualTo("a:jane");
            authenticators.reload();
            assertThat(changes).hasValue(0);

            Files.writeString(file, configuration("claimMappings: {username: {claim: sub}}"));
            authenticators.reload();
            assertThat(user(authenticators.authenticate(token, API)).name())
                    .as("an error")
                    .isEqualTo("a:jane");

            second.down(true);
            Files.writeString(file, configuration(second, "claimMappings: {username: {claim: sub, prefix: 'b:'}}"));
            authenticators.reload();
            assertThat(changes).as("an issuer that does not answer").hasValue(0);
            second.down(false);
            authenticators.reload();
            assertThat(changes).hasValue(1);
            assertThat(authenticators.authenticate(token, API)).isEqualTo(Authentication.NO_OPINION);
            assertThat(user(authenticators.authenticate(second.sign(second.claims("jane")), API))
                            .name())
                    .isEqualTo("b:jane");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            issuer: {url: "http://x", audiences: [a]} | jwt[0].issuer.url: Invalid value: "http://x": URL scheme must be https
            issuer: {url: "https://own", audiences: [a]} | jwt[0].issuer.url: Invalid value: "https://own": URL must not overlap with disallowed issuers: [https://own]
            issuer: {url: "https://u:p@x?q#f", audiences: [a]} | URL must not contain a username or password
            issuer: {audiences: [a]} | jwt[0].issuer.url: Required value
            issuer: {url: "https://x"} | jwt[0].issuer.audiences: Required value: at least one jwt[0].issuer.audiences is required
            issuer: {url: "https://x", audiences: [a, b]} | audienceMatchPolicy must be MatchAny for multiple audiences
            issuer: {url: "https://x", audiences: [a, a], audienceMatchPolicy: MatchAny} | jwt[0].issuer.audiences[1]: Duplicate value: "a"
            issuer: {url: "https://x", audiences: [a], discoveryURL: "https://x/"} | discoveryURL must be different from URL
            issuer: {url: "https://x", audiences: [a], certificateAuthority: nonsense} | jwt[0].issuer.certificateAuthority: Invalid value: "<omitted>"
            claimMappings: {} | jwt[0].claimMappings.username: Required value: claim or expression is required
            claimMappings: {username: {claim: a, expression: b}} | claim and expression can't both be set
            claimMappings: {username: {claim: a}} | jwt[0].claimMappings.username.prefix: Required value: prefix is required when claim is set. It can be set to an empty string to disable prefixing
            claimMappings: {username: {expression: "claims.sub +"}} | jwt[0].claimMappings.username.expression: Invalid value: "claims.sub +": compilation failed: ERROR
            claimMappings: {username: {expression: claims.email}} | claims.email_verified must be used in
            claimMappings: {username: {expression: claims.sub}, extra: [{key: "a", valueExpression: "'b'"}]} | must be a domain-prefixed path
            claimMappings: {username: {expression: claims.sub}, extra: [{key: "x.k8s.io/a", valueExpression: "'b'"}]} | are reserved for Kubernetes use
            claimValidationRules: [{expression: "'a'"}] | jwt[0].claimValidationRules[0].expression: Invalid value: "'a'": must evaluate to bool
            claimValidationRules: [{claim: a, expression: b}] | claim and expression can't both be set
            userValidationRules: [{expression: "user.nothing == ''"}] | undefined field 'nothing'
            claimValidationRule: [] | strict decoding error: unknown field "jwt[0].claimValidationRule"
            """)
    void aConfigurationThatCannotBeUsedIsRefused(String line, String problem) {
        String text =
                "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\njwt:\n- " + line + "\n";
        if (!line.startsWith("issuer")) {
            text += "  issuer: {url: \"https://x\", audiences: [a]}\n";
        }
        if (!line.startsWith("claimMappings")) {
            text += "  claimMappings: {username: {claim: sub, prefix: ''}}\n";
        }
        String whole = text;
        assertThatThrownBy(() -> of(whole)).hasMessageContaining(problem);
    }

    @Test
    void anonymousRequestsMayBeLimitedToPaths() {
        String head = "apiVersion: apiserver.config.k8s.io/v1beta1\nkind: AuthenticationConfiguration\nanonymous: ";
        try (JwtAuthenticators authenticators = of(head + "{enabled: true, conditions: [{path: /healthz}]}\n")) {
            assertThat(authenticators.anonymous())
                    .contains(new AuthenticationConfiguration.Anonymous(true, Set.of("/healthz")));
        }
        assertThatThrownBy(() -> of(head + "{enabled: false, conditions: [{path: /healthz}]}\n"))
                .hasMessageContaining("enabled should be set to true when conditions are defined");
    }
}
