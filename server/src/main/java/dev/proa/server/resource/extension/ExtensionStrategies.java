package dev.proa.server.resource.extension;

import static dev.proa.server.strategy.ResourceStrategy.Spec.cluster;

import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.strategy.ResourceStrategy.Spec;
import dev.proa.server.strategy.Strategy;
import org.jspecify.annotations.Nullable;

/** Strategies of custom resource definitions, API services, webhooks and admission policies. */
public final class ExtensionStrategies {
    private ExtensionStrategies() {}

    /** The strategy of a resource of {@code admissionregistration.k8s.io}; null when it is none of them. */
    public static @Nullable Strategy admission(String resource) {
        Spec spec =
                cluster("admissionregistration.k8s.io", resource).generation().conditionalUpdate();
        return switch (resource) {
            case "validatingwebhookconfigurations" ->
                new ResourceStrategy(spec.defaults(AdmissionDefaults::validatingWebhooks)
                        .validate(AdmissionValidation::validatingWebhooks));
            case "mutatingwebhookconfigurations" ->
                new ResourceStrategy(spec.defaults(AdmissionDefaults::mutatingWebhooks)
                        .validate(AdmissionValidation::mutatingWebhooks));
            case "validatingadmissionpolicies" ->
                new ResourceStrategy(spec.status()
                        .defaults(AdmissionDefaults::admissionPolicy)
                        .validate(AdmissionValidation::validatingPolicy));
            case "mutatingadmissionpolicies" ->
                new ResourceStrategy(spec.defaults(AdmissionDefaults::admissionPolicy)
                        .validate(AdmissionValidation::mutatingPolicy));
            case "validatingadmissionpolicybindings" ->
                new ResourceStrategy(spec.defaults(AdmissionDefaults::admissionPolicyBinding)
                        .validate(AdmissionValidation::validatingBinding));
            case "mutatingadmissionpolicybindings" ->
                new ResourceStrategy(spec.defaults(AdmissionDefaults::admissionPolicyBinding)
                        .validate(AdmissionValidation::mutatingBinding));
            default -> null;
        };
    }

    /** The strategy of a resource of {@code apiextensions.k8s.io}; null when it is none of them. */
    public static @Nullable Strategy definitions(String resource) {
        return switch (resource) {
            case "customresourcedefinitions" -> new DefinitionStrategy();
            default -> null;
        };
    }

    /** The strategy of a resource of {@code apiregistration.k8s.io}; null when it is none of them. */
    public static @Nullable Strategy apiServices(String resource) {
        return switch (resource) {
            case "apiservices" -> new ApiServiceStrategy();
            default -> null;
        };
    }
}
