package dev.proa.server.apiserver;

import dev.proa.api.codec.GoText;
import dev.proa.server.admission.AdmissionPlugin;
import dev.proa.server.admission.AlwaysAdmit;
import dev.proa.server.admission.AlwaysDeny;
import dev.proa.server.admission.AlwaysPullImages;
import dev.proa.server.admission.DefaultIngressClass;
import dev.proa.server.admission.DefaultStorageClass;
import dev.proa.server.admission.DefaultTolerationSeconds;
import dev.proa.server.admission.DenyServiceExternalIPs;
import dev.proa.server.admission.DeviceAdminAccess;
import dev.proa.server.admission.EventRateLimit;
import dev.proa.server.admission.ExtendedResourceToleration;
import dev.proa.server.admission.LimitPodHardAntiAffinityTopology;
import dev.proa.server.admission.LimitRanger;
import dev.proa.server.admission.NamespaceExists;
import dev.proa.server.admission.NamespaceLifecycle;
import dev.proa.server.admission.NodeDeclaredFeatureValidator;
import dev.proa.server.admission.NodeRestriction;
import dev.proa.server.admission.OwnerReferencesPermissionEnforcement;
import dev.proa.server.admission.PersistentVolumeClaimResize;
import dev.proa.server.admission.PodNodeSelector;
import dev.proa.server.admission.PodResizeValidator;
import dev.proa.server.admission.PodTolerationRestriction;
import dev.proa.server.admission.PodTopologyLabels;
import dev.proa.server.admission.PriorityPlugin;
import dev.proa.server.admission.RuntimeClassPlugin;
import dev.proa.server.admission.ServiceAccountPlugin;
import dev.proa.server.admission.StorageObjectInUseProtection;
import dev.proa.server.admission.TaintNodesByCondition;
import dev.proa.server.admission.certificates.CertificateApproval;
import dev.proa.server.admission.certificates.CertificateSigning;
import dev.proa.server.admission.certificates.CertificateSubjectRestriction;
import dev.proa.server.admission.expression.CelMatchConditions;
import dev.proa.server.admission.imagepolicy.ImagePolicySettings;
import dev.proa.server.admission.imagepolicy.ImagePolicyWebhook;
import dev.proa.server.admission.policy.MutatingPolicies;
import dev.proa.server.admission.policy.ValidatingPolicies;
import dev.proa.server.admission.webhook.AdmissionWebhooks;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.configuration.AdmissionConfiguration;
import dev.proa.server.podsecurity.PodSecurity;
import dev.proa.server.podsecurity.PodSecurityConfiguration;
import dev.proa.server.podsecurity.PodSecurityMetrics;
import dev.proa.server.quota.QuotaConfiguration;
import dev.proa.server.quota.ResourceQuotaPlugin;
import dev.proa.server.store.Store;
import dev.proa.server.webhook.WebhookClient;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** The admission plugins, in the order of kube-apiserver's {@code AllOrderedPlugins}. */
public final class AdmissionPlugins {
    /** Those that work only when somebody turns them on. */
    private static final Set<String> OFF = Set.of(
            "AlwaysAdmit",
            "AlwaysDeny",
            "AlwaysPullImages",
            "DenyServiceExternalIPs",
            "EventRateLimit",
            "ExtendedResourceToleration",
            "ImagePolicyWebhook",
            "LimitPodHardAntiAffinityTopology",
            "NamespaceExists",
            "OwnerReferencesPermissionEnforcement",
            "PodNodeSelector",
            "PodTolerationRestriction");

    /** Their order. */
    private static final List<String> ORDER = List.of(
            "AlwaysAdmit",
            "NamespaceLifecycle",
            "NamespaceExists",
            "LimitPodHardAntiAffinityTopology",
            "LimitRanger",
            "ServiceAccount",
            "NodeRestriction",
            "TaintNodesByCondition",
            "AlwaysPullImages",
            "ImagePolicyWebhook",
            "PodSecurity",
            "PodNodeSelector",
            "Priority",
            "DefaultTolerationSeconds",
            "PodTolerationRestriction",
            "EventRateLimit",
            "ExtendedResourceToleration",
            "DefaultStorageClass",
            "StorageObjectInUseProtection",
            "OwnerReferencesPermissionEnforcement",
            "PersistentVolumeClaimResize",
            "RuntimeClass",
            "CertificateApproval",
            "CertificateSigning",
            "ClusterTrustBundleAttest",
            "CertificateSubjectRestriction",
            "DefaultIngressClass",
            "DenyServiceExternalIPs",
            "PodTopologyLabels",
            "NodeDeclaredFeatureValidator",
            "PodResizeValidator",
            "MutatingAdmissionPolicy",
            "MutatingAdmissionWebhook",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionWebhook",
            "ResourceQuota",
            "AlwaysDeny");

