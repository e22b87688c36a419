package dev.proa.server.podsecurity;

import dev.proa.server.admission.AdmissionAttributes;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;

/**
 * Counts what Pod Security decides: {@code pod_security_evaluations_total}, {@code pod_security_exemptions_total} and {@code
 * pod_security_errors_total}. Safe for any thread.
 */
public final class PodSecurityMetrics {
    /** The minor version of this API server. */
    private static final int MINOR = 36;

    private final Counter evaluations;
    private final Counter exemptions;
    private final Counter errors;

    /** What becomes of a violation; as labels call it. */
    enum Mode {
        ENFORCE,
        AUDIT,
        WARN;

        private final String label = name().toLowerCase(Locale.ROOT);
    }

    public PodSecurityMetrics(PrometheusRegistry registry) {
        evaluations = Counter.builder()
                .name("pod_security_evaluations_total")
                .help("Number of evaluations of a pod against a policy, without requests that are ignored or exempt.")
                .labelNames(
                        "decision",
                        "policy_level",
                        "policy_version",
                        "mode",
                        "request_operation",
                        "resource",
                        "subresource")
                .register(registry);
        exemptions = Counter.builder()
                .name("pod_security_exemptions_total")
                .help("Number of exempt requests, without those that are ignored or out of scope.")
                .labelNames("request_operation", "resource", "subresource")
                .register(registry);
        errors = Counter.builder()
                .name("pod_security_errors_total")
                .help("Number of errors that prevented a normal evaluation. After one that is not fatal, the latest"
                        + " restricted policy may have been used.")
                .labelNames("fatal", "request_operation", "resource", "subresource")
                .register(registry);
        for (String operation : new String[] {"create", "update"}) {
            evaluations.initLabelValues("allow", "privileged", "latest", "enforce", operation, "pod", "");
            exemptions.initLabelValues(operation, "pod", "");
            exemptions.initLabelValues(operation, "controller", "");
        }
    }

    void evaluated(boolean allowed, LevelVersion policy, Mode mode, AdmissionAttributes request) {
        String version = policy.isPrivileged() || policy.minor() == LevelVersion.LATEST
                ? "latest"
                : policy.minor() > MINOR ? "future" : policy.version();
        evaluations
                .labelValues(
                        allowed ? "allow" : "deny",
                        policy.level().toString(),
                        version,
                        mode.label,
                        operation(request),
                        resource(request),
                        request.subresource())
                .inc();
    }

    void exempted(AdmissionAttributes request) {
        exemptions
                .labelValues(operation(request), resource(request), request.subresource())
                .inc();
    }

    void failed(boolean fatal, AdmissionAttributes request) {
        errors.labelValues(Boolean.toString(fatal), operation(request), resource(request), request.subresource())
                .inc();
    }

    private static String operation(AdmissionAttributes request) {
        return switch (request.operation()) {
            case CREATE -> "create";
            case UPDATE -> "update";
            case DELETE -> "delete";
            case CONNECT -> "connect";
        };
    }

    private static String resource(AdmissionAttributes request) {
        return request.resource().toString().equals("pods") ? "pod" : "controller";
    }
}
