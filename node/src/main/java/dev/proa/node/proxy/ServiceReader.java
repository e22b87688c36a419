package dev.proa.node.proxy;

import dev.proa.api.value.MapValue;
import dev.proa.node.proxy.ServiceTable.Endpoint;
import dev.proa.node.proxy.ServiceTable.Port;
import dev.proa.node.proxy.ServiceTable.Protocol;
import dev.proa.node.proxy.ServiceTable.Service;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads Service objects with their EndpointSlices. */
final class ServiceReader {
    private static final String OTHER_PROXY = "service.kubernetes.io/service-proxy-name";
    private static final long DEFAULT_AFFINITY_SECONDS = 10_800;

    private final String node;

    ServiceReader(String node) {
        this.node = node;
    }

    /** @return null for a service that needs no proxy */
    @Nullable
    Service read(MapValue service, Collection<MapValue> slices) {
        MapValue metadata = service.map("metadata");
        MapValue spec = service.map("spec");
        if (spec.string("type").equals("ExternalName") || metadata.map("labels").has(OTHER_PROXY)) {
            return null;
        }
        List<Inet4Address> cluster = addresses(spec, "clusterIPs");
        if (cluster.isEmpty()) {
            Inet4Address single = address(spec.string("clusterIP"));
            if (single == null) {
                return null;
            }
            cluster = List.of(single);
        }
        List<Inet4Address> external = new ArrayList<>(addresses(spec, "externalIPs"));
        for (Object ingress : service.map("status").map("loadBalancer").list("ingress")) {
            if (ingress instanceof MapValue map && !map.string("ipMode").equals("Proxy")) {
                Inet4Address address = address(map.string("ip"));
                if (address != null) {
                    external.add(address);
                }
            }
        }
        return new Service(
                metadata.string("namespace"),
                metadata.string("name"),
                cluster,
                external,
                ports(spec, slices),
                affinity(spec),
                spec.string("externalTrafficPolicy").equals("Local"),
                spec.string("internalTrafficPolicy").equals("Local"));
    }

    private List<Port> ports(MapValue spec, Collection<MapValue> slices) {
        List<Port> ports = new ArrayList<>();
        for (Object element : spec.list("ports")) {
            if (element instanceof MapValue port) {
                Protocol protocol = Protocol.of(port.string("protocol"));
                int number = (int) port.integer("port", 0);
                if (protocol != null && number > 0) {
                    String name = port.string("name");
                    int nodePort = (int) port.integer("nodePort", 0);
                    ports.add(new Port(name, protocol, number, nodePort, endpoints(name, protocol, slices)));
                }
            }
        }
        return ports;
    }

    private List<Endpoint> endpoints(String portName, Protocol protocol, Collection<MapValue> slices) {
        // An endpoint that moves from one slice to another is for a while in both.
        Map<String, Endpoint> endpoints = new LinkedHashMap<>();
        for (MapValue slice : slices) {
            int port = slice.string("addressType").equals("IPv4") ? targetPort(slice, portName, protocol) : 0;
            if (port == 0) {
                continue;
            }
            for (Object element : slice.list("endpoints")) {
                Endpoint endpoint = element instanceof MapValue map ? endpoint(map, port) : null;
                if (endpoint != null) {
                    String key = endpoint.address().getHostAddress() + ":" + port;
                    endpoints.merge(key, endpoint, (one, other) -> one.ready() ? one : other);
                }
            }
        }
        return List.copyOf(endpoints.values());
    }

    private static int targetPort(MapValue slice, String portName, Protocol protocol) {
        for (Object element : slice.list("ports")) {
            if (element instanceof MapValue port
                    && port.string("name").equals(portName)
                    && Protocol.of(port.string("protocol")) == protocol) {
                return (int) port.integer("port", 0);
            }
        }
        return 0;
    }

    private @Nullable Endpoint endpoint(MapValue endpoint, int port) {
        Inet4Address address = endpoint.list("addresses").isEmpty()
                ? null
                : endpoint.list("addresses").get(0) instanceof String text ? address(text) : null;
        if (address == null) {
            return null;
        }
        MapValue conditions = endpoint.map("conditions");
        boolean ready = conditions.get("ready") == null || conditions.bool("ready");
        boolean serving = conditions.get("serving") == null ? ready : conditions.bool("serving");
        return new Endpoint(
                address,
                port,
                ready,
                serving,
                conditions.bool("terminating"),
                endpoint.string("nodeName").equals(node));
    }

    private static @Nullable Duration affinity(MapValue spec) {
        if (!spec.string("sessionAffinity").equals("ClientIP")) {
            return null;
        }
        return Duration.ofSeconds(
                spec.map("sessionAffinityConfig").map("clientIP").integer("timeoutSeconds", DEFAULT_AFFINITY_SECONDS));
    }

    private static List<Inet4Address> addresses(MapValue spec, String field) {
        List<Inet4Address> addresses = new ArrayList<>();
        for (Object element : spec.list(field)) {
            Inet4Address address = element instanceof String text ? address(text) : null;
            if (address != null) {
                addresses.add(address);
            }
        }
        return addresses;
    }

    /** Null for {@code None}, IPv6 and anything else that is not an IPv4 address. */
    private static @Nullable Inet4Address address(String text) {
        if (text.isEmpty() || !Character.isDigit(text.charAt(0)) || text.indexOf(':') >= 0) {
            return null;
        }
        try {
            return Inet4Address.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
