package dev.proa.node.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Transport.Request;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateRotationTest {
    private static final Duration VALIDITY = Duration.ofDays(10);

    private final SimulatedClock clock = new SimulatedClock();
    private final FakeTransport server = new FakeTransport(clock);
    private final Client client = new Client(server);
    private final KeyPair authorityKey = pair();
    private final X509Certificate authority = signed(new X500Name("CN=kubernetes"), authorityKey, null);
    /** Each request is answered with its certificate at once, or refused. */
    private volatile String refusal = "";

    private int serial;

    @TempDir
    private Path directory;

    CertificateRotationTest() {
        server.intercept(request -> request.verb().equals("create") ? answered(request) : request);
    }

    @AfterEach
    void close() {
        client.close();
    }

    private static KeyPair pair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate signed(X500Name subject, KeyPair key, org.bouncycastle.asn1.x509.Extension names) {
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    new X500Name("CN=kubernetes"),
                    BigInteger.valueOf(++serial),
                    Date.from(clock.instant()),
                    Date.from(clock.instant().plus(VALIDITY)),
                    subject,
                    key.getPublic());
            if (names != null) {
                builder.addExtension(names);
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(
                            new JcaContentSignerBuilder("SHA256withECDSA").build(authorityKey.getPrivate())));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Request answered(Request request) {
        MapValue csr = (MapValue) request.body();
        try {
            String pem = new String(
                    Base64.getDecoder().decode(csr.map("spec").string("request")), StandardCharsets.US_ASCII);
            var read = new JcaPKCS10CertificationRequest(
                    (PKCS10CertificationRequest) new PEMParser(new StringReader(pem)).readObject());
            var extensions = read.getRequestedExtensions();
            X509Certificate certificate = signed(
                    read.getSubject(),
                    new KeyPair(read.getPublicKey(), null),
                    extensions == null ? null : extensions.getExtension(Extension.subjectAlternativeName));
            String issued = new NodeCertificate(authorityKey.getPrivate(), List.of(certificate)).certificatePem();
            MapValue status = refusal.isEmpty()
                    ? MapValue.of(
                            "certificate",
                            Base64.getEncoder().encodeToString(issued.getBytes(StandardCharsets.US_ASCII)))
                    : MapValue.of(
                            "conditions",
                            ListValue.of(MapValue.of("type", "Denied", "status", "True", "message", refusal)));
            return new Request(
                    request.verb(), request.path(), request.query(), csr.with("status", status), request.contentType());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private CertificateRotation rotation(CertificateOrder order) {
        return new CertificateRotation(
                order, directory.resolve("pki").resolve("a.pem"), authority, clock, new Random(1));
    }

    @Test
    void isRenewedInTimeAgainAndAgain() throws Exception {
        CertificateRotation rotation = rotation(CertificateOrder.client("n"));
        NodeCertificate first = rotation.await(client);
        assertThat(first.certificate().getSubjectX500Principal().getName())
                .isEqualTo("CN=system:node:n,O=system:nodes");
        List<NodeCertificate> seen = new CopyOnWriteArrayList<>();
        Thread loop = Thread.startVirtualThread(() -> {
            try {
                rotation.run(client, null, seen::add);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        NodeCertificate last = first;
        for (int i = 1; i <= 3; i++) {
            Await.until("it sleeps", () -> clock.waiting() == 1);
            clock.advance(VALIDITY.multipliedBy(69).dividedBy(100));
            assertThat(seen).hasSize(i - 1);
            clock.advance(VALIDITY.multipliedBy(22).dividedBy(100));
            int expected = i;
            Await.until("another one", () -> seen.size() == expected);
            assertThat(seen.getLast().key()).isNotEqualTo(last.key());
            assertThat(rotation.current()).isSameAs(seen.getLast());
            last = seen.getLast();
        }
        loop.interrupt();
        loop.join();

        assertThat(rotation(CertificateOrder.client("n")).current().certificate())
                .isEqualTo(last.certificate());
        Path file = directory.resolve("pki").resolve("a.pem");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void whatIsRefusedIsTriedAgain() throws Exception {
        CertificateRotation rotation = rotation(CertificateOrder.client("n"));
        NodeCertificate first = rotation.await(client);
        refusal = "not now";
        List<NodeCertificate> seen = new CopyOnWriteArrayList<>();
        Thread loop = Thread.startVirtualThread(() -> {
            try {
                rotation.run(client, null, seen::add);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Await.until("it sleeps", () -> clock.waiting() == 1);
        clock.advance(VALIDITY.multipliedBy(91).dividedBy(100));
        Await.until("it was refused", () -> server.writes().size() == 2 && clock.waiting() == 1);
        assertThat(rotation.current()).isSameAs(first);
        refusal = "";
        clock.advance(Duration.ofSeconds(2));
        Await.until("another one", () -> seen.size() == 1);
        loop.interrupt();
        loop.join();
    }

    @Test
    void oneThatIsDeniedSaysWhy() {
        refusal = "go away";
        assertThatIllegalStateException()
                .isThrownBy(() -> rotation(CertificateOrder.client("n")).await(client))
                .withMessageContaining("was refused: go away");
    }

    @Test
    void onlyWhatIsStillFitIsUsedAgain() throws Exception {
        CertificateOrder order = CertificateOrder.serving("n", "10.90.0.2");
        NodeCertificate first = rotation(order).await(client);
        assertThat(rotation(order).current().certificate()).isEqualTo(first.certificate());
        assertThat(rotation(CertificateOrder.serving("n", "10.90.0.3")).current())
                .isNull();
        assertThat(rotation(CertificateOrder.serving("m", "10.90.0.2")).current())
                .isNull();
        X509Certificate another = signed(new X500Name("CN=another"), pair(), null);
        assertThat(new CertificateRotation(
                                order, directory.resolve("pki").resolve("a.pem"), another, clock, new Random(1))
                        .current())
                .isNull();
        clock.advance(VALIDITY.plusDays(1));
        assertThat(rotation(order).current()).isNull();

        Files.writeString(directory.resolve("pki").resolve("a.pem"), "broken");
        assertThat(rotation(order).current()).isNull();
        assertThat(rotation(order).await(client)).isNotNull();
    }

    @Test
    void aNameThatBeginsWithItIsAnothers() throws Exception {
        rotation(CertificateOrder.client("n10")).await(client);
        assertThat(rotation(CertificateOrder.client("n10")).current()).isNotNull();
        assertThat(rotation(CertificateOrder.client("n1")).current()).isNull();
    }

    @Test
    void notAllNodesRenewAtATime() {
        X509Certificate certificate = authority;
        List<Duration> after = new ArrayList<>();
        for (double part : List.of(0.0, 0.5, 1.0)) {
            after.add(Duration.between(
                    certificate.getNotBefore().toInstant(), CertificateRotation.due(certificate, part)));
        }
        assertThat(after).containsExactly(Duration.ofDays(7), Duration.ofDays(8), Duration.ofDays(9));
    }
}
