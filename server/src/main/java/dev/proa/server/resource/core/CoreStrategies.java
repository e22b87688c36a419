package dev.proa.server.resource.core;

import static dev.proa.server.strategy.ResourceStrategy.Spec.cluster;
import static dev.proa.server.strategy.ResourceStrategy.Spec.namespaced;

import dev.proa.api.value.MapValue;
import dev.proa.server.resource.pod.PodDefaults;
import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.strategy.Strategy;
import org.jspecify.annotations.Nullable;

/** Strategies of the core group (but for pods, volumes, services and replication controllers), events and leases. */
public final class CoreStrategies {
    private CoreStrategies() {}

    /** The strategy of a resource of the core group; null when it is none of them. */
    public static @Nullable Strategy core(String resource) {
        return switch (resource) {
            case "configmaps" ->
                new ResourceStrategy(namespaced("", resource).metadataOnceMore().validate(CoreValidation::configMap));
            case "events" -> new EventStrategy(false);
            case "limitranges" ->
                new LimitRangeStrategy(namespaced("", resource)
                        .createOnUpdate()
                        .defaults(CoreDefaults::limitRange)
                        .validate(LimitsValidation::limitRange));
            case "namespaces" -> new NamespaceStrategy();
            case "nodes" ->
                new ResourceStrategy(cluster("", resource)
                        .checkedTwice()
                        .statusOnCreate()
                        .defaults(CoreDefaults::node)
                        .onCreate(node -> CoreDefaults.withoutConfigSource(node, null))
                        .onUpdate(CoreDefaults::withoutConfigSource)
                        .validate(CoreValidation::node)
                        .warnings(CoreWarnings::node)
                        .fields("spec.unschedulable")
                        .absentField("false"));
            case "podtemplates" ->
                new ResourceStrategy(namespaced("", resource)
                        .generation()
                        .defaults(object -> object.withMap("template", PodDefaults::template))
                        .validate(CoreValidation::podTemplate));
            case "resourcequotas" ->
                new ResourceStrategy(namespaced("", resource)
                        .status()
                        .defaults(CoreDefaults::resourceQuota)
                        .validate(LimitsValidation::quota));
            case "secrets" ->
                new ResourceStrategy(namespaced("", resource)
                        .defaults(CoreDefaults::secret)
                        .validate(CoreValidation::secret)
                        .warnings(CoreWarnings::secret)
                        .fields("type"));
            case "serviceaccounts" ->
                new ServiceAccountStrategy(namespaced("", resource)
                        .onCreate(CoreDefaults::namesOfSecrets)
                        .onUpdate((account, old) -> CoreDefaults.namesOfSecrets(account)));
            default -> null;
        };
    }

    /** The strategy of events of the group {@code events.k8s.io}. */
    public static Strategy events() {
        return new EventStrategy(true);
    }

    /** The strategy of a resource of {@code coordination.k8s.io}; null when it is none of them. */
    public static @Nullable Strategy coordination(String resource) {
        return switch (resource) {
            case "leases" ->
                new ResourceStrategy(namespaced("coordination.k8s.io", resource)
                        .createOnUpdate()
                        .conditionalUpdate()
                        .onCreate(lease -> CoreDefaults.uncoordinated(lease, MapValue.EMPTY))
                        .onUpdate(CoreDefaults::uncoordinated)
                        .validate(CoreValidation::lease));
            default -> null;
        };
    }
}
