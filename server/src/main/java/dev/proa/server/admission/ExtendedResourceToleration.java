package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Has pods that ask for an extended resource tolerate the taint of its name, by which nodes that have it keep others away. Kubernetes'
 * admission plugin of this name.
 */
public final class ExtendedResourceToleration implements MutatingPlugin {

    @Override
    public String name() {
        return "ExtendedResourceToleration";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return PodAttributes.isPods(resource)
                && subresource.isEmpty()
                && (operation == Operation.CREATE || operation == Operation.UPDATE);
    }

    @Override
    public MapValue admit(AdmissionAttributes attributes) {
        MapValue spec = attributes.object().map("spec");
        Set<String> resources = new TreeSet<>();
        for (String list : List.of("containers", "initContainers")) {
            ListValue containers = spec.list(list);
            for (int i = 0; i < containers.size(); i++) {
                resources.addAll(containers
                        .map(i)
                        .map("resources")
                        .map("requests")
                        .asMap()
                        .keySet());
            }
        }
        resources.removeIf(name -> !isExtended(name));
        ListValue tolerations = spec.list("tolerations");
        for (String name : resources) {
            tolerations = tolerating(tolerations, name);
        }
        return tolerations == spec.list("tolerations")
                ? attributes.object()
                : PodAttributes.withSpec(attributes, spec.with("tolerations", tolerations));
    }

    private static boolean isExtended(String name) {
        return name.contains("/") && !name.contains("kubernetes.io/") && !name.startsWith("requests.");
    }

    private static ListValue tolerating(ListValue tolerations, String resource) {
        MapValue wanted = MapValue.of("key", resource, "operator", "Exists", "effect", "NoSchedule");
        for (int i = 0; i < tolerations.size(); i++) {
            MapValue present = tolerations.map(i).without("tolerationSeconds");
            if (present.without("value").equals(wanted)
                    && present.string("value").isEmpty()) {
                return tolerations.map(i).equals(wanted) ? tolerations : tolerations.with(i, wanted);
            }
        }
        return tolerations.plus(wanted);
    }
}
