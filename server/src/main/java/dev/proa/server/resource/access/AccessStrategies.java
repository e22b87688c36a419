package dev.proa.server.resource.access;

import static dev.proa.server.strategy.ResourceStrategy.Spec.cluster;
import static dev.proa.server.strategy.ResourceStrategy.Spec.namespaced;

import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.strategy.ResourceStrategy.Spec;
import dev.proa.server.strategy.Strategy;
import dev.proa.server.validation.NameRule;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Strategies of RBAC, certificate signing requests and flow control. */
public final class AccessStrategies {
    private AccessStrategies() {}

    /** The strategy of a resource of {@code rbac.authorization.k8s.io}; null when it is none of them. */
    public static @Nullable Strategy rbac(String resource) {
        String group = "rbac.authorization.k8s.io";
        Spec spec = resource.startsWith("cluster") ? cluster(group, resource) : namespaced(group, resource);
        spec.createOnUpdate().names(NameRule.PATH_SEGMENT);
        return switch (resource) {
            case "roles" -> new ResourceStrategy(spec.validate(RbacValidation::role));
            case "clusterroles" -> new ResourceStrategy(spec.validate(RbacValidation::clusterRole));
            case "rolebindings" ->
                new ResourceStrategy(spec.defaults(RbacDefaults::roleBinding).validate(RbacValidation::roleBinding));
            case "clusterrolebindings" ->
                new ResourceStrategy(
                        spec.defaults(RbacDefaults::roleBinding).validate(RbacValidation::clusterRoleBinding));
            default -> null;
        };
    }

    /** The strategy of a resource of {@code flowcontrol.apiserver.k8s.io}; null when it is none of them. */
    public static @Nullable Strategy flowControl(String resource) {
        Spec spec = cluster("flowcontrol.apiserver.k8s.io", resource).status().generation();
        return switch (resource) {
            case "flowschemas" ->
                new ResourceStrategy(spec.defaults(FlowDefaults::flowSchema).validate(FlowValidation::schema));
            case "prioritylevelconfigurations" ->
                new ResourceStrategy(spec.defaults(FlowDefaults::priorityLevel).validate(FlowValidation::level));
            default -> null;
        };
    }

    /** The strategy of a resource of {@code certificates.k8s.io}; null when it is none of them. */
    public static @Nullable Strategy certificates(String resource, InstantSource clock) {
        return switch (resource) {
            case "certificatesigningrequests" ->
                new SigningRequestStrategy(
                        cluster("certificates.k8s.io", resource)
                                .names(NameRule.PATH_SEGMENT)
                                .validate(SigningRequestValidation::check)
                                .status()
                                .fields("spec.signerName"),
                        clock);
            default -> null;
        };
    }
}
