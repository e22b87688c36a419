package dev.proa.delivery.compose;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.Located;
import java.util.List;

/**
 * The probes of a service. A health check makes it ready; it does not restart it, as it does not in Docker. A service with published
 * ports and without a check is ready once it accepts connections.
 */
final class Probes {
    private static final long USUAL_INTERVAL = 30;
    private static final long STARTING_INTERVAL = 2;

    private Probes() {}

    /** Adds the probes to a container. */
    static MapValue into(MapValue container, Located check, Ports ports, Notes notes) {
        if (!check.present() || check.value() instanceof MapValue map && !map.has("test") && !map.has("disable")) {
            notes.add(check, "has no test of its own; that of the image is not translated");
            return connecting(container, ports);
        }
        List<String> test = ComposeValues.texts(check.get("test"));
        if (check.get("disable").bool(false) || test.equals(List.of("NONE"))) {
            return container;
        }
        if (test.isEmpty()) {
            throw check.get("test").wrong("must name a command");
        }
        List<String> command = command(check.get("test"), test);
        long interval = Math.max(1, ComposeValues.seconds(check.get("interval"), USUAL_INTERVAL));
        long timeout = Math.max(1, ComposeValues.seconds(check.get("timeout"), USUAL_INTERVAL));
        long retries = check.get("retries").number(3, 1, 1000);
        long start = ComposeValues.seconds(check.get("start_period"), 0);
        long often = Math.clamp(
                ComposeValues.seconds(check.get("start_interval"), Math.min(interval, STARTING_INTERVAL)), 1, interval);
        MapValue probe = MapValue.of(
                "exec",
                MapValue.of("command", ListValue.copyOf(command)),
                "timeoutSeconds",
                timeout,
                "periodSeconds",
                interval,
                "failureThreshold",
                retries);
        long patience = start + interval * retries;
        return container
                .with("readinessProbe", probe)
                .with(
                        "startupProbe",
                        probe.with("periodSeconds", often)
                                .with("failureThreshold", Math.max(retries, Math.ceilDiv(patience, often))));
    }

    private static List<String> command(Located at, List<String> test) {
        if (!(at.value() instanceof ListValue)) {
            return List.of("/bin/sh", "-c", test.getFirst());
        }
        List<String> rest = test.subList(1, test.size());
        return switch (test.getFirst()) {
            case "CMD" -> rest;
            case "CMD-SHELL" -> List.of("/bin/sh", "-c", String.join(" ", rest));
            default -> throw at.wrong("must begin with CMD, CMD-SHELL or NONE");
        };
    }

    private static MapValue connecting(MapValue container, Ports ports) {
        return ports.all().stream()
                .filter(port -> port.published() && port.protocol().equals("TCP"))
                .findFirst()
                .map(port -> {
                    MapValue socket = MapValue.of("port", port.name());
                    return container
                            .with(
                                    "startupProbe",
                                    MapValue.of("tcpSocket", socket, "periodSeconds", 1L, "failureThreshold", 60L))
                            .with("readinessProbe", MapValue.of("tcpSocket", socket, "periodSeconds", 2L));
                })
                .orElse(container);
    }
}
