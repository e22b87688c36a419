package dev.proa.server.resource.device;

import static dev.proa.server.strategy.ResourceStrategy.Spec.cluster;
import static dev.proa.server.strategy.ResourceStrategy.Spec.namespaced;

import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.strategy.Strategy;
import dev.proa.server.validation.NameRule;
import org.jspecify.annotations.Nullable;

/** Strategies of the group {@code resource.k8s.io}. */
public final class DeviceStrategies {
    private DeviceStrategies() {}

    /** The strategy of a resource of {@code resource.k8s.io}; null when it is none of them. */
    public static @Nullable Strategy devices(String resource) {
        String group = "resource.k8s.io";
        return switch (resource) {
            case "resourceclaims" ->
                new ResourceStrategy(namespaced(group, resource)
                        .status()
                        .defaults(object -> object.withMap("spec", DeviceDefaults::resourceClaimSpec))
                        .validate(DeviceValidation::claim));
            case "resourceclaimtemplates" ->
                new ResourceStrategy(namespaced(group, resource)
                        .defaults(object ->
                                object.withMap("spec", spec -> spec.withMap("spec", DeviceDefaults::resourceClaimSpec)))
                        .checkedTwice()
                        .validate(DeviceValidation::template));
            case "deviceclasses" ->
                new ResourceStrategy(cluster(group, resource)
                        .names(NameRule.LONG_NAME)
                        .generation()
                        .validate(DeviceValidation::deviceClass));
            case "resourceslices" ->
                new ResourceStrategy(cluster(group, resource)
                        .generation()
                        .fields("spec.nodeName", "spec.driver")
                        .defaults(DeviceDefaults::resourceSlice)
                        .validate(SliceValidation::check));
            default -> null;
        };
    }
}
