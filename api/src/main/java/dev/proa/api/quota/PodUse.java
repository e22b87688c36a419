package dev.proa.api.quota;

import dev.proa.api.pod.PodRequests;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.api.value.Times;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Pods, with what they request and their limits. A pod that has ended counts only as an object ({@code count/pods}), and so does one whose
 * time to end has passed: its node may be lost, and its successor must not wait for that.
 *
 * @param now the time
 */
record PodUse(Supplier<Instant> now) implements Evaluator {
    private static final String COUNT = ObjectCount.PREFIX + "pods";
    private static final String REQUESTS = "requests.";
    private static final String LIMITS = "limits.";
    private static final String HUGE_PAGES = "hugepages-";
    private static final String DEVICE_CLASS = "deviceclass.resource.kubernetes.io/";
    private static final List<String> BASIC = List.of("cpu", "memory", "ephemeral-storage");
    private static final Set<String> NAMES = Set.of(
            COUNT,
            "pods",
            "cpu",
            "memory",
            "ephemeral-storage",
            "requests.cpu",
            "requests.memory",
            "requests.ephemeral-storage",
            "limits.cpu",
            "limits.memory",
            "limits.ephemeral-storage");
    /** What each container must state when a quota limits it; a rule that Kubernetes keeps for these only. */
    private static final Set<String> STATED =
            Set.of("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory");

    @Override
    public String resource() {
        return "pods";
    }

    @Override
    public boolean tracks(String name) {
        return NAMES.contains(name)
                || name.startsWith(HUGE_PAGES)
                || name.startsWith(REQUESTS + HUGE_PAGES)
                || isExtended(name);
    }

    /** Whether a name limits requests of a resource that is not Kubernetes' own, or of the devices of a class. */
    static boolean isExtended(String name) {
        return name.startsWith(REQUESTS) && (!isNative(name) || name.startsWith(REQUESTS + DEVICE_CLASS));
    }

    private static boolean isNative(String name) {
        return !name.contains("/") || name.contains("kubernetes.io/");
    }

    @Override
    public boolean isIn(QuotaScope scope, MapValue pod) {
        return switch (scope.name()) {
            case QuotaScope.TERMINATING -> isTerminating(pod);
            case QuotaScope.NOT_TERMINATING -> !isTerminating(pod);
            case QuotaScope.BEST_EFFORT -> PodRequests.isBestEffort(pod);
            case QuotaScope.NOT_BEST_EFFORT -> !PodRequests.isBestEffort(pod);
            case QuotaScope.PRIORITY_CLASS -> {
                String priorityClass = pod.map("spec").string("priorityClassName");
                yield scope.fits(priorityClass.isEmpty() ? List.of() : List.of(priorityClass));
            }
            case QuotaScope.CROSS_NAMESPACE_POD_AFFINITY ->
                lookElsewhere(pod.map("spec").map("affinity"));
            default -> false;
        };
    }

    /** Whether the pod ends by itself, sooner or later. */
    private static boolean isTerminating(MapValue pod) {
        return pod.map("spec").integer("activeDeadlineSeconds", -1) >= 0;
    }

    private static boolean lookElsewhere(MapValue affinity) {
        return List.of("podAffinity", "podAntiAffinity").stream()
                .map(affinity::map)
                .anyMatch(part -> maps(part.list("requiredDuringSchedulingIgnoredDuringExecution"))
                                .anyMatch(PodUse::looksElsewhere)
                        || maps(part.list("preferredDuringSchedulingIgnoredDuringExecution"))
                                .anyMatch(term -> looksElsewhere(term.map("podAffinityTerm"))));
    }

    private static boolean looksElsewhere(MapValue term) {
        return !term.list("namespaces").isEmpty() || term.get("namespaceSelector") instanceof MapValue;
    }

    private static Stream<MapValue> containers(MapValue spec) {
        return Stream.concat(maps(spec.list("containers")), maps(spec.list("initContainers")));
    }

    private static Stream<MapValue> maps(ListValue list) {
        return list.stream().map(item -> item instanceof MapValue map ? map : MapValue.EMPTY);
    }

    @Override
    public String missing(Collection<String> limited, MapValue pod) {
        MapValue spec = pod.map("spec");
        if (PodRequests.isSetForWholePod(spec)) {
            return "";
        }
        Map<String, Set<String>> missing = new TreeMap<>();
        containers(spec).forEach(container -> {
            MapValue resources = container.map("resources");
            Map<String, Quantity> stated =
                    compute(Amounts.of(resources.map("requests")), Amounts.of(resources.map("limits")));
            for (String name : limited) {
                if (STATED.contains(name) && !stated.containsKey(name)) {
                    missing.computeIfAbsent(name, first -> new TreeSet<>()).add(container.string("name"));
                }
            }
        });
        return missing.isEmpty()
                ? ""
                : missing.entrySet().stream()
                        .map(entry -> entry.getKey() + " for: " + String.join(",", entry.getValue()))
                        .collect(Collectors.joining("; ", "must specify ", ""));
    }

    @Override
    public Map<String, Quantity> usage(MapValue pod) {
        Map<String, Quantity> usage = isLive(pod)
                ? compute(PodRequests.effective(pod, "requests"), PodRequests.effective(pod, "limits"))
                : new TreeMap<>();
        usage.put(COUNT, Quantity.of(1));
        return usage;
    }

    private static Map<String, Quantity> compute(Map<String, Quantity> requests, Map<String, Quantity> limits) {
        Map<String, Quantity> usage = new TreeMap<>();
        usage.put("pods", Quantity.of(1));
        requests.forEach((name, amount) -> {
            boolean counted = BASIC.contains(name) || name.startsWith(HUGE_PAGES);
            if (counted) {
                usage.put(name, amount);
            }
            if (counted || !isNative(name) && !name.startsWith(REQUESTS) || name.startsWith(DEVICE_CLASS)) {
                usage.put(REQUESTS + name, amount);
            }
        });
        limits.forEach((name, amount) -> {
            if (BASIC.contains(name)) {
                usage.put(LIMITS + name, amount);
            }
        });
        return usage;
    }

    /** Whether the pod uses what it asks for: it has not ended, and should not have by now. */
    private boolean isLive(MapValue pod) {
        String phase = pod.map("status").string("phase");
        if (phase.equals("Failed") || phase.equals("Succeeded")) {
            return false;
        }
        MapValue metadata = pod.map("metadata");
        Instant deletion = Times.parse(metadata.get("deletionTimestamp"));
        return deletion == null
                || !(metadata.get("deletionGracePeriodSeconds") instanceof Long grace)
                || !now.get().isAfter(deletion.plusSeconds(grace));
    }

    @Override
    public boolean countsUpdate(String subresource, MapValue pod, MapValue old) {
        return subresource.equals("resize") || subresource.isEmpty() && isTerminating(pod) != isTerminating(old);
    }

    @Override
    public boolean isToBeRecounted(MapValue before, MapValue after) {
        return isTerminating(before) != isTerminating(after) || !Amounts.equal(usage(before), usage(after));
    }
}
