package dev.proa.server.apiserver;

import dev.proa.server.admission.AdmissionPlugin;
import dev.proa.server.admission.DefaultTolerationSeconds;
import dev.proa.server.admission.DeviceAdminAccess;
import dev.proa.server.admission.NamespaceLifecycle;
import dev.proa.server.admission.NodeDeclaredFeatureValidator;
import dev.proa.server.admission.NodeRestriction;
import dev.proa.server.admission.PodResizeValidator;
import dev.proa.server.admission.PriorityPlugin;
import dev.proa.server.admission.RuntimeClassPlugin;
import dev.proa.server.admission.ServiceAccountPlugin;
import dev.proa.server.admission.UnenforcedWarnings;
import dev.proa.server.admission.certificates.CertificateApproval;
import dev.proa.server.admission.certificates.CertificateSigning;
import dev.proa.server.admission.certificates.CertificateSubjectRestriction;
import dev.proa.server.admission.expression.CelMatchConditions;
import dev.proa.server.admission.policy.MutatingPolicies;
import dev.proa.server.admission.policy.ValidatingPolicies;
import dev.proa.server.admission.webhook.AdmissionWebhooks;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.podsecurity.PodSecurity;
import dev.proa.server.webhook.WebhookClient;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.List;

/** The admission plugins that are enabled by default. */
public final class AdmissionPlugins {
    private AdmissionPlugins() {}

    /** The plugins that are built in, without those that call webhooks. */
    public static List<AdmissionPlugin> standard() {
        return all(List.of(new CertificateSubjectRestriction()));
    }

    /**
     * All plugins.
     *
     * @param client calls webhooks
     * @param authorizer answers what expressions ask of it
     * @param metrics where the metrics of the plugins are registered
     */
    public static List<AdmissionPlugin> all(WebhookClient client, Authorizer authorizer, PrometheusRegistry metrics) {
        ChangedObjectReader objects = new ChangedObjectReader();
        AdmissionWebhooks webhooks =
                new AdmissionWebhooks(client, new CelMatchConditions(authorizer), objects, metrics);
        return all(List.of(
                new CertificateApproval(authorizer),
                new CertificateSigning(authorizer),
                new CertificateSubjectRestriction(),
                new MutatingPolicies(authorizer, objects, metrics),
                webhooks.mutating(),
                new ValidatingPolicies(authorizer, metrics),
                webhooks.validating()));
    }

    /**
     * The plugins in the order of kube-apiserver's {@code AllOrderedPlugins}. What Kubernetes checks outside of its plugins comes first, what
     * only warns comes last.
     *
     * @param extensions come behind those that are built in
     */
    private static List<AdmissionPlugin> all(List<AdmissionPlugin> extensions) {
        List<AdmissionPlugin> plugins = new ArrayList<>(List.of(
                new DeviceAdminAccess(),
                new NamespaceLifecycle(),
                new ServiceAccountPlugin(),
                new NodeRestriction(),
                new PodSecurity(),
                new PriorityPlugin(),
                new DefaultTolerationSeconds(),
                new RuntimeClassPlugin(),
                new NodeDeclaredFeatureValidator(),
                new PodResizeValidator()));
        plugins.addAll(extensions);
        plugins.add(new UnenforcedWarnings());
        return List.copyOf(plugins);
    }
}
