package dev.proa.server.podsecurity;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.ValidatingPlugin;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Refuses pods that the labels of their namespace do not allow, and warns of those, and of workloads that would make such. Kubernetes'
 * admission plugin of this name without exemptions; what is only audited is not told to anybody.
 */
public final class PodSecurity implements ValidatingPlugin {
    private static final Set<String> IGNORED = Set.of("status", "binding", "eviction");
    private static final int MOST_PODS = 3_000;

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

    @Override
    public String name() {
        return "PodSecurity";
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
        String resource = request.resource().toString();
        if (resource.equals("pods")) {
            pod(request);
        } else {
            List<String> path = TEMPLATES.get(resource);
            if (path != null) {
                workload(request, path);
            } else {
                namespace(request);
            }
        }
    }

    private static Policy policy(AdmissionAttributes request) {
        StoredObject namespace = request.snapshot().get(new Key("namespaces", "", request.namespace()));
        return Policy.of(
                namespace == null
                        ? MapValue.EMPTY
                        : namespace.value().map("metadata").map("labels"));
    }

    private static void pod(AdmissionAttributes request) {
        if (request.operation() == Operation.UPDATE
                && !significant(request.object().map("spec"), request.old().map("spec"))) {
            return;
        }
        Policy policy = policy(request);
        if (policy.allowsEverything()) {
            return;
        }
        Subject pod =
                new Subject(request.object().map("metadata"), request.object().map("spec"));
        List<Violation> violations = Standards.violations(policy.enforce(), pod);
        if (!violations.isEmpty()) {
            throw request.forbidden("violates PodSecurity "
                    + GoText.quote(policy.enforce().toString()) + ": " + Violation.details(violations));
        }
        warn(request, policy.warn(), pod);
    }

    private static void workload(AdmissionAttributes request, List<String> path) {
        Policy policy = policy(request);
        if (policy.warn().isPrivileged()) {
            return;
        }
        MapValue template = request.object();
        for (String name : path) {
            template = template.map(name);
        }
        if (!template.isEmpty()) {
            warn(request, policy.warn(), new Subject(template.map("metadata"), template.map("spec")));
        }
    }

    private static void warn(AdmissionAttributes request, LevelVersion policy, Subject pod) {
        List<Violation> violations = Standards.violations(policy, pod);
        if (!violations.isEmpty()) {
            request.warnings()
                    .add("would violate PodSecurity " + GoText.quote(policy.toString()) + ": "
                            + Violation.details(violations));
        }
    }

    /** Whether an update of a pod has it do something else: another image, or another container. */
    private static boolean significant(MapValue spec, MapValue old) {
        for (String list : new String[] {"containers", "initContainers"}) {
            if (!images(spec, list).equals(images(old, list))) {
                return true;
            }
        }
        List<MapValue> before = Subject.maps(old.list("ephemeralContainers"));
        return Subject.maps(spec.list("ephemeralContainers")).stream()
                .anyMatch(container -> before.stream()
                        .noneMatch(other -> other.string("name").equals(container.string("name"))
                                && other.string("image").equals(container.string("image"))));
    }

    private static List<String> images(MapValue spec, String list) {
        return Subject.maps(spec.list(list)).stream()
                .map(container -> container.string("image"))
                .toList();
    }

    private static void namespace(AdmissionAttributes request) {
        Policy policy = Policy.of(request.object().map("metadata").map("labels"));
        Policy old = Policy.of(request.old().map("metadata").map("labels"));
        boolean create = request.operation() == Operation.CREATE;
        if (!policy.errors().isEmpty() && (create || !texts(policy.errors()).equals(texts(old.errors())))) {
            throw StatusException.invalid(new Resource("", "Namespace"), request.name(), policy.errors());
        }
        LevelVersion enforce = policy.enforce();
        boolean relaxed = enforce.minor() == old.enforce().minor()
                && enforce.level().compareTo(old.enforce().level()) <= 0;
        if (!create && !enforce.equals(old.enforce()) && !enforce.isPrivileged() && !relaxed) {
            request.warnings().addAll(existing(request, enforce));
        }
    }

    private static List<String> texts(List<FieldError> errors) {
        return errors.stream().map(FieldError::toString).toList();
    }

    /** Which pods that are there a namespace would no longer take. */
    private static List<String> existing(AdmissionAttributes request, LevelVersion enforce) {
        Map<String, Set<String>> pods = new TreeMap<>();
        int total = request.snapshot().count("pods", request.name());
        int checked = 0;
        for (StoredObject stored : request.snapshot().list("pods", request.name(), null)) {
            if (checked == MOST_PODS) {
                break;
            }
            checked++;
            List<Violation> violations = Standards.violations(
                    enforce,
                    new Subject(stored.value().map("metadata"), stored.value().map("spec")));
            if (!violations.isEmpty()) {
                pods.computeIfAbsent(Violation.reasons(violations), none -> new TreeSet<>())
                        .add(stored.key().name());
            }
        }
        List<String> warnings = new ArrayList<>();
        if (checked < total) {
            warnings.add("new PodSecurity enforce level only checked against the first " + checked + " of " + total
                    + " existing pods");
        }
        if (!pods.isEmpty()) {
            warnings.add("existing pods in namespace " + GoText.quote(request.name())
                    + " violate the new PodSecurity enforce level " + GoText.quote(enforce.toString()));
        }
        List<String> each = new ArrayList<>();
        pods.forEach((reasons, names) -> each.add(names.iterator().next() + others(names.size() - 1) + ": " + reasons));
        each.sort(null);
        warnings.addAll(each);
        return warnings;
    }

    private static String others(int count) {
        return switch (count) {
            case 0 -> "";
            case 1 -> " (and 1 other pod)";
            default -> " (and " + count + " other pods)";
        };
    }
}
