package dev.proa.server.resource.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules of the subresource {@code resize} of pods (KEP-1287, KEP-5419): what it changes, and what is an error. */
final class PodResizes {
    private static final Path SPEC = Path.of("spec");
    private static final Path POD = Path.of("[]");
    private static final String[] LISTS = {"initContainers", "containers"};
    private static final String ONLY_CPU_AND_MEMORY = "only cpu and memory resources are mutable";

    private PodResizes() {}

    /**
     * {@code old} with the resources and resize policies of {@code updated}; added, removed or renamed containers are
     * kept, so that validation rejects them.
     */
    static MapValue prepared(MapValue old, MapValue updated) {
        MapValue before = old.map("spec");
        MapValue after = updated.map("spec");
        for (String list : LISTS) {
            if (before.list(list).size() != after.list(list).size()) {
                return old.with("spec", after);
            }
        }
        MapValue spec = Values.keep(before, "resources", after);
        for (String list : LISTS) {
            if (!before.list(list).isEmpty()) {
                spec = spec.with(
                        list,
                        sameNames(before.list(list), after.list(list))
                                ? resized(before.list(list), after.list(list))
                                : after.list(list));
            }
        }
        return old.with("spec", spec);
    }

    private static boolean sameNames(ListValue before, ListValue after) {
        for (int i = 0; i < before.size(); i++) {
            if (!before.map(i).string("name").equals(after.map(i).string("name"))) {
                return false;
            }
        }
        return true;
    }

    private static ListValue resized(ListValue before, ListValue after) {
        ListValue result = before;
        for (int i = 0; i < before.size(); i++) {
            MapValue other = after.map(i);
            result = result.with(i, Values.keep(Values.keep(before.map(i), "resources", other), "resizePolicy", other));
        }
        return result;
    }

    static void validate(MapValue pod, MapValue oldPod, Errors errors) {
        MapValue old = oldPod.map("spec");
        if (oldPod.map("metadata").map("annotations").has("kubernetes.io/config.mirror")) {
            errors.forbidden(POD, "static pods cannot be resized");
            return;
        }
        if (old.map("os").string("name").equals("windows")) {
            errors.forbidden(POD, "windows pods cannot be resized");
            return;
        }
        Errors found = new Errors();
        PodValidation.always(pod, found);
        String quality = oldPod.map("status").string("qosClass");
        if (!QosClass.of(pod).equals(quality.isEmpty() ? QosClass.of(oldPod) : quality)) {
            found.invalid(
                    SPEC, pod.map("status").string("qosClass"), "Pod QOS Class may not change as a result of resizing");
        }
        if (!nodeTellsResources(oldPod)) {
            found.forbidden(SPEC, "Pod running on node without support for resize");
        }
        whole(pod.map("spec"), old, found);
        containers(pod.map("spec"), old, found);
        found.toList().forEach(errors::add);
    }

    /** Whether the pod's status has its containers' resources, as nodes that can resize pods report them. */
    private static boolean nodeTellsResources(MapValue pod) {
        ListValue statuses = pod.map("status").list("containerStatuses");
        for (int i = 0; i < statuses.size(); i++) {
            if (statuses.map(i).map("state").get("running") != null) {
                return statuses.map(i).get("resources") != null;
            }
        }
        return true;
    }

    private static void whole(MapValue spec, MapValue old, Errors errors) {
        if (!(old.get("resources") instanceof MapValue before)) {
            if (!Values.same(withoutCpuAndMemory(spec.map("resources")), MapValue.EMPTY)) {
                errors.forbidden(SPEC, ONLY_CPU_AND_MEMORY + " at pod-level");
            }
            return;
        }
        Path path = SPEC.child("resources");
        if (!(spec.get("resources") instanceof MapValue after)) {
            errors.forbidden(path, "pod-level resources cannot be removed");
            return;
        }
        removed(after, before, path, "pod-level resource", errors);
        if (!Values.same(withoutCpuAndMemory(after), withoutCpuAndMemory(before))) {
            errors.forbidden(SPEC, ONLY_CPU_AND_MEMORY + " at pod-level");
        }
    }

    private static void containers(MapValue spec, MapValue old, Errors errors) {
        if (!order(spec, old, errors)) {
            return;
        }
        for (String list : LISTS) {
            for (int i = 0; i < old.list(list).size(); i++) {
                removed(
                        spec.list(list).map(i).map("resources"),
                        old.list(list).map(i).map("resources"),
                        SPEC.child(list).index(i).child("resources"),
                        "resource",
                        errors);
            }
        }
        for (int i = 0; i < old.list("containers").size(); i++) {
            if (otherThanCpuAndMemory(
                    spec.list("containers").map(i), old.list("containers").map(i))) {
                errors.forbidden(SPEC, ONLY_CPU_AND_MEMORY);
            }
        }
        for (int i = 0; i < old.list("initContainers").size(); i++) {
            init(
                    spec.list("initContainers").map(i),
                    old.list("initContainers").map(i),
                    SPEC.child("initContainers").index(i),
                    errors);
        }
    }

    private static void init(MapValue container, MapValue old, Path path, Errors errors) {
        if (otherThanCpuAndMemory(container, old)) {
            errors.forbidden(path, "only cpu and memory resources for init or sidecar containers are mutable");
        }
        if (container.string("restartPolicy").equals("Always") || Values.same(container, old)) {
            return;
        }
        ListValue policies = container.list("resizePolicy");
        for (int i = 0; i < policies.size(); i++) {
            if (policies.map(i).string("restartPolicy").equals("RestartContainer")) {
                errors.forbidden(
                        path, "non-sidecar init containers with a resize policy of RestartContainer cannot be resized");
            }
        }
    }

    private static boolean order(MapValue spec, MapValue old, Errors errors) {
        boolean fine = true;
        for (String list : new String[] {"containers", "initContainers"}) {
            ListValue after = spec.list(list);
            ListValue before = old.list(list);
            if (after.size() != before.size()) {
                errors.forbidden(SPEC.child(list), list + " may not be added or removed on resize");
                fine = false;
                continue;
            }
            for (int i = 0; i < before.size(); i++) {
                if (!after.map(i).string("name").equals(before.map(i).string("name"))) {
                    errors.forbidden(
                            SPEC.child(list).index(i).child("name"),
                            list + " may not be renamed or reordered on resize");
                    fine = false;
                }
            }
        }
        return fine;
    }

    private static void removed(MapValue resources, MapValue old, Path path, String what, Errors errors) {
        for (String kind : new String[] {"requests", "limits"}) {
            MapValue after = resources.map(kind);
            for (Map.Entry<String, @Nullable Object> entry : old.map(kind)) {
                if (!after.has(entry.getKey())) {
                    errors.forbidden(path.child(kind), what + " " + kind + " cannot be removed");
                    break;
                }
            }
        }
    }

    private static boolean otherThanCpuAndMemory(MapValue container, MapValue old) {
        return !Values.same(withoutCpuAndMemoryOf(container), withoutCpuAndMemoryOf(old));
    }

    private static MapValue withoutCpuAndMemoryOf(MapValue container) {
        return container.with("resources", withoutCpuAndMemory(container.map("resources")));
    }

    private static MapValue withoutCpuAndMemory(MapValue resources) {
        MapValue result = resources;
        for (String kind : new String[] {"requests", "limits"}) {
            MapValue amounts = result.map(kind).without("cpu").without("memory");
            result = amounts.isEmpty() ? result.without(kind) : result.with(kind, amounts);
        }
        return result;
    }
}
