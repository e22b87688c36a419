package dev.proa.server.quota;

import dev.proa.api.config.ConfigObject;
import dev.proa.api.quota.QuotaScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads {@code ResourceQuotaConfiguration}. */
public final class QuotaConfiguration {
    private QuotaConfiguration() {}

    /**
     * Its {@code limitedResources}.
     *
     * @throws IllegalArgumentException when it is not as it should be; the message says where
     */
    public static List<LimitedResource> limitedResources(ConfigObject configuration) {
        if (configuration.text("apiVersion", "").startsWith("resourcequota.admission.k8s.io/")) {
            configuration.require("resourcequota.admission.k8s.io", Set.of("v1alpha1", "v1beta1"), "Configuration");
        } else {
            configuration.require("apiserver.config.k8s.io", Set.of("v1"), "ResourceQuotaConfiguration");
        }
        List<LimitedResource> limited = new ArrayList<>();
        for (ConfigObject each : configuration.objects("limitedResources")) {
            if (each.text("resource", "").isEmpty()) {
                throw each.problem("resource", "Required value");
            }
            List<QuotaScope> scopes = new ArrayList<>();
            for (ConfigObject scope : each.objects("matchScopes")) {
                scopes.add(
                        new QuotaScope(scope.text("scopeName", ""), scope.text("operator", ""), scope.texts("values")));
                scope.end();
            }
            limited.add(new LimitedResource(
                    each.text("apiGroup", ""), each.text("resource", ""), each.texts("matchContains"), scopes));
            each.end();
        }
        return limited;
    }
}
