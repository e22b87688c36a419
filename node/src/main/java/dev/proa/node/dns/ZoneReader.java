package dev.proa.node.dns;

import dev.proa.api.value.MapValue;
import dev.proa.node.dns.DnsRecord.Address;
import dev.proa.node.dns.DnsRecord.Alias;
import dev.proa.node.dns.DnsRecord.Data;
import dev.proa.node.dns.DnsRecord.Location;
import dev.proa.node.dns.DnsRecord.NameServer;
import dev.proa.node.dns.DnsRecord.Pointer;
import dev.proa.node.dns.DnsRecord.Text;
import dev.proa.node.network.Cidr;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Builds a {@link ClusterZone} from Service and EndpointSlice objects. */
final class ZoneReader {
    private static final String SERVICE_NAME = "kubernetes.io/service-name";
    private static final String SPECIFICATION = "1.1.0";

    private final String domain;
    private final Map<String, List<DnsRecord>> records = new HashMap<>();

    /** A ready endpoint. @param ports of its slice */
    private record Endpoint(String host, Inet4Address address, List<NamedPort> ports) {}

    private record NamedPort(String name, String protocol, int number) {}

    ZoneReader(String domain, Inet4Address server) {
        this.domain = domain;
        add("dns-version." + domain, new Text(SPECIFICATION));
        add(domain, new NameServer("ns.dns." + domain));
        add("ns.dns." + domain, new Address(server));
    }

    ClusterZone read(Collection<MapValue> services, Collection<MapValue> slices, List<Cidr> ranges, int serial) {
        Map<String, List<MapValue>> slicesByService = new HashMap<>();
        for (MapValue slice : slices) {
            MapValue metadata = slice.map("metadata");
            String service = metadata.map("labels").string(SERVICE_NAME);
            if (!service.isEmpty() && slice.string("addressType").equals("IPv4")) {
                slicesByService
                        .computeIfAbsent(metadata.string("namespace") + "/" + service, key -> new ArrayList<>())
                        .add(slice);
            }
        }
        for (MapValue service : services) {
            MapValue metadata = service.map("metadata");
            String namespace = metadata.string("namespace");
            String name = metadata.string("name") + "." + namespace + ".svc." + domain;
            if (DnsCodec.isName(name)) {
                String key = namespace + "/" + metadata.string("name");
                service(name, service.map("spec"), slicesByService.getOrDefault(key, List.of()));
            }
        }
        return new ClusterZone(domain, ranges, records, serial);
    }

    private void service(String name, MapValue spec, List<MapValue> slices) {
        if (spec.string("type").equals("ExternalName")) {
            external(name, spec.string("externalName"));
            return;
        }
        boolean headless = spec.string("clusterIP").equals("None");
        Collection<Endpoint> endpoints = endpoints(slices);
        for (Endpoint endpoint : endpoints) {
            add(endpoint.host + "." + name, new Address(endpoint.address));
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
            add(name, new Alias(plain.toLowerCase(Locale.ROOT)));
        }
    }

    private void clusterAddress(String name, MapValue spec) {
        Inet4Address address = ClusterZone.address(spec.string("clusterIP"));
        if (address == null) {
            return;
        }
        add(name, new Address(address));
        add(ClusterZone.reverseName(address), new Pointer(name));
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
            add(name, new Address(endpoint.address));
            add(ClusterZone.reverseName(endpoint.address), new Pointer(host));
            for (NamedPort port : endpoint.ports) {
                location(name, port, Math.max(1, 100 / endpoints.size()), host);
            }
        }
    }

    private void location(String name, NamedPort port, int weight, String target) {
        Location location = new Location(0, weight, port.number, target);
        add(name, location);
        if (!port.name.isEmpty()) {
            add("_" + port.name + "._" + port.protocol + "." + name, location);
        }
    }

    /** Unique by address, since an endpoint that moves between slices is in both for a while. */
    private static Collection<Endpoint> endpoints(List<MapValue> slices) {
        Map<Inet4Address, Endpoint> endpoints = new LinkedHashMap<>();
        for (MapValue slice : slices) {
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

    private void add(String name, Data data) {
        DnsRecord record = new DnsRecord(name, ClusterZone.TTL, data);
        List<DnsRecord> known = records.computeIfAbsent(name, key -> new ArrayList<>(2));
        if (!known.contains(record)) {
            known.add(record);
        }
    }
}
