package dev.proa.node.agent;

import dev.proa.api.certificates.v1.CertificateSigningRequest;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.node.agent.NodeConfig.ServingCertificate;
import dev.proa.node.sandbox.state.StateFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Requests the certificate of a kubelet's server from the cluster, with a CertificateSigningRequest for signer {@code
 * kubernetes.io/kubelet-serving}. Certificate and key are kept in the node's directory, and used again as long as they
 * are valid for another month and for the node's address.
 */
final class ServingRequest {
    private static final String SIGNER = "kubernetes.io/kubelet-serving";
    private static final Duration RENEW_BEFORE = Duration.ofDays(30);

    private ServingRequest() {}

    /** Blocks until the request is approved and signed. */
    static ServingCertificate certificate(NodeConfig config, Client client, String address, Clock clock)
            throws InterruptedException {
        Path directory = config.directory().resolve("pki");
        try {
            StateFiles.makePrivate(directory);
            Path file = directory.resolve("kubelet-serving.pem");
            ServingCertificate known = read(file, config.name(), address, clock.instant());
            if (known != null) {
                return known;
            }
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            String certificate = sign(config.name(), address, pair, client, clock);
            StateFiles.write(file, certificate + key(pair.getPrivate()));
            return new ServingCertificate(pair.getPrivate(), parse(certificate));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(
                    "The kubelet of node " + config.name() + " has no certificate: " + e.getMessage(), e);
        }
    }

    private static String sign(String node, String address, KeyPair pair, Client client, Clock clock)
            throws GeneralSecurityException, InterruptedException {
        X500Principal subject = new X500Principal("CN=system:node:" + node + ",O=system:nodes");
        String request = CertificateRequest.pem(pair, subject, List.of(node), List.of(address));
        String name = client.resource(CertificateSigningRequest.KIND)
                .create(new CertificateSigningRequest(MapValue.of(
                        "apiVersion",
                        "certificates.k8s.io/v1",
                        "kind",
                        "CertificateSigningRequest",
                        "metadata",
                        MapValue.of("generateName", "csr-"),
                        "spec",
                        MapValue.of(
                                "signerName",
                                SIGNER,
                                "usages",
                                ListValue.of("digital signature", "server auth"),
                                "request",
                                Base64.getEncoder().encodeToString(request.getBytes(StandardCharsets.US_ASCII))))))
                .name();
        return AwaitApi.answer("the approval of " + name + " (kubectl certificate approve " + name + ")", clock, () -> {
            MapValue status = client.resource(CertificateSigningRequest.KIND)
                    .get(name)
                    .value()
                    .map("status");
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
        });
    }

    private static @Nullable ServingCertificate read(Path file, String node, String address, Instant now)
            throws IOException, GeneralSecurityException {
        if (!Files.exists(file)) {
            return null;
        }
        String pem = Files.readString(file);
        int key = pem.indexOf("-----BEGIN PRIVATE KEY-----");
        List<X509Certificate> chain = parse(pem.substring(0, key));
        X509Certificate first = chain.getFirst();
        boolean usable = first.getNotAfter().toInstant().minus(RENEW_BEFORE).isAfter(now)
                && first.getSubjectAlternativeNames() != null
                && first.getSubjectAlternativeNames().stream()
                        .map(name -> name.get(1))
                        .toList()
                        .containsAll(List.of(node, address));
        if (!usable) {
            return null;
        }
        String base64 = pem.substring(key).replaceAll("-----[A-Z ]+-----|\\s", "");
        return new ServingCertificate(
                KeyFactory.getInstance("EC")
                        .generatePrivate(
                                new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64))),
                chain);
    }

    private static List<X509Certificate> parse(String pem) throws GeneralSecurityException {
        List<X509Certificate> chain = new ArrayList<>();
        for (var certificate : CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
            chain.add((X509Certificate) certificate);
        }
        return chain;
    }

    private static String key(PrivateKey key) {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }
}
