package dev.proa.delivery;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;

/** Finds pods that may run as root of the machine although they could have users of their own ({@code hostUsers: false}, KEP-127). */
final class UserNamespaceAdvice {
    private static final List<String> OF_THE_HOST = List.of("hostNetwork", "hostPID", "hostIPC");

    private UserNamespaceAdvice() {}

    /** One line about all such pods in manifests; none when there are none. */
    static List<String> on(List<MapValue> manifests) {
        List<String> names = new ArrayList<>();
        for (MapValue manifest : manifests) {
            MapValue spec = pod(manifest);
            if (!spec.isEmpty() && couldHaveUsers(spec) && mayBeRoot(spec)) {
                names.add("\"" + manifest.map("metadata").string("name") + "\"");
            }
        }
        return names.isEmpty()
                ? List.of()
                : List.of(String.join(", ", names)
                        + " may run as root of this machine: with \"hostUsers: false\" in the spec of"
                        + " its pod, root is nobody outside of it");
    }

    private static MapValue pod(MapValue manifest) {
        MapValue spec = manifest.map("spec");
        return manifest.string("kind").equals("Pod")
                ? spec
                : spec.map("template").map("spec");
    }

    private static boolean couldHaveUsers(MapValue spec) {
        if (spec.has("hostUsers") || OF_THE_HOST.stream().anyMatch(spec::bool)) {
            return false;
        }
        ListValue volumes = spec.list("volumes");
        for (int i = 0; i < volumes.size(); i++) {
            if (volumes.map(i).has("hostPath")) {
                return false; // whose files would belong to others
            }
        }
        return true;
    }

    private static boolean mayBeRoot(MapValue spec) {
        MapValue shared = spec.map("securityContext");
        for (String list : List.of("containers", "initContainers")) {
            ListValue containers = spec.list(list);
            for (int i = 0; i < containers.size(); i++) {
                MapValue own = containers.map(i).map("securityContext");
                boolean nonRoot = own.has("runAsNonRoot") ? own.bool("runAsNonRoot") : shared.bool("runAsNonRoot");
                long user = own.integer("runAsUser", shared.integer("runAsUser", 0));
                if (!nonRoot && user == 0) {
                    return true;
                }
            }
        }
        return false;
    }
}
