package dev.proa.server.admission;

import dev.proa.api.pod.PodRequests;
import dev.proa.api.status.Resource;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.store.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Gives containers the default requests and limits of the LimitRanges of their namespace, and refuses pods and PersistentVolumeClaims that
 * are outside of the ranges. Kubernetes' admission plugin of this name.
 */
public final class LimitRanger implements MutatingPlugin, ValidatingPlugin {
    private static final String ANNOTATION = "kubernetes.io/limit-ranger";

    @Override
    public String name() {
        return "LimitRanger";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        if (PodAttributes.isPods(resource)) {
            return subresource.isEmpty()
                    ? operation == Operation.CREATE
                    : subresource.equals("resize") && operation == Operation.UPDATE;
        }
        return resource.group().isEmpty()
                && resource.name().equals("persistentvolumeclaims")
                && subresource.isEmpty()
                && (operation == Operation.CREATE || operation == Operation.UPDATE);
    }

    @Override
    public MapValue admit(AdmissionAttributes attributes) {
        MapValue object = attributes.object();
        if (!PodAttributes.isPods(attributes.resource())) {
            return object;
        }
        for (MapValue range : ranges(attributes)) {
            object = withDefaults(object, range);
        }
        return object;
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        for (MapValue range : ranges(attributes)) {
            List<String> problems = new LimitCheck(range).problems(attributes.resource(), attributes.object());
            if (!problems.isEmpty()) {
                throw attributes.forbidden(
                        problems.size() == 1 ? problems.getFirst() : "[" + String.join(", ", problems) + "]");
            }
        }
    }

    /** The LimitRanges that count for the request; none for an object that is being deleted. */
    private static List<MapValue> ranges(AdmissionAttributes attributes) {
        List<MapValue> ranges = new ArrayList<>();
        if (!attributes.old().map("metadata").has("deletionTimestamp")) {
            for (StoredObject stored : attributes.snapshot().list("limitranges", attributes.namespace(), null)) {
                ranges.add(stored.value());
            }
        }
        return ranges;
    }

    private static MapValue withDefaults(MapValue pod, MapValue range) {
        Map<String, Object> requests = new TreeMap<>();
        Map<String, Object> limits = new TreeMap<>();
        ListValue items = range.map("spec").list("limits");
        for (int i = 0; i < items.size(); i++) {
            if (items.map(i).string("type").equals("Container")) {
                items.map(i)
                        .map("defaultRequest")
                        .forEach(entry -> requests.put(entry.getKey(), Objects.requireNonNull(entry.getValue())));
                items.map(i)
                        .map("default")
                        .forEach(entry -> limits.put(entry.getKey(), Objects.requireNonNull(entry.getValue())));
            }
        }
        if (requests.isEmpty() && limits.isEmpty()) {
            return pod;
        }
        List<String> notes = new ArrayList<>();
        MapValue spec = pod.map("spec");
        spec = withDefaults(spec, "containers", "container", requests, limits, notes);
        spec = withDefaults(spec, "initContainers", "init container", requests, limits, notes);
        if (notes.isEmpty()) {
            return pod;
        }
        String note = "LimitRanger plugin set: " + String.join("; ", notes);
        return pod.with("spec", spec)
                .withMap(
                        "metadata",
                        metadata -> metadata.withMap("annotations", annotations -> annotations.with(ANNOTATION, note)));
    }

    private static MapValue withDefaults(
            MapValue spec,
            String list,
            String what,
            Map<String, Object> requests,
            Map<String, Object> limits,
            List<String> notes) {
        ListValue containers = spec.list(list);
        for (int i = 0; i < containers.size(); i++) {
            MapValue container = containers.map(i);
            MapValue resources = container.map("resources");
            MapValue changed = withDefaults(resources, "requests", requests, " request for " + what, container, notes);
            changed = withDefaults(changed, "limits", limits, " limit for " + what, container, notes);
            if (changed != resources) {
                containers = containers.with(i, container.with("resources", changed));
            }
        }
        return containers == spec.list(list) ? spec : spec.with(list, containers);
    }

    private static MapValue withDefaults(
            MapValue resources,
            String kind,
            Map<String, Object> defaults,
            String what,
            MapValue container,
            List<String> notes) {
        MapValue own = resources.map(kind);
        Map<String, Object> missing = new TreeMap<>(defaults);
        missing.keySet().removeAll(own.asMap().keySet());
        if (missing.isEmpty()) {
            return resources;
        }
        notes.add(String.join(", ", missing.keySet()) + what + " " + container.string("name"));
        Map<String, Object> all = new TreeMap<>(missing);
        own.forEach(entry -> all.put(entry.getKey(), Objects.requireNonNull(entry.getValue())));
        return resources.with(kind, MapValue.copyOf(all));
    }

    /** What a pod asks for as a whole, without its overhead. */
    static Map<String, Quantity> ofPod(MapValue spec, String kind) {
        Map<String, Quantity> amounts = new TreeMap<>(PodRequests.ofContainers(spec, kind));
        MapValue whole = spec.map("resources").map(kind);
        for (String name : List.of("cpu", "memory")) {
            if (whole.has(name)) {
                amounts.put(name, Quantity.from(whole.get(name)));
            }
        }
        return amounts;
    }
}
