package dev.proa.node.agent;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.http.Connection;
import dev.proa.client.http.HttpTransport;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * The client certificate of a node that has joined: the one that it ordered last, else that of its kubeconfig. A node that came with a
 * bootstrap token orders its first one with it.
 */
final class NodeIdentity {
    private final CertificateRotation rotation;
    private final HttpTransport transport;
    private final Client client;
    /** As in the kubeconfig. */
    private final Connection given;

    /**
     * @param transport begins with the credentials of the kubeconfig
     * @param client that uses the transport
     */
    NodeIdentity(
            String node,
            Path directory,
            X509Certificate authority,
            HttpTransport transport,
            Client client,
            Clock clock) {
        this.rotation = new CertificateRotation(
                CertificateOrder.client(node),
                directory.resolve("pki").resolve("kubelet-client.pem"),
                authority,
                clock,
                new SecureRandom());
        this.transport = transport;
        this.client = client;
        this.given = transport.connection();
    }

    /** Has the transport use the node's certificate; waits for one when there is none. */
    void take() throws InterruptedException {
        NodeCertificate known = rotation.current();
        if (known != null) {
            use(known);
        } else if (given.certificate() == null) {
            use(rotation.await(client));
        }
    }

    /** Renews the certificate each time that it is due; ends when it is interrupted. */
    void renew() throws InterruptedException {
        rotation.run(client, ofKubeconfig(), this::use);
    }

    private @Nullable X509Certificate ofKubeconfig() {
        String pem = given.certificate();
        if (pem == null) {
            return null;
        }
        try {
            return NodeCertificate.certificates(pem).getFirst();
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "The certificate of the kubeconfig cannot be read: " + e.getMessage(), e);
        }
    }

    private void use(NodeCertificate certificate) {
        transport.renew(new Connection(
                given.server(),
                given.authority(),
                given.insecure(),
                certificate.certificatePem(),
                certificate.keyPem(),
                null));
    }
}
