package dev.proa.server.resource;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a pod spec may contain and yet is probably not meant. */
final class PodWarnings {
    private PodWarnings() {}

    /** @param path of the spec */
    static List<String> of(MapValue spec, String path) {
        List<String> warnings = new ArrayList<>();
        for (String list : new String[] {"initContainers", "containers"}) {
            ListValue containers = spec.list(list);
            for (int i = 0; i < containers.size(); i++) {
                duplicateEnv(containers.map(i).list("env"), path + "." + list + "[" + i + "].env", warnings);
            }
        }
        ListValue volumes = spec.list("volumes");
        for (int i = 0; i < volumes.size(); i++) {
            String repo = volumes.map(i).map("gitRepo").string("repository");
            if (!repo.isEmpty()) {
                warnings.add(
                        path + ".volumes[" + i + "].gitRepo: deprecated in v1.11, and disabled by default in v1.33+");
            }
        }
        return warnings;
    }

    private static void duplicateEnv(ListValue env, String path, List<String> warnings) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < env.size(); i++) {
            String name = env.map(i).string("name");
            if (!names.add(name)) {
                warnings.add(path + "[" + i + "]: hides previous definition of \"" + name
                        + "\", which may be dropped when using apply");
            }
        }
    }
}
