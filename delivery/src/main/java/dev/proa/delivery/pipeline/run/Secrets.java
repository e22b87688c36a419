package dev.proa.delivery.pipeline.run;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** What pipelines of a namespace may know: the Secrets that are marked for them, and the ConfigMap {@code pipeline-variables}. */
final class Secrets {
    private static final String VARIABLES = "pipeline-variables";

    private Secrets() {}

    /** The values of all Secrets with the label {@link PipelineResources#SECRETS}, by their keys. */
    static Map<String, String> of(Client client, String namespace) {
        Map<String, String> values = new LinkedHashMap<>();
        for (Secret secret : client.resource(Secret.KIND)
                .in(namespace)
                .list(ListOptions.labels(PipelineResources.SECRETS + "=true"))
                .items()) {
            MapValue data = secret.value().map("data");
            for (Map.Entry<String, ?> entry : data) {
                values.put(
                        entry.getKey(),
                        new String(Base64.getDecoder().decode(data.string(entry.getKey())), StandardCharsets.UTF_8));
            }
        }
        return values;
    }

    /** The variables of a namespace; {@code REGISTRY} is the cluster's registry unless it is said otherwise. */
    static Map<String, String> variables(Client client, String namespace, String registry) {
        Map<String, String> values = new LinkedHashMap<>();
        if (!registry.isEmpty()) {
            values.put("REGISTRY", registry);
        }
        ConfigMap map = client.resource(ConfigMap.KIND).in(namespace).find(VARIABLES);
        if (map != null) {
            values.putAll(map.data());
        }
        return values;
    }
}