    private AdmissionPlugins() {}

    /**
     * What plugins need.
     *
     * @param clock tells the time
     * @param authorizer answers what plugins and expressions ask of it
     * @param webhooks calls webhooks
     * @param metrics where the metrics of the plugins are registered
     * @param configuration what the administrator says of each
     */
    public record Parts(
            Store store,
            InstantSource clock,
            Authorizer authorizer,
            WebhookClient webhooks,
            PrometheusRegistry metrics,
            AdmissionConfiguration configuration) {}

    /** The plugins that are on by default and need nothing: without quotas, policies and webhooks. */
    public static List<AdmissionPlugin> standard() {
        return chosen(ofObjects(asked -> Authorizer.Decision.NO_OPINION), List.of(), List.of());
    }

    /**
     * The plugins that are on.
     *
     * @param enabled {@code --enable-admission-plugins}, besides those that are on by default
     * @param disabled {@code --disable-admission-plugins}
     * @throws IllegalArgumentException when there is no plugin of such a name, one is to be on and off, or its configuration is wrong
     */
    public static List<AdmissionPlugin> chosen(Parts parts, List<String> enabled, List<String> disabled) {
        AdmissionConfiguration configuration = parts.configuration();
        Map<String, Supplier<AdmissionPlugin>> plugins = ofObjects(parts.authorizer());
        plugins.put("ServiceAccount", () -> new ServiceAccountPlugin(parts.store()));
        plugins.put(
                "ImagePolicyWebhook",
                () -> new ImagePolicyWebhook(
                        configuration
                                .of("ImagePolicyWebhook", ImagePolicySettings::of)
                                .orElseThrow(
                                        () -> new IllegalArgumentException("ImagePolicyWebhook: no config specified")),
                        parts.webhooks(),
                        parts.clock()));
        plugins.put(
                "PodNodeSelector",
                () -> new PodNodeSelector(configuration
                        .of("PodNodeSelector", PodNodeSelector::configuration)
                        .orElse(Map.of())));
        plugins.put(
                "PodTolerationRestriction",
                () -> new PodTolerationRestriction(configuration
                        .of("PodTolerationRestriction", PodTolerationRestriction.Configuration::of)
                        .orElse(PodTolerationRestriction.Configuration.NONE)));
        plugins.put(
                "EventRateLimit",
                () -> new EventRateLimit(
                        configuration
                                .of("EventRateLimit", EventRateLimit.Limit::of)
                                .orElseThrow(() -> new IllegalArgumentException(
                                        "EventRateLimit has no configuration: limits must not be empty")),
                        System::nanoTime));
        plugins.put(
                "OwnerReferencesPermissionEnforcement",
                () -> new OwnerReferencesPermissionEnforcement(parts.authorizer()));
        ChangedObjectReader objects = new ChangedObjectReader();
        AdmissionWebhooks webhooks = new AdmissionWebhooks(
                parts.webhooks(), new CelMatchConditions(parts.authorizer()), objects, parts.metrics());
        plugins.replace(
                PodSecurity.NAME,
                () -> new PodSecurity(
                        parts.configuration()
                                .of(PodSecurity.NAME, PodSecurityConfiguration::of)
                                .orElse(PodSecurityConfiguration.DEFAULT),
                        new PodSecurityMetrics(parts.metrics())));
        plugins.put("CertificateApproval", () -> new CertificateApproval(parts.authorizer()));
        plugins.put("CertificateSigning", () -> new CertificateSigning(parts.authorizer()));
        plugins.put(
                "MutatingAdmissionPolicy", () -> new MutatingPolicies(parts.authorizer(), objects, parts.metrics()));
        plugins.put("MutatingAdmissionWebhook", webhooks::mutating);
        plugins.put("ValidatingAdmissionPolicy", () -> new ValidatingPolicies(parts.authorizer(), parts.metrics()));
        plugins.put("ValidatingAdmissionWebhook", webhooks::validating);
        plugins.put(
                "ResourceQuota",
                () -> new ResourceQuotaPlugin(
                        parts.store(),
                        parts.clock(),
                        configuration
                                .of("ResourceQuota", QuotaConfiguration::limitedResources)
                                .orElse(List.of())));
        return chosen(plugins, enabled, disabled);
    }

