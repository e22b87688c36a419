package dev.proa.server.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.proa.server.pki.Pki.Listed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates on disk: which there are, that they are renewed, and that a server sees what another process renewed. */
class PkiTest {
    private Instant now = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir
    private Path directory;

    private Pki open() {
        return Pki.open(directory, () -> now);
    }

    private Listed listed(String name) {
        return Pki.list(directory).stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatIsThereIsListedAndNothingIsMade() {
        Path none = directory.resolve("none");
        assertThat(Pki.list(none)).isEmpty();
        assertThat(none).doesNotExist();

        Pki pki = open();
        pki.administrator();
        pki.frontProxyClient();
        pki.serviceAccountKey();
        assertThat(Pki.list(directory))
                .extracting(Listed::name)
                .containsExactly("admin", "ca", "front-proxy-ca", "front-proxy-client");
        assertThat(Pki.list(directory))
                .filteredOn(Listed::isAuthority)
                .extracting(Listed::name)
                .containsExactly("ca", "front-proxy-ca");
    }

    @Test
    void aRenewedOneIsForTheSameAndARunningServerSeesIt() throws Exception {
        Pki running = open();
        CertificateAndKey before = running.server(List.of("example.com"));
        now = now.plus(Duration.ofDays(100));
        open().renew(listed("apiserver"));

        CertificateAndKey after = running.server(List.of("example.com"));
        assertThat(after.certificate().getSerialNumber())
                .isNotEqualTo(before.certificate().getSerialNumber());
        assertThat(after.belongTogether()).isTrue();
        assertThat(after.certificate().getSubjectX500Principal())
                .isEqualTo(before.certificate().getSubjectX500Principal());
        assertThat(after.certificate().getExtendedKeyUsage())
                .isEqualTo(before.certificate().getExtendedKeyUsage());
        assertThat(Certificates.names(after.certificate())).isEqualTo(Certificates.names(before.certificate()));
        assertThat(after.certificate().getNotAfter().toInstant()).isEqualTo(now.plus(Duration.ofDays(365)));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("apiserver.key"))))
                .isEqualTo("rw-------");
    }

    @Test
    void eachIsSignedByItsOwnAuthority() {
        Pki pki = open();
        pki.frontProxyClient();
        pki.kubeletClient();
        assertThat(Certificates.signedBy(
                        pki.renew(listed("front-proxy-client")),
                        pki.frontProxyAuthority().certificate()))
                .isTrue();
        assertThat(Certificates.signedBy(pki.renew(listed("apiserver-kubelet-client")), pki.authority()))
                .isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pki.renew(listed("ca")))
                .withMessageContaining("ca is an authority");
    }

    @Test
    void theNamesOfServersAreTheUsualOnesAndThoseOfTheirCertificates() {
        Pki pki = Pki.inMemory(Instant::now);
        assertThat(pki.serverNames()).contains("kubernetes.default.svc", "localhost", "10.96.0.1");
        pki.server(List.of("api.example.org"));
        pki.registryServer(List.of("images.example.org"));
        pki.kubeletServer("n", List.of());
        assertThat(pki.serverNames())
                .contains("api.example.org", "images.example.org")
                .doesNotContain("n");
    }

    /** A month before its end; as long as it is not due, everybody gets the same. */
    @Test
    void whatIsDueIsRenewedByItself() {
        Pki pki = open();
        CertificateAndKey before = pki.kubeletClient();
        now = now.plus(Duration.ofDays(334));
        assertThat(pki.kubeletClient().certificate()).isEqualTo(before.certificate());
        now = now.plus(Duration.ofDays(2));
        assertThat(pki.kubeletClient().certificate()).isNotEqualTo(before.certificate());
    }

    @Test
    void aKeyThatIsNotTheCertificatesIsNotShown() throws Exception {
        Pki running = open();
        running.kubeletClient();
        Path key = directory.resolve("apiserver-kubelet-client.key");
        String old = Files.readString(key);
        open().renew(listed("apiserver-kubelet-client"));
        Files.writeString(key, old);
        assertThatIllegalStateException()
                .isThrownBy(running::kubeletClient)
                .withMessageContaining("is damaged; remove both, and they are made anew");
    }
}
