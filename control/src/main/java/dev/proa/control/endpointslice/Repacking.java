package dev.proa.control.endpointslice;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Packs addresses and ports into the fewest subsets of an Endpoints object: ports that the very same addresses have, in the
 * same state, share a subset. An address that is ready in one place and not in another is not ready. For one thread.
 */
final class Repacking {
    /** In place of a port, for addresses without ports. */
    private static final MapValue NO_PORT = MapValue.EMPTY;

    private final Map<Key, MapValue> addresses = new HashMap<>();
    private final Map<MapValue, Map<Key, Boolean>> readyByPort = new LinkedHashMap<>();

    /** An address of one host; two hosts may say that they have the same one. */
    private record Key(String ip, String uid) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::ip).thenComparing(Key::uid);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    /** Addresses that have the same ports, those that are ready apart from those that are not; each in order. */
    record Subset(ListValue ports, List<MapValue> ready, List<MapValue> notReady) {}

    /** An address has these ports; there may be none. */
    void add(MapValue address, ListValue ports, boolean ready) {
        Key key = new Key(address.string("ip"), address.map("targetRef").string("uid"));
        addresses.putIfAbsent(key, address);
        if (ports.isEmpty()) {
            add(key, NO_PORT, ready);
        }
        for (int i = 0; i < ports.size(); i++) {
            add(key, ports.map(i), ready);
        }
    }

    private void add(Key key, MapValue port, boolean ready) {
        readyByPort.computeIfAbsent(port, absent -> new TreeMap<>()).merge(key, ready, Boolean::logicalAnd);
    }

    /** In an order that does not depend on the order in which addresses were added. */
    List<Subset> subsets() {
        Map<Map<Key, Boolean>, List<MapValue>> portsByAddresses = new LinkedHashMap<>();
        readyByPort.forEach((port, keys) -> portsByAddresses
                .computeIfAbsent(keys, absent -> new ArrayList<>())
                .add(port));
        List<Subset> subsets = new ArrayList<>();
        portsByAddresses.forEach((keys, ports) -> {
            List<MapValue> ready = new ArrayList<>();
            List<MapValue> notReady = new ArrayList<>();
            keys.forEach((key, isReady) -> (isReady ? ready : notReady).add(addresses.get(key)));
            ports.remove(NO_PORT);
            subsets.add(new Subset(ListValue.copyOf(ports), ready, notReady));
        });
        subsets.sort(Comparator.comparing(subset -> subset.ports().toString()));
        return subsets;
    }
}
