package dev.proa.server.podsecurity;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.store.StoredObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/** Refuses labels of namespaces that Pod Security does not know, and warns of pods that are there and that new labels would not let in. */
final class NamespaceLabels {
    private static final int MOST_PODS = 3_000;
    private static final long MOST_NANOS = 1_000_000_000;

    private final PodSecurityConfiguration configuration;
    private final LongSupplier nanoTime;

    /** @param nanoTime for the second after which no more pods are looked at */
    NamespaceLabels(PodSecurityConfiguration configuration, LongSupplier nanoTime) {
        this.configuration = configuration;
        this.nanoTime = nanoTime;
    }

    void validate(AdmissionAttributes request) {
        MapValue labels = request.object().map("metadata").map("labels");
        Policy policy = Policy.of(labels, configuration.defaults());
        boolean create = request.operation() == Operation.CREATE;
        Policy old = create
                ? configuration.defaults()
                : Policy.of(request.old().map("metadata").map("labels"), configuration.defaults());
        if (!policy.errors().isEmpty() && (create || !texts(policy.errors()).equals(texts(old.errors())))) {
            throw StatusException.invalid(new Resource("", "Namespace"), request.effectiveNamespace(), policy.errors());
        }
        if (!create && !stricter(policy.enforce(), old.enforce())) {
            return;
        }
        if (configuration.exemptsNamespace(request.effectiveNamespace())) {
            warnOfExemption(request, policy, labels);
        } else if (!create) {
            request.warnings().addAll(existing(request, policy.enforce()));
        }
    }

    private static List<String> texts(List<FieldError> errors) {
        return errors.stream().map(FieldError::toString).toList();
    }

    private static boolean stricter(LevelVersion policy, LevelVersion old) {
        return !policy.isPrivileged()
                && (policy.minor() != old.minor() || policy.level().compareTo(old.level()) > 0);
    }

    private void warnOfExemption(AdmissionAttributes request, Policy policy, MapValue labels) {
        if (!policy.allowsEverything() && !policy.isEquivalent(configuration.defaults())) {
            request.warnings()
                    .add("namespace " + GoText.quote(request.effectiveNamespace())
                            + " is exempt from Pod Security, and the policy (" + policy.given(labels)
                            + ") will be ignored");
        }
    }

    /** Which pods that are there a namespace would no longer take. */
    private List<String> existing(AdmissionAttributes request, LevelVersion enforce) {
        long deadline = nanoTime.getAsLong() + MOST_NANOS;
        List<MapValue> pods = prioritized(request);
        Map<String, Set<String>> bad = new TreeMap<>();
        int checked = 0;
        while (checked < Math.min(pods.size(), MOST_PODS)) {
            MapValue pod = pods.get(checked);
            checked++;
            List<Violation> violations =
                    Standards.violations(enforce, new Subject(pod.map("metadata"), pod.map("spec")));
            if (!violations.isEmpty()) {
                bad.computeIfAbsent(Violation.reasons(violations), none -> new TreeSet<>())
                        .add(pod.map("metadata").string("name"));
            }
            if (nanoTime.getAsLong() - deadline >= 0) {
                break;
            }
        }
        List<String> warnings = new ArrayList<>();
        if (checked < pods.size()) {
            warnings.add("new PodSecurity enforce level only checked against the first " + checked + " of "
                    + pods.size() + " existing pods");
        }
        if (!bad.isEmpty()) {
            warnings.add("existing pods in namespace " + GoText.quote(request.effectiveNamespace())
                    + " violate the new PodSecurity enforce level " + GoText.quote(enforce.toString()));
        }
        List<String> each = new ArrayList<>();
        bad.forEach((reasons, names) -> each.add(names.iterator().next() + others(names.size() - 1) + ": " + reasons));
        each.sort(null);
        warnings.addAll(each);
        return warnings;
    }

    /** The pods of the namespace that are not exempt; those of a controller of which there is one already come last. */
    private List<MapValue> prioritized(AdmissionAttributes request) {
        List<MapValue> first = new ArrayList<>();
        List<MapValue> replicas = new ArrayList<>();
        Set<String> controllers = new HashSet<>();
        for (StoredObject stored : request.snapshot().list("pods", request.effectiveNamespace(), null)) {
            MapValue pod = stored.value();
            Subject subject = new Subject(pod.map("metadata"), pod.map("spec"));
            if (configuration.exemptsRuntimeClass(subject.runtimeClass())) {
                continue;
            }
            String controller = subject.controller();
            (controller.isEmpty() || controllers.add(controller) ? first : replicas).add(pod);
        }
        first.addAll(replicas);
        return first;
    }

    private static String others(int count) {
        return switch (count) {
            case 0 -> "";
            case 1 -> " (and 1 other pod)";
            default -> " (and " + count + " other pods)";
        };
    }
}
