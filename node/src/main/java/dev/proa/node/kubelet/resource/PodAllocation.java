package dev.proa.node.kubelet.resource;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.ResourceRequirements;
import dev.proa.api.pod.PodRequests;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.api.value.Times;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One pod's allocated resources, those actuated in its containers, and the state of its last resize. All but {@link
 * #wanted} is guarded by {@link Allocations}.
 */
public final class PodAllocation {
    private static final String POD = "";

    /** A pod condition about a resize that is not done. */
    public record Condition(String type, String reason, String message, long generation, Instant since) {
        public MapValue toValue() {
            MapValue.Builder condition = MapValue.builder(7)
                    .put("type", type)
                    .put("status", "True")
                    .put("observedGeneration", generation)
                    .put("lastProbeTime", Times.format(since))
                    .put("lastTransitionTime", Times.format(since));
            if (!reason.isEmpty()) {
                condition.put("reason", reason);
            }
            if (!message.isEmpty()) {
                condition.put("message", message);
            }
            return condition.build();
        }
    }

    private final String uid;
    private final Runnable changed;
    /** Resources by container name; those of the pod itself have the empty name. */
    private final Map<String, MapValue> allocated = new HashMap<>();

    private final Map<String, MapValue> actuated = new HashMap<>();
    private Pod wanted;
    private @Nullable Condition pending;
    private @Nullable Condition inProgress;

    /** @param changed called when another pod's end has made room for this one */
    PodAllocation(Pod pod, Runnable changed) {
        this.uid = pod.uid();
        this.wanted = pod;
        this.changed = changed;
    }

    String uid() {
        return uid;
    }

    Pod wanted() {
        return wanted;
    }

    void want(Pod pod) {
        wanted = pod;
    }

    void tellChanged() {
        changed.run();
    }

    /** Allocates what the pod requests. */
    void allocate(Pod pod) {
        allocated.clear();
        if (pod.spec().hasResources()) {
            allocated.put(POD, pod.spec().resources().value());
        }
        resizable(pod)
                .forEach(container ->
                        allocated.put(container.name(), container.resources().value()));
    }

    /** The containers whose resources may change: all but ephemeral ones, which have none. */
    static List<Container> resizable(Pod pod) {
        List<Container> all = new java.util.ArrayList<>(pod.spec().initContainers());
        all.addAll(pod.spec().containers());
        return all;
    }

    /** Whether the pod's request equals its allocation. */
    boolean isAllocated(Pod pod) {
        return apply(pod) == pod;
    }

    /** The pod with its allocated resources; the same object when nothing differs. */
    Pod apply(Pod pod) {
        MapValue spec = pod.spec().value();
        MapValue whole = allocated.get(POD);
        MapValue given = spec;
        if (!Objects.equals(whole, spec.get("resources"))) {
            given = whole == null ? spec.without("resources") : spec.with("resources", whole);
        }
        given = apply(apply(given, "containers"), "initContainers");
        return given == spec ? pod : new Pod(pod.value().with("spec", given));
    }

    private MapValue apply(MapValue spec, String list) {
        ListValue before = spec.list(list);
        ListValue containers = before;
        for (int i = 0; i < containers.size(); i++) {
            MapValue resources = allocated.get(containers.map(i).string("name"));
            if (resources != null && !resources.equals(containers.map(i).map("resources"))) {
                containers = containers.with(i, containers.map(i).with("resources", resources));
            }
        }
        return containers == before ? spec : spec.with(list, containers);
    }

    /** The resources last configured for a container; null when unknown. */
    @Nullable
    ResourceRequirements actuated(String container) {
        MapValue resources = actuated.get(container);
        return resources == null ? null : new ResourceRequirements(resources);
    }

    void actuate(String container, ResourceRequirements resources) {
        actuated.put(container, resources.value());
    }

    /** What the pod occupies of the node: the larger of its allocation and of what its containers still have. */
    Map<String, Quantity> taken() {
        Map<String, Quantity> taken = PodRequests.requests(apply(wanted).spec().value());
        PodAllocation had = new PodAllocation(wanted, () -> {});
        had.allocated.putAll(allocated);
        had.allocated.putAll(actuated);
        PodRequests.requests(had.apply(wanted).spec().value())
                .forEach((name, amount) -> taken.merge(name, amount, Quantity::max));
        return taken;
    }

    @Nullable
    Condition pending() {
        return pending;
    }

    void pending(@Nullable Condition to) {
        pending = to;
    }

    @Nullable
    Condition inProgress() {
        return inProgress;
    }

    void inProgress(@Nullable Condition to) {
        inProgress = to;
    }

    /** The checkpoint. */
    MapValue toValue() {
        return MapValue.of("allocated", toValue(allocated), "actuated", toValue(actuated));
    }

    private static MapValue toValue(Map<String, MapValue> resources) {
        MapValue.Builder builder = MapValue.builder(resources.size());
        resources.forEach(builder::put);
        return builder.build();
    }

    /** Restores a checkpoint. */
    void restore(MapValue checkpoint) {
        checkpoint.map("allocated").forEach(entry -> allocated.put(entry.getKey(), (MapValue) entry.getValue()));
        checkpoint.map("actuated").forEach(entry -> actuated.put(entry.getKey(), (MapValue) entry.getValue()));
    }
}
