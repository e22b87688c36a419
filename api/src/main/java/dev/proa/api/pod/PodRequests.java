package dev.proa.api.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a pod asks for, and how much it may take, all its containers together: their sum with the sidecars, or what an init container
 * needs beside the sidecars before it where that is more (KEP-753); instead of that what the pod says as a whole (KEP-2837); and its
 * overhead. Pure.
 */
public final class PodRequests {
    private final Map<String, Quantity> amounts = new HashMap<>();

    private PodRequests() {}

    /** The sum of {@code requests}, by resource. */
    public static Map<String, Quantity> requests(MapValue spec) {
        return of(spec, "requests");
    }

    /** The sum of {@code limits}, by resource; a container without a limit adds none. */
    public static Map<String, Quantity> limits(MapValue spec) {
        return of(spec, "limits");
    }

    /**
     * The sum of {@code requests} or {@code limits} while containers are being resized in place (KEP-1287): of each the larger of what it asks
     * for and what its status says that it has, or only the latter when its node can never give more.
     */
    public static Map<String, Quantity> effective(MapValue pod, String kind) {
        Map<String, MapValue> statuses = new HashMap<>();
        for (String list : new String[] {"containerStatuses", "initContainerStatuses"}) {
            ListValue items = pod.map("status").list(list);
            for (int i = 0; i < items.size(); i++) {
                if (items.map(i).get("resources") instanceof MapValue) {
                    statuses.put(items.map(i).string("name"), items.map(i));
                }
            }
        }
        MapValue spec = pod.map("spec");
        if (statuses.isEmpty()) {
            return of(spec, ofContainers(spec, kind), kind);
        }
        boolean infeasible = isResizeInfeasible(pod);
        Function<MapValue, Map<String, Quantity>> amounts = container -> {
            MapValue status = statuses.get(container.string("name"));
            Map<String, Quantity> asked = quantities(container, kind);
            if (status == null) {
                return asked;
            }
            PodRequests most = new PodRequests();
            most.merge(quantities(status, kind), Quantity::max);
            if (kind.equals("requests")) {
                most.merge(quantities(status.map("allocatedResources")), Quantity::max);
            }
            if (!infeasible) {
                most.merge(asked, Quantity::max);
            }
            return most.amounts;
        };
        return of(
                spec,
                ofContainers(spec, amounts, init -> isSidecar(init) ? amounts.apply(init) : quantities(init, kind)),
                kind);
    }

    private static boolean isResizeInfeasible(MapValue pod) {
        ListValue conditions = pod.map("status").list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.map(i).string("type").equals("PodResizePending")) {
                return conditions.map(i).string("reason").equals("Infeasible");
            }
        }
        return false;
    }

    /** Whether the pod's quality of service is {@code BestEffort}: nothing in it asks for processors or memory, or limits itself. */
    public static boolean isBestEffort(MapValue pod) {
        String known = pod.map("status").string("qosClass");
        if (!known.isEmpty()) {
            return known.equals("BestEffort");
        }
        MapValue spec = pod.map("spec");
        if (spec.get("resources") instanceof MapValue whole) {
            return !asks(whole);
        }
        return Stream.of("containers", "initContainers")
                .flatMap(list -> spec.list(list).stream())
                .noneMatch(container -> container instanceof MapValue map && asks(map.map("resources")));
    }

    private static boolean asks(MapValue resources) {
        return Stream.of("requests", "limits")
                .map(resources::map)
                .anyMatch(amounts -> quantity(amounts.get("cpu")).signum() > 0
                        || quantity(amounts.get("memory")).signum() > 0);
    }

    /** Whether the pod as a whole asks for something, or limits itself (KEP-2837). */
    public static boolean isSetForWholePod(MapValue spec) {
        MapValue resources = spec.map("resources");
        return Stream.of("requests", "limits")
                .flatMap(kind -> resources.map(kind).asMap().keySet().stream())
                .anyMatch(PodRequests::ofPods);
    }

    /** The sum of the containers' {@code requests} or {@code limits}, without pod-level resources and overhead. */
    public static Map<String, Quantity> ofContainers(MapValue spec, String kind) {
        Function<MapValue, Map<String, Quantity>> amounts = container -> quantities(container, kind);
        return ofContainers(spec, amounts, amounts);
    }

    private static boolean isSidecar(MapValue init) {
        return init.string("restartPolicy").equals("Always");
    }

    private static Map<String, Quantity> ofContainers(
            MapValue spec,
            Function<MapValue, Map<String, Quantity>> ofContainer,
            Function<MapValue, Map<String, Quantity>> ofInit) {
        PodRequests sum = new PodRequests();
        PodRequests sidecars = new PodRequests();
        PodRequests most = new PodRequests();
        ListValue containers = spec.list("containers");
        for (int i = 0; i < containers.size(); i++) {
            sum.merge(ofContainer.apply(containers.map(i)), Quantity::plus);
        }
        ListValue inits = spec.list("initContainers");
        for (int i = 0; i < inits.size(); i++) {
            PodRequests alone = new PodRequests();
            alone.merge(ofInit.apply(inits.map(i)), Quantity::plus);
            if (isSidecar(inits.map(i))) {
                sum.merge(alone.amounts, Quantity::plus);
                sidecars.merge(alone.amounts, Quantity::plus);
                alone = sidecars;
            } else {
                alone.merge(sidecars.amounts, Quantity::plus);
            }
            most.merge(alone.amounts, Quantity::max);
        }
        sum.merge(most.amounts, Quantity::max);
        return sum.amounts;
    }

    /** Whether a resource may be requested at pod level. */
    public static boolean ofPods(String resource) {
        return resource.equals("cpu") || resource.equals("memory") || resource.startsWith("hugepages-");
    }

    private static Map<String, Quantity> of(MapValue spec, String kind) {
        return of(spec, ofContainers(spec, kind), kind);
    }

    private static Map<String, Quantity> of(MapValue spec, Map<String, Quantity> ofContainers, String kind) {
        PodRequests sum = new PodRequests();
        sum.amounts.putAll(ofContainers);
        quantities(spec, kind).forEach((name, amount) -> {
            if (ofPods(name)) {
                sum.amounts.put(name, amount);
            }
        });
        Map<String, Quantity> overhead = quantities(spec.map("overhead"));
        if (kind.equals("limits")) {
            overhead.keySet().retainAll(sum.amounts.keySet());
        }
        sum.merge(overhead, Quantity::plus);
        return sum.amounts;
    }

    private void merge(Map<String, Quantity> others, BinaryOperator<Quantity> how) {
        others.forEach((name, amount) -> amounts.merge(name, amount, how));
    }

    private static Map<String, Quantity> quantities(MapValue holder, String kind) {
        return quantities(holder.map("resources").map(kind));
    }

    private static Map<String, Quantity> quantities(MapValue amounts) {
        Map<String, Quantity> quantities = new HashMap<>();
        amounts.forEach(entry -> quantities.put(entry.getKey(), quantity(entry.getValue())));
        return quantities;
    }

    /** An invalid quantity counts as zero; validation reports it. */
    private static Quantity quantity(@Nullable Object value) {
        try {
            return Quantity.from(value);
        } catch (IllegalArgumentException e) {
            return Quantity.ZERO;
        }
    }
}
