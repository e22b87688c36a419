package dev.proa.delivery.compose;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.Located;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ports of a service: published ones and those that only other services reach. */
final class Ports {
    private static final int MOST = 250;
    private static final int FIRST_NODE_PORT = 30_000;
    private static final int LAST_NODE_PORT = 32_767;
    /** {@code [[address:]published:]target[/protocol]}, both possibly ranges; an address of IPv6 is in brackets. */
    private static final Pattern SHORT = Pattern.compile(
            "(?:(?:(\\[[^]]*]|[^:]*):)?(\\d{0,5})(?:-(\\d{1,5}))?:)?(\\d{1,5})(?:-(\\d{1,5}))?(?:/(tcp|udp|sctp))?");

    private final Map<String, Port> all = new LinkedHashMap<>();

    private Ports() {}

    /**
     * A port of the containers.
     *
     * @param published whether it is reached from outside of the cluster
     * @param node the node port that it must have; 0 for any
     */
    record Port(int number, String protocol, boolean published, int node) {
        /** The name of the port in the objects. */
        String name() {
            return protocol.toLowerCase(Locale.ROOT) + "-" + number;
        }
    }

    /** Reads {@code ports} and {@code expose} of a service. */
    static Ports of(Located service, Notes notes) {
        Ports ports = new Ports();
        for (Located item : service.get("ports").items()) {
            if (item.value() instanceof MapValue) {
                ports.longForm(item);
            } else {
                ports.shortForm(item, true, notes);
            }
        }
        for (Located item : service.get("expose").items()) {
            ports.shortForm(item, false, notes);
        }
        if (ports.all.size() > MOST) {
            throw service.get("ports").wrong("has more than " + MOST + " ports");
        }
        return ports;
    }

    List<Port> all() {
        return List.copyOf(all.values());
    }

    boolean anyPublished() {
        return all.values().stream().anyMatch(Port::published);
    }

    private void longForm(Located item) {
        int target = item.get("target").number(0, 1, 65_535);
        if (target == 0) {
            throw item.wrong("has no target");
        }
        String published = item.get("published").text("");
        add(
                target,
                item.get("protocol").text("tcp"),
                true,
                published.matches("\\d{1,5}") ? Integer.parseInt(published) : 0);
    }

    private void shortForm(Located item, boolean published, Notes notes) {
        Matcher port = SHORT.matcher(item.text(""));
        if (!port.matches()) {
            throw item.wrong("must be a port such as 8080:80, not \"" + item.text("") + "\"");
        }
        if (port.group(1) != null && port.group(1).startsWith("127.")) {
            notes.add(
                    item,
                    "is published on loopback alone: a node port is reached wherever the cluster's node ports are");
        }
        int from = Integer.parseInt(port.group(4));
        int to = port.group(5) == null ? from : Integer.parseInt(port.group(5));
        if (from < 1 || to > 65_535 || to < from || to - from > MOST) {
            throw item.wrong("must have ports from 1 to 65535, and no more than " + MOST + " of them");
        }
        boolean outer = port.group(2) != null && !port.group(2).isEmpty();
        for (int number = from; number <= to; number++) {
            int outside = outer ? Integer.parseInt(port.group(2)) + number - from : 0;
            add(number, port.group(6) == null ? "tcp" : port.group(6), published, outside);
        }
    }

    private void add(int number, String protocol, boolean published, int outside) {
        int node = outside >= FIRST_NODE_PORT && outside <= LAST_NODE_PORT ? outside : 0;
        Port port = new Port(number, protocol.toUpperCase(Locale.ROOT), published, node);
        all.merge(port.name(), port, (one, other) -> one.published() ? one : other);
    }

    /** The ports of a container. */
    List<MapValue> ofContainer() {
        return all().stream()
                .map(port -> MapValue.of(
                        "name", port.name(), "containerPort", (long) port.number(), "protocol", port.protocol()))
                .toList();
    }

    /** The ports of a Service, which are those of the containers: other services ask these. */
    List<MapValue> ofService() {
        List<MapValue> ports = new ArrayList<>();
        for (Port port : all()) {
            MapValue value = MapValue.of(
                    "name",
                    port.name(),
                    "port",
                    (long) port.number(),
                    "targetPort",
                    port.name(),
                    "protocol",
                    port.protocol());
            ports.add(port.node() == 0 ? value : value.with("nodePort", (long) port.node()));
        }
        return ports;
    }
}
