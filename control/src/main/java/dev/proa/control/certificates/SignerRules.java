package dev.proa.control.certificates;

import java.util.List;
import java.util.Set;

/** What each signer of {@code kubernetes.io} signs, with the texts that say why it does not. */
final class SignerRules {
    static final String CLIENT = "kubernetes.io/kube-apiserver-client";
    static final String KUBELET_CLIENT = "kubernetes.io/kube-apiserver-client-kubelet";
    static final String KUBELET_SERVING = "kubernetes.io/kubelet-serving";
    static final String LEGACY = "kubernetes.io/legacy-unknown";

    /** Begins the user names of nodes. */
    static final String NODE_USER = "system:node:";

    static final String NODES = "system:nodes";

    private SignerRules() {}

    static boolean isKnown(String signer) {
        return Set.of(CLIENT, KUBELET_CLIENT, KUBELET_SERVING, LEGACY).contains(signer);
    }

    /** Why a signer that is known does not sign a request; empty when it does. */
    static String objection(String signer, Requested request, List<String> usages) {
        return switch (signer) {
            case CLIENT -> client(usages);
            case KUBELET_CLIENT -> kubeletClient(request, usages);
            case KUBELET_SERVING -> kubeletServing(request, usages);
            default -> "";
        };
    }

    private static String client(List<String> usages) {
        for (String usage : usages) {
            if (!Set.of("digital signature", "key encipherment", "client auth").contains(usage)) {
                return "invalid usage for client certificate: " + usage;
            }
        }
        return usages.contains("client auth") ? "" : "missing required usage for client certificate: client auth";
    }

    private static String kubeletClient(Requested request, List<String> usages) {
        if (!request.organizations().equals(List.of(NODES))) {
            return "subject organization is not system:nodes";
        }
        if (!request.dnsNames().isEmpty()) {
            return "DNS subjectAltNames are not allowed";
        }
        if (!request.emails().isEmpty()) {
            return "Email subjectAltNames are not allowed";
        }
        if (!request.addresses().isEmpty()) {
            return "IP subjectAltNames are not allowed";
        }
        if (!request.uris().isEmpty()) {
            return "URI subjectAltNames are not allowed";
        }
        if (!request.commonName().startsWith(NODE_USER)) {
            return "subject common name does not begin with system:node:";
        }
        return usages("client auth", usages);
    }

    private static String kubeletServing(Requested request, List<String> usages) {
        if (!request.organizations().equals(List.of(NODES))) {
            return "subject organization is not system:nodes";
        }
        if (request.dnsNames().isEmpty() && request.addresses().isEmpty()) {
            return "DNS or IP subjectAltName is required";
        }
        if (!request.emails().isEmpty()) {
            return "Email subjectAltNames are not allowed";
        }
        if (!request.uris().isEmpty()) {
            return "URI subjectAltNames are not allowed";
        }
        String objection = usages("server auth", usages);
        if (!objection.isEmpty()) {
            return objection;
        }
        return request.commonName().startsWith(NODE_USER) ? "" : "subject common name does not begin with system:node:";
    }

    /** The purpose and digital signature are required, key encipherment (for RSA) is optional. */
    private static String usages(String purpose, List<String> usages) {
        Set<String> given = Set.copyOf(usages);
        boolean fine = given.equals(Set.of("digital signature", purpose))
                || given.equals(Set.of("digital signature", "key encipherment", purpose));
        List<String> sorted = purpose.equals("client auth")
                ? List.of("client auth", "digital signature", "key encipherment")
                : List.of("digital signature", "key encipherment", "server auth");
        return fine ? "" : "usages did not match [" + String.join(" ", sorted) + "]";
    }
}
