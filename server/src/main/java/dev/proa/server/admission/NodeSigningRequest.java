package dev.proa.server.admission;

import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/** A certificate that a node asks for: of the signers for kubelets it gets those with its own name only. */
record NodeSigningRequest(String node, AdmissionAttributes request) {
    private static final Set<String> SIGNERS =
            Set.of("kubernetes.io/kubelet-serving", "kubernetes.io/kube-apiserver-client-kubelet");

    void check() {
        MapValue spec = request.object().map("spec");
        if (request.operation() == Operation.CREATE
                && request.subresource().isEmpty()
                && SIGNERS.contains(spec.string("signerName"))
                && !isOwn(spec.string("request"))) {
            throw request.forbidden("can only create a node CSR with CN=system:node:" + node);
        }
    }

    /** Whether a request has the node's name and no other, so that it does not matter which of several counts. */
    private boolean isOwn(String encoded) {
        RDN[] names = names(encoded);
        return names.length == 1
                && !names[0].isMultiValued()
                && IETFUtils.valueToString(names[0].getFirst().getValue()).equals("system:node:" + node);
    }

    private RDN[] names(String encoded) {
        byte[] pem = Base64.getMimeDecoder().decode(encoded);
        try (PEMParser parser = new PEMParser(new StringReader(new String(pem, StandardCharsets.US_ASCII)))) {
            if (parser.readObject() instanceof PKCS10CertificationRequest found) {
                return found.getSubject().getRDNs(BCStyle.CN);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw request.forbidden("unable to parse csr: " + e.getMessage());
        }
        throw request.forbidden("unable to parse csr: PEM block type must be CERTIFICATE REQUEST");
    }
}