    /** Those that look at the objects of a request and the store alone, and ask the authorizer. */
    private static Map<String, Supplier<AdmissionPlugin>> ofObjects(Authorizer authorizer) {
        Map<String, Supplier<AdmissionPlugin>> plugins = new LinkedHashMap<>();
        plugins.put("AlwaysAdmit", AlwaysAdmit::new);
        plugins.put("NamespaceLifecycle", NamespaceLifecycle::new);
        plugins.put("NamespaceExists", NamespaceExists::new);
        plugins.put("LimitPodHardAntiAffinityTopology", LimitPodHardAntiAffinityTopology::new);
        plugins.put("LimitRanger", LimitRanger::new);
        plugins.put("ServiceAccount", ServiceAccountPlugin::new);
        plugins.put("NodeRestriction", () -> new NodeRestriction(authorizer));
        plugins.put("TaintNodesByCondition", TaintNodesByCondition::new);
        plugins.put("AlwaysPullImages", AlwaysPullImages::new);
        plugins.put("PodSecurity", PodSecurity::new);
        plugins.put("Priority", PriorityPlugin::new);
        plugins.put("DefaultTolerationSeconds", DefaultTolerationSeconds::new);
        plugins.put("ExtendedResourceToleration", ExtendedResourceToleration::new);
        plugins.put("DefaultStorageClass", DefaultStorageClass::new);
        plugins.put("StorageObjectInUseProtection", StorageObjectInUseProtection::new);
        plugins.put("PersistentVolumeClaimResize", PersistentVolumeClaimResize::new);
        plugins.put("RuntimeClass", RuntimeClassPlugin::new);
        plugins.put("DefaultIngressClass", DefaultIngressClass::new);
        plugins.put("DenyServiceExternalIPs", DenyServiceExternalIPs::new);
        plugins.put("PodTopologyLabels", PodTopologyLabels::new);
        plugins.put("NodeDeclaredFeatureValidator", NodeDeclaredFeatureValidator::new);
        plugins.put("PodResizeValidator", PodResizeValidator::new);
        plugins.put("CertificateSubjectRestriction", CertificateSubjectRestriction::new);
        plugins.put("AlwaysDeny", AlwaysDeny::new);
        return plugins;
    }

    /** What Kubernetes checks outside of its plugins comes first, and cannot be turned off. */
    private static List<AdmissionPlugin> chosen(
            Map<String, Supplier<AdmissionPlugin>> all, List<String> enabled, List<String> disabled) {
        check("enable-admission-plugins", all.keySet(), enabled);
        check("disable-admission-plugins", all.keySet(), disabled);
        Set<String> both = new TreeSet<>(enabled);
        both.retainAll(disabled);
        if (!both.isEmpty()) {
            throw new IllegalArgumentException("[" + String.join(" ", both)
                    + "] in enable-admission-plugins and disable-admission-plugins overlapped");
        }
        List<AdmissionPlugin> plugins = new ArrayList<>(List.of(new DeviceAdminAccess()));
        for (String name : ORDER) {
            Supplier<AdmissionPlugin> plugin = all.get(name);
            if (plugin != null && (OFF.contains(name) ? enabled.contains(name) : !disabled.contains(name))) {
                plugins.add(plugin.get());
            }
        }
        return List.copyOf(plugins);
    }

    private static void check(String flag, Set<String> known, List<String> names) {
        for (String name : names) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(flag + " plugin " + GoText.quote(name) + " is unknown");
            }
        }
    }
}
