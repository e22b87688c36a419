package dev.proa.control.certificates;

import dev.proa.api.certificates.v1.CertificateSigningRequest;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Deletes CertificateSigningRequests that are of no use any more, as kube-controller-manager's cleaner: issued, denied and failed ones after an
 * hour, those that nobody decided after a day, and those whose certificate has expired.
 */
public final class RequestCleaner {
    private static final Duration DECIDED = Duration.ofHours(1);
    private static final Duration PENDING = Duration.ofHours(24);

    private final ControlContext context;
    private final Informer<CertificateSigningRequest> requests;

    public RequestCleaner(ControlContext shared) {
        this.context = shared.as("certificate-controller");
        this.requests = context.informers().informer(CertificateSigningRequest.KIND);
        context.<String>controller("certificatesigningrequest-cleaner-controller", this::reconcile)
                .watch(requests, CertificateSigningRequest::name);
    }

    private Result reconcile(String name) {
        CertificateSigningRequest request = requests.get("", name);
        Instant end = request == null ? null : end(request);
        if (end == null) {
            return Result.DONE;
        }
        Instant now = context.clock().instant();
        if (!now.isAfter(end)) {
            return Result.after(Duration.between(now, end).plusMillis(1));
        }
        delete(name);
        return Result.DONE;
    }

    private void delete(String name) {
        try {
            context.client().resource(CertificateSigningRequest.KIND).delete(name);
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }

    /** When a request is of no use any more; null for never. */
    private static @Nullable Instant end(CertificateSigningRequest request) {
        MapValue status = request.value().map("status");
        if (status.list("conditions").isEmpty()) {
            return after(request.value().map("metadata").string("creationTimestamp"), PENDING);
        }
        boolean issued = SigningRequests.isIssued(request);
        Instant first = null;
        for (Object each : status.list("conditions")) {
            MapValue condition = (MapValue) each;
            String updated = condition.string("lastUpdateTime");
            first = switch (condition.string("type")) {
                case "Approved" ->
                    issued
                            ? earlier(earlier(first, after(updated, DECIDED)), expiry(status.string("certificate")))
                            : earlier(first, after(updated, PENDING));
                case "Denied", "Failed" -> earlier(first, after(updated, DECIDED));
                default -> first;
            };
        }
        return first;
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        return one == null || other != null && other.isBefore(one) ? other : one;
    }

    private static @Nullable Instant after(String time, Duration age) {
        try {
            return time.isEmpty() ? null : Instant.parse(time).plus(age);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static @Nullable Instant expiry(String base64) {
        try {
            byte[] pem = Base64.getMimeDecoder().decode(base64);
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
            return certificate.getNotAfter().toInstant();
        } catch (CertificateException | IllegalArgumentException e) {
            return null; // a signer of somebody else's may write what this JDK cannot read
        }
    }
}
