package dev.proa.cluster;

import dev.proa.api.core.v1.Secret;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.http.Connection;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Issues the credentials by which a node in another process joins a cluster. */
public final class NodeCredentials {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz";

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

    /**
     * Makes a bootstrap token. The connection with it acts in group {@link NodeGrants#JOINING}: it may order a client certificate for a node, whose name
     * it chooses, and nothing else.
     *
     * @param client of an administrator
     * @param validity for which nodes may join with it
     */
    public static Connection joining(Client client, Path cluster, String url, Duration validity) {
        String id = random(6);
        String secret = random(16);
        client.resource(Secret.KIND)
                .create(new Secret(MapValue.of(
                        "apiVersion",
                        "v1",
                        "kind",
                        "Secret",
                        "metadata",
                        MapValue.of("name", "bootstrap-token-" + id, "namespace", "kube-system"),
                        "type",
                        "bootstrap.kubernetes.io/token",
                        "stringData",
                        MapValue.builder()
                                .put("description", "By which nodes join, made by proa kubeconfig --join.")
                                .put("token-id", id)
                                .put("token-secret", secret)
                                .put("expiration", Times.format(Instant.now().plus(validity)))
                                .put("usage-bootstrap-authentication", "true")
                                .put("auth-extra-groups", NodeGrants.JOINING)
                                .build())));
        Pki pki = Pki.open(cluster.resolve("pki"), Clock.system());
        return Connection.withToken(URI.create(url), pki.authorityPem(), id + "." + secret);
    }

    private static String random(int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(CHARACTERS.charAt(RANDOM.nextInt(CHARACTERS.length())));
        }
        return text.toString();
    }
}
