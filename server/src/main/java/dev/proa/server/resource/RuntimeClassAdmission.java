package dev.proa.server.resource;

import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.StoredObject;
import org.jspecify.annotations.Nullable;

/**
 * What Kubernetes' admission plugin RuntimeClass makes of a new pod: its class must be there, and says what the pod costs besides its
 * containers and on which nodes it runs.
 */
final class RuntimeClassAdmission {
    private static final Resource PODS = new Resource("", "pods");

    private RuntimeClassAdmission() {}

    /**
     * The spec of a pod with what its class adds.
     *
     * @param called how the pod is called in an error
     * @throws StatusException when there is no such class, or the pod contradicts it
     */
    static MapValue admit(MapValue spec, String called, Snapshot snapshot) {
        MapValue runtimeClass = find(spec, called, snapshot);
        MapValue result = overhead(spec, runtimeClass, called);
        if (runtimeClass == null || !(runtimeClass.get("scheduling") instanceof MapValue scheduling)) {
            return result;
        }
        return tolerations(selector(result, scheduling.map("nodeSelector"), called), scheduling.list("tolerations"));
    }

    private static @Nullable MapValue find(MapValue spec, String called, Snapshot snapshot) {
        if (!(spec.get("runtimeClassName") instanceof String name)) {
            return null;
        }
        StoredObject stored = snapshot.get(new Key("runtimeclasses.node.k8s.io", "", name));
        if (stored == null) {
            throw refused(called, "pod rejected: RuntimeClass \"" + name + "\" not found");
        }
        return stored.value();
    }

    private static MapValue overhead(MapValue spec, @Nullable MapValue runtimeClass, String called) {
        MapValue given = spec.map("overhead");
        if (runtimeClass == null || !(runtimeClass.get("overhead") instanceof MapValue overhead)) {
            if (spec.has("overhead")) {
                throw refused(
                        called, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
            }
            return spec;
        }
        if (!given.isEmpty() && !Values.same(given, overhead.map("podFixed"))) {
            throw refused(called, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        }
        return overhead.map("podFixed").isEmpty() ? spec : spec.with("overhead", overhead.map("podFixed"));
    }

    private static MapValue selector(MapValue spec, MapValue wanted, String called) {
        MapValue merged = spec.map("nodeSelector");
        for (int i = 0; i < wanted.size(); i++) {
            String key = wanted.nameAt(i);
            Object own = merged.get(key);
            if (own != null && !own.equals(wanted.valueAt(i))) {
                throw refused(
                        called,
                        "conflict: runtimeClass.scheduling.nodeSelector[" + key + "] = " + wanted.valueAt(i)
                                + "; pod.spec.nodeSelector[" + key + "] = " + own);
            }
            merged = merged.with(key, wanted.valueAt(i));
        }
        return merged.isEmpty() ? spec : spec.with("nodeSelector", merged);
    }

    private static MapValue tolerations(MapValue spec, ListValue added) {
        ListValue merged = spec.list("tolerations");
        for (Object toleration : added) {
            merged = merged.contains(toleration) ? merged : merged.plus(toleration);
        }
        return merged.isEmpty() ? spec : spec.with("tolerations", merged);
    }

    private static StatusException refused(String called, String why) {
        return StatusException.forbidden(PODS, called, why);
    }
}
