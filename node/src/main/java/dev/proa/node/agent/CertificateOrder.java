package dev.proa.node.agent;

import dev.proa.api.certificates.v1.CertificateSigningRequest;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.node.server.Subject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that a node orders from the cluster by a CertificateSigningRequest.
 *
 * @param signer {@code kubernetes.io/kubelet-serving} or {@code kubernetes.io/kube-apiserver-client-kubelet}
 * @param usage {@code server auth} or {@code client auth}
 * @param dnsNames alternative names
 * @param addresses alternative names, IPv4
 */
record CertificateOrder(String signer, String usage, String node, List<String> dnsNames, List<String> addresses) {

    CertificateOrder {
        dnsNames = List.copyOf(dnsNames);
        addresses = List.copyOf(addresses);
    }

    /** By which the node acts as {@code system:node:NAME}. */
    static CertificateOrder client(String node) {
        return new CertificateOrder(
                "kubernetes.io/kube-apiserver-client-kubelet", "client auth", node, List.of(), List.of());
    }

    /** Which the node's kubelet shows. */
    static CertificateOrder serving(String node, String address) {
        return new CertificateOrder(
                "kubernetes.io/kubelet-serving", "server auth", node, List.of(node), List.of(address));
    }

    private X500Principal subject() {
        return new X500Principal("CN=system:node:" + node + ",O=system:nodes");
    }

    /** Whether a certificate is what is ordered here: it has this subject and these names. */
    boolean isMetBy(X509Certificate certificate) throws GeneralSecurityException {
        Set<Object> names = new HashSet<>();
        if (certificate.getSubjectAlternativeNames() != null) {
            certificate.getSubjectAlternativeNames().forEach(name -> names.add(name.get(1)));
        }
        return Subject.of(certificate).commonNames().equals(List.of("system:node:" + node))
                && names.containsAll(dnsNames)
                && names.containsAll(addresses);
    }

    /**
     * Asks for the certificate, with a new key, and waits until the request is approved and signed.
     *
     * @throws IllegalStateException when it is denied or fails; the message says why
     */
    NodeCertificate fulfil(Client client, Clock clock) throws InterruptedException {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            ResourceClient<CertificateSigningRequest> requests = client.resource(CertificateSigningRequest.KIND);
            String pem = CertificateRequest.pem(pair, subject(), dnsNames, addresses);
            String name = AwaitApi.answer(
                    "the API server to take a request for a certificate",
                    clock,
                    () -> requests.create(request(pem)).name());
            String certificate = AwaitApi.answer(
                    "the approval of " + name + " (kubectl certificate approve " + name + ")",
                    clock,
                    () -> issued(name, requests.get(name).value().map("status")));
            return new NodeCertificate(pair.getPrivate(), NodeCertificate.certificates(certificate));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Node " + node + " got no certificate: " + e.getMessage(), e);
        }
    }

    private CertificateSigningRequest request(String pem) {
        return new CertificateSigningRequest(MapValue.of(
                "apiVersion",
                "certificates.k8s.io/v1",
                "kind",
                "CertificateSigningRequest",
                "metadata",
                MapValue.of("generateName", "csr-"),
                "spec",
                MapValue.of(
                        "signerName",
                        signer,
                        "usages",
                        ListValue.of("digital signature", usage),
                        "request",
                        Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII)))));
    }

    private static @Nullable String issued(String name, MapValue status) {
        for (Object condition : status.list("conditions")) {
            if (condition instanceof MapValue map
                    && (map.string("type").equals("Denied")
                            || map.string("type").equals("Failed"))) {
                throw new IllegalStateException(
                        "CertificateSigningRequest " + name + " was refused: " + map.string("message"));
            }
        }
        String certificate = status.string("certificate");
        return certificate.isEmpty()
                ? null
                : new String(Base64.getDecoder().decode(certificate), StandardCharsets.US_ASCII);
    }
}
