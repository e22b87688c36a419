package dev.proa.server.resource.network;

import static dev.proa.server.strategy.ResourceStrategy.Spec.cluster;
import static dev.proa.server.strategy.ResourceStrategy.Spec.namespaced;

import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.strategy.Strategy;
import dev.proa.server.validation.NameRule;
import org.jspecify.annotations.Nullable;

/** Strategies of services, their endpoints, and the group {@code networking.k8s.io}. */
public final class NetworkStrategies {
    private NetworkStrategies() {}

    /** The strategy of a resource of the core group; null when it is none of these. */
    public static @Nullable Strategy core(String resource, ServiceRanges ranges) {
        return switch (resource) {
            case "endpoints" ->
                new ResourceStrategy(namespaced("", resource)
                        .createOnUpdate()
                        .deprecated("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice")
                        .defaults(ServiceDefaults::endpoints)
                        .validate(EndpointsValidation::endpoints));
            case "services" -> new ServiceStrategy(ranges);
            default -> null;
        };
    }

    /** The strategy of a resource of {@code discovery.k8s.io}; null when it is none of them. */
    public static @Nullable Strategy discovery(String resource) {
        return switch (resource) {
            case "endpointslices" ->
                new ResourceStrategy(namespaced("discovery.k8s.io", resource)
                        .generation()
                        .defaults(ServiceDefaults::endpointSlice)
                        .onCreate(slice -> ServiceDefaults.withoutTopology(slice, null))
                        .onUpdate(ServiceDefaults::withoutTopology)
                        .validate(EndpointsValidation::endpointSlice));
            default -> null;
        };
    }

    /** The strategy of a resource of {@code networking.k8s.io}; null when it is none of them. */
    public static @Nullable Strategy networking(String resource) {
        String group = "networking.k8s.io";
        return switch (resource) {
            case "ingresses" ->
                new ResourceStrategy(namespaced(group, resource)
                        .metadataOnceMore()
                        .status()
                        .generation()
                        .validate(NetworkingValidation::ingress));
            case "networkpolicies" ->
                new ResourceStrategy(namespaced(group, resource)
                        .generation()
                        .defaults(NetworkingDefaults::networkPolicy)
                        .validate(NetworkingValidation::networkPolicy));
            case "ingressclasses" ->
                new ResourceStrategy(cluster(group, resource)
                        .generation()
                        .defaults(NetworkingDefaults::ingressClass)
                        .validate(NetworkingValidation::ingressClass));
            case "servicecidrs" ->
                new ResourceStrategy(cluster(group, resource).status().validate(NetworkingValidation::serviceCidr));
            case "ipaddresses" ->
                new ResourceStrategy(
                        cluster(group, resource).names(NameRule.IP_ADDRESS).validate(NetworkingValidation::ipAddress));
            default -> null;
        };
    }
}
