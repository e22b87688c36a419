package dev.proa.control.certificates;

import dev.proa.api.certificates.v1.CertificateSigningRequest;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.control.shared.Conditions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** What the controllers of CertificateSigningRequests have in common. */
final class SigningRequests {
    private SigningRequests() {}

    static boolean has(CertificateSigningRequest request, String condition) {
        return Conditions.get(request.value().map("status").list("conditions"), condition) != null;
    }

    static boolean isIssued(CertificateSigningRequest request) {
        return !request.value().map("status").string("certificate").isEmpty();
    }

    /** Whether somebody has approved or denied it, or it is done. */
    static boolean isDecided(CertificateSigningRequest request) {
        return isIssued(request) || has(request, "Approved") || has(request, "Denied");
    }

    static String pem(CertificateSigningRequest request) {
        return new String(request.spec().request(), StandardCharsets.US_ASCII);
    }

    /** Approves a request. One that is gone, or was changed meanwhile, comes again by itself. */
    static void approve(Client client, CertificateSigningRequest request, String message) {
        write(client, "approval", withCondition(request, "Approved", "AutoApproved", message));
    }

    static void fail(Client client, CertificateSigningRequest request, String message) {
        write(client, "status", withCondition(request, "Failed", "SignerValidationFailure", message));
    }

    static void issue(Client client, CertificateSigningRequest request, String certificate) {
        String base64 = Base64.getEncoder().encodeToString(certificate.getBytes(StandardCharsets.US_ASCII));
        write(client, "status", request.value().withMap("status", status -> status.with("certificate", base64)));
    }

    private static MapValue withCondition(
            CertificateSigningRequest request, String type, String reason, String message) {
        return request.value().withMap("status", status -> {
            List<Object> conditions = new ArrayList<>(status.list("conditions"));
            conditions.add(MapValue.of("type", type, "status", "True", "reason", reason, "message", message));
            return status.with("conditions", ListValue.copyOf(conditions));
        });
    }

    private static void write(Client client, String subresource, MapValue changed) {
        try {
            client.resource(CertificateSigningRequest.KIND)
                    .subresource("update", changed.map("metadata").string("name"), subresource, changed);
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }
}
