package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.StoredObject;
import org.jspecify.annotations.Nullable;

/** Gives new pods the priority of their PriorityClass, and has them keep it. Kubernetes' admission plugin {@code Priority}. */
public final class PriorityPlugin implements MutatingPlugin {

    @Override
    public String name() {
        return "Priority";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return (operation == Operation.CREATE || operation == Operation.UPDATE)
                && subresource.isEmpty()
                && PodAttributes.isPods(resource);
    }

    @Override
    public MapValue admit(AdmissionAttributes attributes) {
        MapValue spec = attributes.object().map("spec");
        if (attributes.operation() == Operation.UPDATE) {
            MapValue old = attributes.old().map("spec");
            return PodAttributes.withSpec(attributes, kept(kept(spec, "priority", old), "preemptionPolicy", old));
        }
        return PodAttributes.isMirror(attributes)
                ? attributes.object()
                : PodAttributes.withSpec(attributes, ofClass(attributes, spec));
    }

    /** The spec with a field that its writer left out as it was. */
    private static MapValue kept(MapValue spec, String name, MapValue old) {
        Object before = old.get(name);
        return spec.get(name) == null && before != null ? spec.with(name, before) : spec;
    }

    private static MapValue ofClass(AdmissionAttributes attributes, MapValue spec) {
        Snapshot snapshot = attributes.snapshot();
        String name = spec.string("priorityClassName");
        MapValue priorityClass = name.isEmpty() ? defaultClass(snapshot) : namedClass(name, snapshot);
        if (priorityClass == null) {
            throw attributes.forbidden("no PriorityClass with name " + name + " was found");
        }
        long value = priorityClass.integer("value", 0);
        String policy = priorityClass.string("preemptionPolicy").isEmpty()
                ? "PreemptLowerPriority"
                : priorityClass.string("preemptionPolicy");
        if (spec.get("priority") instanceof Long given && given != value) {
            throw attributes.forbidden("the integer value of priority (" + given
                    + ") must not be provided in pod spec; priority admission controller computed " + value
                    + " from the given PriorityClass name");
        }
        if (spec.get("preemptionPolicy") instanceof String given && !given.equals(policy)) {
            throw attributes.forbidden("the string value of PreemptionPolicy (" + given
                    + ") must not be provided in pod spec; priority admission controller computed " + policy
                    + " from the given PriorityClass name");
        }
        MapValue result = spec.with("priority", value).with("preemptionPolicy", policy);
        String className = priorityClass.map("metadata").string("name");
        return className.isEmpty() ? result : result.with("priorityClassName", className);
    }

    private static @Nullable MapValue namedClass(String name, Snapshot snapshot) {
        StoredObject stored = snapshot.get(new Key("priorityclasses.scheduling.k8s.io", "", name));
        if (stored != null) {
            return stored.value();
        }
        // The two classes of the system are there even before somebody has stored them.
        return switch (name) {
            case "system-node-critical" -> systemClass(name, 2_000_001_000L);
            case "system-cluster-critical" -> systemClass(name, 2_000_000_000L);
            default -> null;
        };
    }

    private static MapValue systemClass(String name, long value) {
        return MapValue.of("metadata", MapValue.of("name", name), "value", value);
    }

    /** Of several classes that are the default the lowest counts. */
    private static MapValue defaultClass(Snapshot snapshot) {
        MapValue lowest = null;
        for (StoredObject stored : snapshot.list("priorityclasses.scheduling.k8s.io", null, null)) {
            MapValue value = stored.value();
            if (value.bool("globalDefault")
                    && (lowest == null || value.integer("value", 0) < lowest.integer("value", 0))) {
                lowest = value;
            }
        }
        return lowest == null ? MapValue.EMPTY : lowest;
    }
}
