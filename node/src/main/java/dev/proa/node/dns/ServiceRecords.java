package dev.proa.node.dns;

import dev.proa.api.value.MapValue;
import dev.proa.node.dns.DnsRecord.Address;
import dev.proa.node.dns.DnsRecord.Alias;
import dev.proa.node.dns.DnsRecord.Data;
import dev.proa.node.dns.DnsRecord.Location;
import dev.proa.node.dns.DnsRecord.Pointer;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The DNS records of one service.
 *
 * @param forward by name: that of the service and those below it
 * @param reverse by the reverse name of an address, which other services may have too
 * @param parents the names without records that lie between the service and names of {@code forward}
 */
record ServiceRecords(Map<String, List<DnsRecord>> forward, Map<String, List<DnsRecord>> reverse, Set<String> parents) {
    /** Those of no service. */
    static final ServiceRecords NONE = new ServiceRecords(Map.of(), Map.of(), Set.of());

    /**
     * Reads a service and its EndpointSlices. Lenient: what cannot be read is ignored.
     *
     * @param name of the service, in the domain of the cluster
     */
    static ServiceRecords of(String name, MapValue service, Collection<MapValue> slices) {
        Reader reader = new Reader();
        if (DnsCodec.isName(name)) {
            reader.service(name, service.map("spec"), slices);
        }
        Set<String> parents = new HashSet<>();
        for (String below : reader.forward.keySet()) {
            String parent = below;
            while (parent.endsWith("." + name) && !reader.forward.containsKey(parent = parent(parent))) {
                parents.add(parent);
            }
        }
        return new ServiceRecords(reader.forward, reader.reverse, parents);
    }

    /** How many there are. */
    int size() {
        return Stream.of(forward, reverse)
                .flatMap(names -> names.values().stream())
                .mapToInt(List::size)
                .sum();
    }

    private static String parent(String name) {
        return name.substring(name.indexOf('.') + 1);
    }

    /** A ready endpoint. @param ports of its slice */
    private record Endpoint(String host, Inet4Address address, List<NamedPort> ports) {}

    private record NamedPort(String name, String protocol, int number) {}

    private static final class Reader {
        final Map<String, List<DnsRecord>> forward = new HashMap<>();
        final Map<String, List<DnsRecord>> reverse = new HashMap<>();

        void service(String name, MapValue spec, Collection<MapValue> slices) {
            if (spec.string("type").equals("ExternalName")) {
                external(name, spec.string("externalName"));
                return;
            }
            boolean headless = spec.string("clusterIP").equals("None");
            Collection<Endpoint> endpoints = endpoints(slices);
            for (Endpoint endpoint : endpoints) {
                add(forward, endpoint.host + "." + name, new Address(endpoint.address));
            }
            if (headless) {
                headless(name, endpoints);
            } else {
                clusterAddress(name, spec);
            }
        }

        private void external(String name, String target) {
            String plain = target.endsWith(".") ? target.substring(0, target.length() - 1) : target;
            if (!plain.isEmpty() && DnsCodec.isName(plain)) {
                add(forward, name, new Alias(plain.toLowerCase(Locale.ROOT)));
            }
        }

        private void clusterAddress(String name, MapValue spec) {
            Inet4Address address = ClusterZone.address(spec.string("clusterIP"));
            if (address == null) {
                return;
            }
            add(forward, name, new Address(address));
            add(reverse, ClusterZone.reverseName(address), new Pointer(name));
            for (Object element : spec.list("ports")) {
                if (element instanceof MapValue port) {
                    NamedPort named = port(port);
                    location(name, named, 100, name);
                }
            }
        }

        private void headless(String name, Collection<Endpoint> endpoints) {
            for (Endpoint endpoint : endpoints) {
                String host = endpoint.host + "." + name;
                add(forward, name, new Address(endpoint.address));
                add(reverse, ClusterZone.reverseName(endpoint.address), new Pointer(host));
                for (NamedPort port : endpoint.ports) {
                    location(name, port, Math.max(1, 100 / endpoints.size()), host);
                }
            }
        }

        private void location(String name, NamedPort port, int weight, String target) {
            Location location = new Location(0, weight, port.number, target);
            add(forward, name, location);
            if (!port.name.isEmpty()) {
                add(forward, "_" + port.name + "._" + port.protocol + "." + name, location);
            }
        }

        /** Unique by address, since an endpoint that moves between slices is in both for a while. */
        private static Collection<Endpoint> endpoints(Collection<MapValue> slices) {
            Map<Inet4Address, Endpoint> endpoints = new LinkedHashMap<>();
            for (MapValue slice : slices) {
                if (!slice.string("addressType").equals("IPv4")) {
                    continue;
                }
                List<NamedPort> ports = new ArrayList<>();
                for (Object element : slice.list("ports")) {
                    if (element instanceof MapValue port) {
                        ports.add(port(port));
                    }
                }
                for (Object element : slice.list("endpoints")) {
                    if (element instanceof MapValue endpoint) {
                        endpoint(endpoints, endpoint, ports);
                    }
                }
            }
            return endpoints.values();
        }

        private static void endpoint(Map<Inet4Address, Endpoint> endpoints, MapValue endpoint, List<NamedPort> ports) {
            MapValue conditions = endpoint.map("conditions");
            boolean ready = conditions.get("ready") == null || conditions.bool("ready");
            if (!ready
                    || endpoint.list("addresses").isEmpty()
                    || !(endpoint.list("addresses").get(0) instanceof String text)) {
                return;
            }
            Inet4Address address = ClusterZone.address(text);
            if (address == null) {
                return;
            }
            String hostname = endpoint.string("hostname");
            String host = hostname.isEmpty() ? text.replace('.', '-') : hostname.toLowerCase(Locale.ROOT);
            endpoints.merge(address, new Endpoint(host, address, ports), (one, other) -> {
                List<NamedPort> both = new ArrayList<>(one.ports);
                other.ports.stream().filter(port -> !both.contains(port)).forEach(both::add);
                return new Endpoint(one.host, address, both);
            });
        }

        private static NamedPort port(MapValue port) {
            String protocol = port.string("protocol").isEmpty() ? "tcp" : port.string("protocol");
            return new NamedPort(port.string("name"), protocol.toLowerCase(Locale.ROOT), (int) port.integer("port", 0));
        }

        private static void add(Map<String, List<DnsRecord>> records, String name, Data data) {
            DnsRecord record = new DnsRecord(name, ClusterZone.TTL, data);
            List<DnsRecord> known = records.computeIfAbsent(name, key -> new ArrayList<>(2));
            if (!known.contains(record)) {
                known.add(record);
            }
        }
    }
}
