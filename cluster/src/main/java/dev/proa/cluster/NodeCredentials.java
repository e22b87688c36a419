package dev.proa.cluster;

import dev.proa.client.clock.Clock;
import dev.proa.client.http.Connection;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** Issues the credentials by which a node in another process joins a cluster. */
public final class NodeCredentials {
    private NodeCredentials() {}

    /**
     * A connection that acts as user {@code system:node:NAME} in group {@code system:nodes}.
     *
     * @param cluster the directory of the cluster
     * @param url of the API server
     */
    public static Connection of(Path cluster, String url, String node) {
        Pki pki = Pki.open(cluster.resolve("pki"), Clock.system());
        CertificateAndKey pair = pki.client("node-" + node, "system:node:" + node, List.of("system:nodes"));
        return Connection.withCertificate(URI.create(url), pki.authorityPem(), pair.certificatePem(), pair.keyPem());
    }
}
