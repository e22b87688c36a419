package dev.proa.cluster;

import dev.proa.client.clock.Clock;
import dev.proa.server.pki.Pki;
import dev.proa.server.pki.Pki.Listed;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/** The certificates of a cluster on disk. A running server notices within seconds that one was renewed, and shows it from then on. */
public final class ClusterCertificates {
    private final Path directory;

    /** @param cluster the directory of the cluster */
    public ClusterCertificates(Path cluster) {
        this.directory = cluster.resolve("pki");
    }

    /**
     * A certificate.
     *
     * @param name of its file, without ending
     * @param authority whether it signs others
     */
    public record Certificate(String name, X509Certificate certificate, boolean authority) {}

    /** All certificates, by name; empty for a cluster that never ran. */
    public List<Certificate> list() {
        return Pki.list(directory).stream()
                .map(listed -> new Certificate(listed.name(), listed.certificate(), listed.isAuthority()))
                .toList();
    }

    /** Makes a certificate anew, with a new key, for the same subject and names; for a year. */
    public Certificate renew(Certificate before) {
        X509Certificate renewed =
                Pki.open(directory, Clock.system()).renew(new Listed(before.name(), before.certificate()));
        return new Certificate(before.name(), renewed, false);
    }
}
