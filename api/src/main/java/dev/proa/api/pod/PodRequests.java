package dev.proa.api.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
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

    /** The sum of the containers' {@code requests} or {@code limits}, without pod-level resources and overhead. */
    public static Map<String, Quantity> ofContainers(MapValue spec, String kind) {
        PodRequests sum = new PodRequests();
        PodRequests sidecars = new PodRequests();
        PodRequests most = new PodRequests();
        ListValue containers = spec.list("containers");
        for (int i = 0; i < containers.size(); i++) {
            sum.merge(quantities(containers.map(i), kind), Quantity::plus);
        }
        ListValue inits = spec.list("initContainers");
        for (int i = 0; i < inits.size(); i++) {
            PodRequests alone = new PodRequests();
            alone.merge(quantities(inits.map(i), kind), Quantity::plus);
            if (inits.map(i).string("restartPolicy").equals("Always")) {
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
        PodRequests sum = new PodRequests();
        sum.amounts.putAll(ofContainers(spec, kind));
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
