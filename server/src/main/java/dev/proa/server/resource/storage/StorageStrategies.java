package dev.proa.server.resource.storage;

import static dev.proa.server.strategy.ResourceStrategy.Spec.cluster;
import static dev.proa.server.strategy.ResourceStrategy.Spec.namespaced;

import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.strategy.Strategy;
import org.jspecify.annotations.Nullable;

/** Strategies of the group {@code storage.k8s.io}. */
public final class StorageStrategies {
    private StorageStrategies() {}

    /** The strategy of a resource of {@code storage.k8s.io}; null when it is none of them. */
    public static @Nullable Strategy storage(String resource) {
        String group = "storage.k8s.io";
        return switch (resource) {
            case "storageclasses" ->
                new ResourceStrategy(cluster(group, resource)
                        .checkedTwice()
                        .defaults(StorageDefaults::storageClass)
                        .validate(StorageValidation::storageClass));
            case "csidrivers" ->
                new ResourceStrategy(cluster(group, resource)
                        .conditionalUpdate()
                        .defaults(StorageDefaults::csiDriver)
                        .validate(StorageValidation::driver));
            case "csinodes" ->
                new ResourceStrategy(
                        cluster(group, resource).conditionalUpdate().validate(StorageValidation::node));
            case "csistoragecapacities" ->
                new ResourceStrategy(
                        namespaced(group, resource).conditionalUpdate().validate(StorageValidation::capacity));
            case "volumeattributesclasses" ->
                new ResourceStrategy(cluster(group, resource).validate(StorageValidation::attributesClass));
            case "volumeattachments" ->
                new ResourceStrategy(cluster(group, resource)
                        .status("attached", false)
                        .conditionalUpdate()
                        .validate(StorageValidation::attachment));
            default -> null;
        };
    }
}
