package dev.proa.delivery.pipeline.run;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.client.Client;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The image for the labels of {@code runs-on}: that which the ConfigMap {@link PipelineResources#IMAGES} of the namespace, or else of {@code kube-public}, names for
 * one of them; else, for labels of Linux, that which is made of programs of this machine.
 *
 * @param usual name of that image
 */
record RunnerImages(Client client, String usual) {
    private static final Set<String> LINUX = Set.of(
            "ubuntu-latest", "ubuntu-24.04", "ubuntu-22.04", "ubuntu-20.04", "self-hosted", "linux", "x64", "docker");

    /** @param labels none, as for jobs of GitLab without tags, means any */
    Optional<String> of(String namespace, List<String> labels) {
        for (String where : List.of(namespace, "kube-public")) {
            ConfigMap map = client.resource(ConfigMap.KIND).in(where).find(PipelineResources.IMAGES);
            Map<String, String> data = map == null ? Map.of() : map.data();
            List<String> asked = labels.isEmpty() ? List.of("default") : labels;
            Optional<String> named =
                    asked.stream().filter(data::containsKey).map(data::get).findFirst();
            if (named.isPresent()) {
                return named;
            }
        }
        return labels.stream().allMatch(label -> LINUX.contains(label.toLowerCase(java.util.Locale.ROOT)))
                ? Optional.of(usual)
                : Optional.empty();
    }
}
