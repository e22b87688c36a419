package dev.proa.server.authentication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.ClientCertificate;
import dev.proa.server.auth.Credentials;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.authentication.jwt.AuthenticationConfiguration;
import dev.proa.server.authentication.jwt.JwtAuthenticators;
import dev.proa.server.pki.Pki;
import dev.proa.server.store.MemoryStore;
import dev.proa.server.webhook.ServiceResolver;
import dev.proa.server.webhook.WebhookClient;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates of clients: their authorities, and what they say of a user. */
class ClientCertificatesTest {
    @TempDir
    Path directory;

    private record Pair(X509Certificate certificate, KeyPair keys) {}

    private static Pair issue(Pair issuer, String subject, boolean authority) {
        return issue(issuer, subject, authority, Instant.now().plusSeconds(3600), KeyPurposeId.id_kp_clientAuth);
    }

    /** @param purpose of what is no authority, and of an authority unless it is for clients */
    private static Pair issue(Pair issuer, String subject, boolean authority, Instant end, KeyPurposeId purpose) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            X500Name name = new X500Name(subject);
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer == null
                            ? name
                            : X500Name.getInstance(issuer.certificate()
                                    .getSubjectX500Principal()
                                    .getEncoded()),
                    BigInteger.valueOf(System.nanoTime()),
                    Date.from(Instant.now().minusSeconds(60)),
                    Date.from(end),
                    name,
                    keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (authority) {
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
            }
            if (!authority || !purpose.equals(KeyPurposeId.id_kp_clientAuth)) {
                builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
            }
            return new Pair(
                    new JcaX509CertificateConverter()
                            .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA")
                                    .build(
                                            issuer == null
                                                    ? keys.getPrivate()
                                                    : issuer.keys().getPrivate()))),
                    keys);
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Authentication ask(ReloadedAuthorities authorities, Pair client, Pair... intermediates) {
        return new CertificateAuthenticator(authorities::current, Clock.systemUTC())
                .authenticate(credentials(client, intermediates));
    }

    /** Nobody makes the event loops look for ways among certificates that strangers made up. */
    @Test
    void theWayToAnAuthorityIsLookedForOnAThreadAndIsShort() {
        Pair root = issue(null, "CN=root", true);
        Pair first = issue(root, "CN=first", true);
        Pair second = issue(first, "CN=second", true);
        Pair third = issue(second, "CN=third", true);
        ReloadedAuthorities authorities = new ReloadedAuthorities(List.of(root.certificate()), Optional.empty());
        CertificateAuthenticator authenticator = new CertificateAuthenticator(authorities::current, Clock.systemUTC());
        Credentials direct = credentials(issue(root, "CN=joe", false));
        assertThat(authenticator.mayBlock(direct)).isFalse();
        assertThat(authenticator.mayBlock(new Credentials(null, header -> null)))
                .isFalse();

        Pair jane = issue(second, "CN=jane", false);
        Credentials far = credentials(jane, first, second);
        assertThat(authenticator.mayBlock(far)).isTrue();
        assertThat(user(authenticator.authenticate(far)).name()).isEqualTo("jane");
        assertThat(authenticator.mayBlock(far)).as("it was found").isFalse();
        assertThat(authenticator.mayBlock(credentials(jane, first, second)))
                .as("on another connection")
                .isFalse();
        Credentials tooFar = credentials(issue(third, "CN=jim", false), first, second, third);
        assertThat(authenticator.authenticate(tooFar)).isInstanceOf(Authentication.Invalid.class);
        assertThat(authenticator.mayBlock(tooFar)).as("it was looked for").isFalse();

        FrontProxyAuthenticator proxies = new FrontProxyAuthenticator(
                authorities::current,
                new RequestHeaderOptions(List.of(), List.of("X-Remote-User"), List.of(), List.of(), List.of()),
                Clock.systemUTC());
        assertThat(proxies.mayBlock(credentials(issue(second, "CN=proxy", false), first, second)))
                .isTrue();
        assertThat(proxies.mayBlock(direct)).isFalse();
    }

    /** As Go's verification, which counts the authority as a part of the chain. */
    @Test
    void timesAndPurposesOfAllThatItDependsOnCount() {
        Instant soon = Instant.now().plusSeconds(3600);
        Pair old = issue(null, "CN=old", true, Instant.now().minusSeconds(1), KeyPurposeId.id_kp_clientAuth);
        Pair middle = issue(old, "CN=middle", true);
        Pair jane = issue(middle, "CN=jane", false);
        assertThat(ask(new ReloadedAuthorities(List.of(old.certificate()), Optional.empty()), jane, middle))
                .as("of an authority that is over")
                .isInstanceOf(Authentication.Invalid.class);

        Pair root = issue(null, "CN=root", true);
        Pair forServers = issue(root, "CN=for servers", true, soon, KeyPurposeId.id_kp_serverAuth);
        Pair forAll = issue(root, "CN=for all", true, soon, KeyPurposeId.anyExtendedKeyUsage);
        ReloadedAuthorities roots = new ReloadedAuthorities(List.of(root.certificate()), Optional.empty());
        assertThat(ask(roots, issue(forServers, "CN=jane", false), forServers))
                .isInstanceOf(Authentication.Invalid.class);
        assertThat(user(ask(roots, issue(forAll, "CN=jane", false), forAll)).name())
                .isEqualTo("jane");
        assertThat(ask(
                        new ReloadedAuthorities(List.of(forServers.certificate()), Optional.empty()),
                        issue(forServers, "CN=jane", false)))
                .as("an authority for servers itself")
                .isInstanceOf(Authentication.Invalid.class);
    }

    private static Credentials credentials(Pair client, Pair... intermediates) {
        return new Credentials(
                new ClientCertificate(
                        client.certificate(),
                        List.of(intermediates).stream().map(Pair::certificate).toList()),
                header -> null);
    }

    private static UserInfo user(Authentication answer) {
        assertThat(answer).isInstanceOf(Authentication.Authenticated.class);
        return ((Authentication.Authenticated) answer).user();
    }

    @Test
    void aCertificateNamesUserGroupsAndUid() {
        Pair root = issue(null, "CN=root", true);
        ReloadedAuthorities authorities = new ReloadedAuthorities(List.of(root.certificate()), Optional.empty());
        UserInfo jane = user(ask(authorities, issue(root, "O=a,O=b,1.3.6.1.4.1.57683.2=7-7,CN=jane", false)));
        assertThat(jane.name()).isEqualTo("jane");
        assertThat(jane.uid()).isEqualTo("7-7");
        assertThat(jane.groups()).containsExactly("a", "b", "system:authenticated");
        assertThat(ask(authorities, issue(root, "1.3.6.1.4.1.57683.2=1,1.3.6.1.4.1.57683.2=2,CN=jane", false)))
                .as("two uids")
                .isInstanceOf(Authentication.Invalid.class);
        assertThat(ask(authorities, issue(root, "O=system:masters", false)))
                .as("no name")
                .isInstanceOf(Authentication.Invalid.class);
        assertThat(ask(authorities, issue(root, "CN=root2", true)))
                .as("not for clients")
                .isInstanceOf(Authentication.Invalid.class);
    }

    @Test
    void aCertificateMayDependOnOthers() {
        Pair root = issue(null, "CN=root", true);
        Pair middle = issue(root, "CN=middle", true);
        Pair jane = issue(middle, "CN=jane", false);
        ReloadedAuthorities authorities = new ReloadedAuthorities(List.of(root.certificate()), Optional.empty());
        assertThat(user(ask(authorities, jane, middle)).name()).isEqualTo("jane");
        assertThat(ask(authorities, issue(middle, "CN=joe", false))).isInstanceOf(Authentication.Invalid.class);
        Pair forged = issue(jane, "CN=admin", false);
        assertThat(ask(authorities, forged, jane, middle))
                .as("a client is no authority")
                .isInstanceOf(Authentication.Invalid.class);
        assertThat(ask(new ReloadedAuthorities(List.of(jane.certificate()), Optional.empty()), forged))
                .as("nor if it is called one")
                .isInstanceOf(Authentication.Invalid.class);
    }

    @Test
    void theAuthorityOfClientsIsNotThatOfProxiesOfAnyName() throws IOException {
        Pki pki = Pki.inMemory(Clock.systemUTC());
        Path file = Files.writeString(directory.resolve("ca.crt"), pki.authorityPem());
        try (MemoryStore store = MemoryStore.inMemory()) {
            assertThatThrownBy(() -> authenticators(file, List.of(), pki, store))
                    .hasMessageContaining("contain overlapping certificates");
            try (Authenticators named = authenticators(file, List.of("proxy"), pki, store)) {
                assertThat(named.hasFiles()).isTrue();
            }
        }
    }

    private static Authenticators authenticators(Path proxies, List<String> names, Pki pki, MemoryStore store) {
        return new Authenticators(
                new AuthenticationOptions(
                        Optional.empty(),
                        Optional.of(proxies),
                        new RequestHeaderOptions(names, List.of("X-Remote-User"), List.of(), List.of(), List.of()),
                        Optional.empty(),
                        new JwtAuthenticators.Settings(
                                Optional.empty(),
                                AuthenticationConfiguration.NONE,
                                JwtAuthenticators.ALGORITHMS,
                                Set.of(),
                                "here"),
                        Optional.empty(),
                        true,
                        Optional.empty(),
                        ServiceAccountSettings.STANDARD,
                        Optional.empty(),
                        List.of()),
                new Authenticators.Parts(
                        pki,
                        store,
                        new WebhookClient(
                                () -> {
                                    throw new AssertionError("no webhook is called");
                                },
                                store::snapshot,
                                new ServiceResolver(new Random(1)),
                                () -> ""),
                        Clock.systemUTC(),
                        new PrometheusRegistry()));
    }

    @Test
    void authoritiesAreReadAgainWhenTheirFileChanges() throws IOException {
        Pki first = Pki.inMemory(Clock.systemUTC());
        Pki second = Pki.inMemory(Clock.systemUTC());
        Path file = Files.writeString(directory.resolve("ca.crt"), first.authorityPem());
        ReloadedAuthorities authorities = new ReloadedAuthorities(List.of(), Optional.of(file));
        ClientAuthorities before = authorities.current();
        X509Certificate jane = first.client("jane", "jane", List.of()).certificate();
        X509Certificate joe = second.client("joe", "joe", List.of()).certificate();
        CertificateAuthenticator authenticator = new CertificateAuthenticator(authorities::current, Clock.systemUTC());
        Credentials asJane = new Credentials(new ClientCertificate(jane), header -> null);
        Credentials asJoe = new Credentials(new ClientCertificate(joe), header -> null);

        authorities.reload();
        assertThat(authorities.current()).as("unchanged").isSameAs(before);
        assertThat(user(authenticator.authenticate(asJane)).name()).isEqualTo("jane");
        assertThat(authenticator.authenticate(asJoe)).isInstanceOf(Authentication.Invalid.class);
        Files.writeString(file, "nonsense");
        authorities.reload();
        assertThat(authorities.current())
                .as("what cannot be read changes nothing")
                .isSameAs(before);
        Files.writeString(file, second.authorityPem());
        authorities.reload();
        assertThat(user(authenticator.authenticate(asJoe)).name()).isEqualTo("joe");
        assertThat(authenticator.authenticate(asJane))
                .as("on a connection that is open already, too")
                .isInstanceOf(Authentication.Invalid.class);
        assertThatThrownBy(() -> new ReloadedAuthorities(
                        List.of(), Optional.of(Files.writeString(directory.resolve("empty"), ""))))
                .hasMessageContaining("has no certificates");
    }
}
