package dev.proa.control.node;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Taint;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.control.shared.Pods;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Computes the taints of a node from its conditions; taints that others have set stay. Pure. */
final class NodeTaints {
    private static final String NOT_READY = "node.kubernetes.io/not-ready";
    private static final String UNREACHABLE = "node.kubernetes.io/unreachable";
    private static final String UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
    private static final Set<String> NO_SCHEDULE = Set.of(
            NOT_READY,
            UNREACHABLE,
            UNSCHEDULABLE,
            "node.kubernetes.io/network-unavailable",
            "node.kubernetes.io/memory-pressure",
            "node.kubernetes.io/disk-pressure",
            "node.kubernetes.io/pid-pressure");

    private NodeTaints() {}

    /**
     * The taints that {@code node} is to have.
     *
     * @param mayEvict whether pods may be driven off it
     */
    static ListValue of(Node node, boolean mayEvict, Instant now) {
        List<Key> wanted = wanted(node, mayEvict);
        ListValue before = node.spec().value().list("taints");
        List<MapValue> after = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            Key key = Key.of(new Taint(before.map(i)));
            if (!key.isOurs() || wanted.remove(key)) {
                after.add(before.map(i));
            }
        }
        for (Key key : wanted) {
            after.add(MapValue.of("key", key.key, "effect", key.effect, "timeAdded", Times.format(now)));
        }
        return after.size() == before.size() && wanted.isEmpty() ? before : ListValue.copyOf(after);
    }

    private static List<Key> wanted(Node node, boolean mayEvict) {
        List<Key> wanted = new ArrayList<>();
        switch (status(node, "Ready")) {
            case "False" -> add(wanted, NOT_READY, mayEvict);
            case "Unknown" -> add(wanted, UNREACHABLE, mayEvict);
            default -> {}
        }
        for (String condition : List.of("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")) {
            if (status(node, condition).equals("True")) {
                wanted.add(new Key(
                        switch (condition) {
                            case "MemoryPressure" -> "node.kubernetes.io/memory-pressure";
                            case "DiskPressure" -> "node.kubernetes.io/disk-pressure";
                            case "PIDPressure" -> "node.kubernetes.io/pid-pressure";
                            default -> "node.kubernetes.io/network-unavailable";
                        },
                        "NoSchedule"));
            }
        }
        if (node.spec().unschedulable()) {
            wanted.add(new Key(UNSCHEDULABLE, "NoSchedule"));
        }
        return wanted;
    }

    private static void add(List<Key> wanted, String key, boolean mayEvict) {
        wanted.add(new Key(key, "NoSchedule"));
        if (mayEvict) {
            wanted.add(new Key(key, "NoExecute"));
        }
    }

    private static String status(Node node, String type) {
        MapValue condition = Pods.condition(node, type);
        return condition == null ? "" : condition.string("status");
    }

    private record Key(String key, String effect) {
        static Key of(Taint taint) {
            return new Key(taint.key(), taint.effect());
        }

        boolean isOurs() {
            return effect.equals("NoSchedule") && NO_SCHEDULE.contains(key)
                    || effect.equals("NoExecute") && (key.equals(NOT_READY) || key.equals(UNREACHABLE));
        }
    }
}
