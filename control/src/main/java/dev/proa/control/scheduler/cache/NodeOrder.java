package dev.proa.control.scheduler.cache;

import dev.proa.api.core.v1.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The order in which nodes are tried: zone by zone in turn, so that a search which ends early has seen nodes of all zones. */
final class NodeOrder {
    private final Map<String, Set<String>> byZone = new LinkedHashMap<>();
    private final Map<String, String> zones = new HashMap<>();

    /** Adds a node, or notes its zone; returns whether the order has changed. */
    boolean put(Node node) {
        String zone = zone(node);
        String before = zones.put(node.name(), zone);
        if (zone.equals(before)) {
            return false;
        }
        if (before != null) {
            removeFrom(before, node.name());
        }
        byZone.computeIfAbsent(zone, absent -> new LinkedHashSet<>()).add(node.name());
        return true;
    }

    void remove(String node) {
        String zone = zones.remove(node);
        if (zone != null) {
            removeFrom(zone, node);
        }
    }

    private void removeFrom(String zone, String node) {
        Set<String> nodes = byZone.get(zone);
        if (nodes != null && nodes.remove(node) && nodes.isEmpty()) {
            byZone.remove(zone);
        }
    }

    /** All nodes by name. */
    List<String> names() {
        List<String> names = new ArrayList<>(zones.size());
        List<Iterator<String>> left = new ArrayList<>();
        byZone.values().forEach(nodes -> left.add(nodes.iterator()));
        while (!left.isEmpty()) {
            for (Iterator<Iterator<String>> turns = left.iterator(); turns.hasNext(); ) {
                Iterator<String> zone = turns.next();
                if (zone.hasNext()) {
                    names.add(zone.next());
                } else {
                    turns.remove();
                }
            }
        }
        return names;
    }

    private static String zone(Node node) {
        Map<String, String> labels = node.labels();
        return labels.getOrDefault("topology.kubernetes.io/region", "") + "/"
                + labels.getOrDefault("topology.kubernetes.io/zone", "");
    }
}
