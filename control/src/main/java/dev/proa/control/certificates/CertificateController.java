package dev.proa.control.certificates;

import dev.proa.api.certificates.v1.CertificateSigningRequest;
import dev.proa.api.certificates.v1.CertificateSigningRequestSpec;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.Conditions;
import dev.proa.control.shared.ControlContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Signs approved CertificateSigningRequests of the signers {@code kubernetes.io/kubelet-serving} and {@code
 * kubernetes.io/kube-apiserver-client}. It approves requests for a kubelet's serving certificate itself if a node asks
 * for its own names: in Kubernetes that is left to a person or another controller.
 */
public final class CertificateController {
    private static final String SERVING = "kubernetes.io/kubelet-serving";
    private static final String USER_PREFIX = "system:node:";
    private static final String CLIENT = "kubernetes.io/kube-apiserver-client";

    private final ControlContext context;
    private final Signer signer;
    private final BiPredicate<String, String> addresses;
    private final Informer<CertificateSigningRequest> requests;

    /** Reads requests (PKCS #10, in PEM), and signs them with the key of the cluster's CA. */
    public interface Signer {
        /** What a request asks for; null for one that cannot be read. */
        @Nullable
        Requested read(String request);

        /**
         * Signs a request; returns the certificate in PEM.
         *
         * @param usages as in {@code spec.usages}
         * @param seconds for which the certificate is wanted to be valid, 0 for the usual time
         */
        String sign(String request, Set<String> usages, long seconds);
    }

    /**
     * What a request asks for.
     *
     * @param commonName of the subject
     * @param organizations of the subject
     * @param names alternative names: DNS names and addresses
     * @param otherNames whether there are alternative names of other types, such as URIs
     */
    public record Requested(String commonName, Set<String> organizations, Set<String> names, boolean otherNames) {}

    /** @param addresses whether a node, by name, has an address */
    public CertificateController(ControlContext shared, Signer signer, BiPredicate<String, String> addresses) {
        ControlContext context = shared.as("certificate-controller");
        this.addresses = addresses;
        this.context = context;
        this.signer = signer;
        this.requests = context.informers().informer(CertificateSigningRequest.KIND);
        context.<String>controller("certificatesigningrequest-signing-controller", this::reconcile)
                .watch(requests, CertificateSigningRequest::name);
    }

    private Result reconcile(String name) {
        CertificateSigningRequest request = requests.get("", name);
        if (request == null) {
            return Result.DONE;
        }
        CertificateSigningRequestSpec spec = request.spec();
        MapValue status = request.value().map("status");
        boolean serving = spec.signerName().equals(SERVING);
        if (!serving && !spec.signerName().equals(CLIENT)
                || !status.string("certificate").isEmpty()
                || has(status, "Denied")
                || has(status, "Failed")) {
            return Result.DONE;
        }
        boolean approved = has(status, "Approved");
        if (!approved && !serving) {
            return Result.DONE; // a person decides
        }
        Set<String> usages = new HashSet<>(spec.usages());
        String pem = new String(spec.request(), StandardCharsets.US_ASCII);
        Requested requested = signer.read(pem);
        String objection = requested == null
                ? "the request cannot be read"
                : serving ? objection(requested, usages) : clientObjection(requested, usages);
        try {
            if (requested == null || objection != null) {
                if (!approved) {
                    return Result.DONE;
                }
                write(request, "status", condition("Failed", "SignerValidationFailure", objection), null);
            } else if (approved) {
                write(request, "status", null, signer.sign(pem, usages, spec.expirationSeconds()));
            } else if (isOwn(spec, requested)) {
                write(
                        request,
                        "approval",
                        condition("Approved", "AutoApproved", "Auto approving kubelet serving certificate of a node"),
                        null);
            }
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
        return Result.DONE;
    }

    /** What keeps a serving certificate from being signed, as the signer's rules of Kubernetes have it; null for nothing. */
    private static @Nullable String objection(Requested requested, Set<String> usages) {
        if (!requested.organizations().equals(Set.of("system:nodes"))) {
            return "subject organization is not system:nodes";
        }
        if (!requested.commonName().startsWith(USER_PREFIX)) {
            return "subject common name does not begin with system:node:";
        }
        if (requested.names().isEmpty()) {
            return "DNS or IP subjectAltName is required";
        }
        if (requested.otherNames()) {
            return "only DNS and IP subjectAltNames are allowed";
        }
        return usages.contains("server auth")
                        && Set.of("server auth", "digital signature", "key encipherment")
                                .containsAll(usages)
                ? null
                : "usages did not match [digital signature key encipherment server auth]";
    }

    private static @Nullable String clientObjection(Requested requested, Set<String> usages) {
        if (requested.organizations().contains("system:masters")) {
            return "organization system:masters is not allowed";
        }
        return usages.contains("client auth")
                        && Set.of("client auth", "digital signature", "key encipherment")
                                .containsAll(usages)
                ? null
                : "usages did not match [digital signature key encipherment client auth]";
    }

    /**
     * Whether a node asks for a certificate of its own name and address. What its Node object says does not count: a
     * node writes that itself, and could become the API server for pods by a certificate for its address.
     */
    private boolean isOwn(CertificateSigningRequestSpec spec, Requested requested) {
        String user = spec.username();
        if (!user.equals(requested.commonName()) || !spec.groups().contains("system:nodes")) {
            return false;
        }
        String node = user.substring(USER_PREFIX.length());
        return requested.names().stream()
                .allMatch(name -> name.equals(node) && !node.equals("localhost") && !node.startsWith("kubernetes")
                        || addresses.test(node, name));
    }

    private void write(
            CertificateSigningRequest request,
            String subresource,
            @Nullable MapValue condition,
            @Nullable String certificate) {
        MapValue changed = request.value().withMap("status", status -> {
            MapValue next = condition == null
                    ? status
                    : status.with("conditions", Conditions.put(status.list("conditions"), condition));
            return certificate == null
                    ? next
                    : next.with(
                            "certificate",
                            Base64.getEncoder().encodeToString(certificate.getBytes(StandardCharsets.US_ASCII)));
        });
        context.client()
                .resource(CertificateSigningRequest.KIND)
                .subresource("update", request.name(), subresource, changed);
    }

    private static MapValue condition(String type, String reason, @Nullable String message) {
        return MapValue.of("type", type, "status", "True", "reason", reason, "message", message);
    }

    private static boolean has(MapValue status, String type) {
        return Conditions.get(status.list("conditions"), type) != null;
    }
}
