package dev.proa.server.podsecurity;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.ValidatingPlugin;
import dev.proa.server.podsecurity.PodSecurityMetrics.Mode;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Refuses pods that the labels of their namespace do not allow, warns of those and of workloads that would make such, and notes them in the audit
 * event. Kubernetes' admission plugin of this name (KEP-2579).
 */
public final class PodSecurity implements ValidatingPlugin {
    /** The name by which it is enabled and configured. */
    public static final String NAME = "PodSecurity";

    private static final String ANNOTATION = "pod-security.kubernetes.io/";
    private static final Set<String> IGNORED =
            Set.of("exec", "attach", "binding", "eviction", "log", "portforward", "proxy", "status");

    /** Where workloads have what their pods are made from. */
    private static final Map<String, List<String>> TEMPLATES = Map.of(
            "podtemplates", List.of("template"),
            "replicationcontrollers", List.of("spec", "template"),
            "replicasets.apps", List.of("spec", "template"),
            "deployments.apps", List.of("spec", "template"),
            "statefulsets.apps", List.of("spec", "template"),
            "daemonsets.apps", List.of("spec", "template"),
            "jobs.batch", List.of("spec", "template"),
            "cronjobs.batch", List.of("spec", "jobTemplate", "spec", "template"));

    private final PodSecurityConfiguration configuration;
    private final PodSecurityMetrics metrics;
    private final NamespaceLabels namespaces;

    /** With nothing configured, and metrics that nobody sees. */
    public PodSecurity() {
        this(PodSecurityConfiguration.DEFAULT, new PodSecurityMetrics(new PrometheusRegistry()));
    }

    public PodSecurity(PodSecurityConfiguration configuration, PodSecurityMetrics metrics) {
        this.configuration = configuration;
        this.metrics = metrics;
        namespaces = new NamespaceLabels(configuration, System::nanoTime);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        if (operation != Operation.CREATE && operation != Operation.UPDATE) {
            return false;
        }
        return switch (resource.group()) {
            case "" ->
                resource.name().equals("pods")
                        ? !IGNORED.contains(subresource)
                        : subresource.isEmpty()
                                && (resource.name().equals("namespaces") || TEMPLATES.containsKey(resource.name()));
            case "apps", "batch" -> subresource.isEmpty() && TEMPLATES.containsKey(resource.toString());
            default -> false;
        };
    }

    @Override
    public void validate(AdmissionAttributes request) {
        if (request.isNamespace()) {
            namespaces.validate(request);
        } else if (!exempt(request)) {
            List<String> path = TEMPLATES.get(request.resource().toString());
            if (path == null) {
                pod(request);
            } else {
                workload(request, path);
            }
        }
    }

    private boolean exempt(AdmissionAttributes request) {
        if (configuration.exemptsNamespace(request.namespace())) {
            exempted(request, "namespace");
            return true;
        }
        if (configuration.exemptsUser(request.user().name())) {
            exempted(request, "user");
            return true;
        }
        return false;
    }

    private void exempted(AdmissionAttributes request, String reason) {
        annotate(request, "exempt", reason);
        metrics.exempted(request);
    }

    private static void annotate(AdmissionAttributes request, String name, String value) {
        request.scope().annotate(ANNOTATION + name, value);
    }

    /** The policy of the namespace; null when it does not exist, which is noted. */
    private @Nullable Policy policy(AdmissionAttributes request) {
        StoredObject namespace = request.snapshot().get(new Key("namespaces", "", request.namespace()));
        if (namespace == null) {
            metrics.failed(true, request);
            annotate(request, "error", "failed to lookup namespace " + GoText.quote(request.namespace()));
            return null;
        }
        return Policy.of(namespace.value().map("metadata").map("labels"), configuration.defaults());
    }

    private void pod(AdmissionAttributes request) {
        Policy policy = policy(request);
        if (policy == null) {
            throw StatusException.internalError("failed to lookup namespace " + GoText.quote(request.namespace()));
        }
        if (policy.errors().isEmpty() && policy.allowsEverything()) {
            annotate(request, "enforce-policy", "privileged:latest");
            metrics.evaluated(true, policy.enforce(), Mode.ENFORCE, request);
            return;
        }
        MapValue spec = request.object().map("spec");
        if (request.operation() == Operation.CREATE
                || SignificantUpdate.is(spec, request.old().map("spec"))) {
            evaluate(request, policy, new Subject(request.object().map("metadata"), spec), true);
        }
    }

    private void workload(AdmissionAttributes request, List<String> path) {
        Policy policy = policy(request);
        if (policy == null || policy.errors().isEmpty() && policy.saysNothing()) {
            return;
        }
        MapValue template = request.object();
        for (String name : path) {
            template = template.map(name);
        }
        if (!template.isEmpty()) {
            evaluate(request, policy, new Subject(template.map("metadata"), template.map("spec")), false);
        }
    }

    /**
     * Compares a pod with a policy.
     *
     * @param enforce whether it is a pod, which may be refused
     */
    private void evaluate(AdmissionAttributes request, Policy policy, Subject pod, boolean enforce) {
        if (configuration.exemptsRuntimeClass(pod.runtimeClass())) {
            exempted(request, "runtimeClass");
            return;
        }
        if (!policy.errors().isEmpty()) {
            annotate(request, "error", "Failed to parse policy: " + aggregate(policy.errors()));
            metrics.failed(false, request);
        }
        Map<LevelVersion, List<Violation>> results = new HashMap<>(4);
        List<Violation> refused = List.of();
        if (enforce) {
            annotate(request, "enforce-policy", policy.enforce().toString());
            refused = violations(policy.enforce(), pod, results);
            metrics.evaluated(refused.isEmpty(), policy.enforce(), Mode.ENFORCE, request);
        }
        List<Violation> audited = violations(policy.audit(), pod, results);
        if (!audited.isEmpty()) {
            annotate(request, "audit-violations", wouldViolate(policy.audit(), audited));
            metrics.evaluated(false, policy.audit(), Mode.AUDIT, request);
        }
        if (!refused.isEmpty()) {
            throw request.forbidden("violates PodSecurity "
                    + GoText.quote(policy.enforce().toString()) + ": " + Violation.details(refused));
        }
        List<Violation> warned = violations(policy.warn(), pod, results);
        if (!warned.isEmpty()) {
            request.warnings().add(wouldViolate(policy.warn(), warned));
            metrics.evaluated(false, policy.warn(), Mode.WARN, request);
        }
    }

    private static List<Violation> violations(
            LevelVersion policy, Subject pod, Map<LevelVersion, List<Violation>> results) {
        return results.computeIfAbsent(policy, one -> Standards.violations(one, pod));
    }

    private static String wouldViolate(LevelVersion policy, List<Violation> violations) {
        return "would violate PodSecurity " + GoText.quote(policy.toString()) + ": " + Violation.details(violations);
    }

    /** Several errors in the text of one, as Go shows them. */
    private static String aggregate(List<FieldError> errors) {
        return errors.size() == 1
                ? errors.getFirst().summary()
                : errors.stream().map(FieldError::summary).distinct().collect(Collectors.joining(", ", "[", "]"));
    }
}
