package dev.proa.delivery.analysis;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.argo.MetricProvider;
import java.util.Map;

/**
 * The providers by the name of their field in {@code provider}, or by that of their plugin.
 *
 * @param fields such as {@code prometheus}
 * @param plugins such as {@code proa}
 */
record Providers(Map<String, Provider> fields, Map<String, Provider> plugins) {
    Providers {
        fields = Map.copyOf(fields);
        plugins = Map.copyOf(plugins);
    }

    /** @throws AnalysisException when Proa does not have it */
    Provider of(MetricProvider configured) throws AnalysisException {
        for (Map.Entry<String, ?> entry : configured.value()) {
            if (!(entry.getValue() instanceof MapValue configuration)) {
                continue;
            }
            boolean plugin = entry.getKey().equals("plugin");
            String name = plugin ? configuration.nameAt(0) : entry.getKey();
            Provider provider = (plugin ? plugins : fields).get(name);
            if (provider == null) {
                throw new AnalysisException((plugin ? "plugin " : "provider ") + name
                        + " is not supported; use prometheus, web, job or the plugin proa");
            }
            return provider;
        }
        throw new AnalysisException("no provider specified");
    }

    void forget(String runUid) {
        fields.values().forEach(provider -> provider.forget(runUid));
        plugins.values().forEach(provider -> provider.forget(runUid));
    }
}
