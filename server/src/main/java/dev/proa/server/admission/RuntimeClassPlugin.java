package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import org.jspecify.annotations.Nullable;

/**
 * Gives new pods the overhead, node selector and tolerations of their RuntimeClass, and refuses those that contradict it. Kubernetes'
 * admission plugin {@code RuntimeClass}.
 */
public final class RuntimeClassPlugin implements MutatingPlugin {

    @Override
    public String name() {
        return "RuntimeClass";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation == Operation.CREATE && subresource.isEmpty() && PodAttributes.isPods(resource);
    }

    @Override
    public MapValue admit(AdmissionAttributes attributes) {
        if (PodAttributes.isMirror(attributes)) {
            return attributes.object();
        }
        MapValue spec = attributes.object().map("spec");
        MapValue runtimeClass = find(spec, attributes);
        MapValue result = overhead(spec, runtimeClass, attributes);
        if (runtimeClass != null && runtimeClass.get("scheduling") instanceof MapValue scheduling) {
            result = tolerations(
                    selector(result, scheduling.map("nodeSelector"), attributes), scheduling.list("tolerations"));
        }
        return PodAttributes.withSpec(attributes, result);
    }

    private static @Nullable MapValue find(MapValue spec, AdmissionAttributes attributes) {
        if (!(spec.get("runtimeClassName") instanceof String name)) {
            return null;
        }
        StoredObject stored = attributes.snapshot().get(new Key("runtimeclasses.node.k8s.io", "", name));
        if (stored == null) {
            throw attributes.forbidden("pod rejected: RuntimeClass \"" + name + "\" not found");
        }
        return stored.value();
    }

    private static MapValue overhead(MapValue spec, @Nullable MapValue runtimeClass, AdmissionAttributes attributes) {
        MapValue given = spec.map("overhead");
        if (runtimeClass == null || !(runtimeClass.get("overhead") instanceof MapValue overhead)) {
            if (spec.has("overhead")) {
                throw attributes.forbidden(
                        "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
            }
            return spec;
        }
        if (!given.isEmpty() && !given.equals(overhead.map("podFixed"))) {
            throw attributes.forbidden("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        }
        return overhead.map("podFixed").isEmpty() ? spec : spec.with("overhead", overhead.map("podFixed"));
    }

    private static MapValue selector(MapValue spec, MapValue wanted, AdmissionAttributes attributes) {
        MapValue merged = spec.map("nodeSelector");
        for (int i = 0; i < wanted.size(); i++) {
            String key = wanted.nameAt(i);
            Object own = merged.get(key);
            if (own != null && !own.equals(wanted.valueAt(i))) {
                throw attributes.forbidden("conflict: runtimeClass.scheduling.nodeSelector[" + key + "] = "
                        + wanted.valueAt(i) + "; pod.spec.nodeSelector[" + key + "] = " + own);
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
}
