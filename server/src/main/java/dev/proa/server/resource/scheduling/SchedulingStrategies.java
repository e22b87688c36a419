package dev.proa.server.resource.scheduling;

import static dev.proa.server.strategy.ResourceStrategy.Spec.cluster;

import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.strategy.Strategy;
import org.jspecify.annotations.Nullable;

/** Strategies of priority classes and runtime classes. */
public final class SchedulingStrategies {
    private SchedulingStrategies() {}

    /** The strategy of a resource of {@code node.k8s.io}; null when it is none of them. */
    public static @Nullable Strategy node(String resource) {
        return switch (resource) {
            case "runtimeclasses" ->
                new ResourceStrategy(cluster("node.k8s.io", resource)
                        .createOnUpdate()
                        .conditionalUpdate()
                        .defaults(RuntimeClassDefaults::fill)
                        .validate(RuntimeClassValidation::check));
            default -> null;
        };
    }

    /** The strategy of a resource of {@code scheduling.k8s.io}; null when it is none of them. */
    public static @Nullable Strategy scheduling(String resource) {
        return switch (resource) {
            case "priorityclasses" ->
                new ResourceStrategy(cluster("scheduling.k8s.io", resource)
                        .firstGeneration()
                        .defaults(PriorityClassDefaults::fill)
                        .validate(PriorityClassValidation::check));
            default -> null;
        };
    }
}
