package dev.proa.embedded;

import dev.proa.embedded.ApiServerOptions.Form;
import dev.proa.server.admission.AdmissionPlugin;
import dev.proa.server.apiserver.AdmissionPlugins;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.configuration.AdmissionConfiguration;
import dev.proa.server.store.Store;
import dev.proa.server.webhook.WebhookClient;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;

/** The flags of kube-apiserver about admission. */
final class AdmissionFlags {
    private static final String CONFIGURATION = "admission-control-config-file";
    private static final String ENABLE = "enable-admission-plugins";
    private static final String DISABLE = "disable-admission-plugins";

    static final Map<String, Form> KNOWN = Map.of(CONFIGURATION, Form.FILE, ENABLE, Form.LIST, DISABLE, Form.LIST);

    private AdmissionFlags() {}

    /**
     * The plugins that are on.
     *
     * @throws IllegalArgumentException when a flag names none, or the configuration of one is wrong; the message says where
     */
    static List<AdmissionPlugin> plugins(
            ApiServerConfig config,
            Store store,
            Authorizer authorizer,
            WebhookClient webhooks,
            PrometheusRegistry metrics) {
        ApiServerOptions flags = config.options();
        return AdmissionPlugins.chosen(
                new AdmissionPlugins.Parts(
                        store,
                        config.clock(),
                        authorizer,
                        webhooks,
                        metrics,
                        flags.file(CONFIGURATION)
                                .map(AdmissionConfiguration::read)
                                .orElse(AdmissionConfiguration.NONE)),
                flags.list(ENABLE),
                flags.list(DISABLE));
    }
}
