package dev.proa.control.endpointslice;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.ContainerPort;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.core.v1.ServicePort;
import dev.proa.api.value.IntOrString;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.control.shared.Pods;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Computes the endpoint of a pod in a service: its addresses, ports and conditions. Pure. */
final class PodEndpoints {
    private static final String ZONE = "topology.kubernetes.io/zone";
    /** Annotations that ask for hints of another kind, which go before those of the field. */
    private static final List<String> TOPOLOGY_MODES =
            List.of("service.kubernetes.io/topology-aware-hints", "service.kubernetes.io/topology-mode");

    private PodEndpoints() {}

    /** Whether a pod can be reached at all, or could a moment ago. */
    static boolean hasAddress(Pod pod) {
        return !Pods.isFinished(pod)
                && (!pod.status().podIP().isEmpty() || !pod.status().podIPs().isEmpty());
    }

    static boolean isHeadless(Service service) {
        return service.spec().clusterIP().equals("None");
    }

    /** Whether the service has an address of its own. */
    static boolean hasClusterIp(Service service) {
        String ip = service.spec().clusterIP();
        return !ip.isEmpty() && !ip.equals("None");
    }

    /** {@code IPv4} and {@code IPv6} as far as the service has them. */
    static List<String> addressTypes(Service service) {
        List<String> families = service.spec().ipFamilies();
        if (!families.isEmpty()) {
            return families;
        }
        return List.of(service.spec().clusterIP().contains(":") ? "IPv6" : "IPv4");
    }

    /** The addresses of a pod of one type. */
    static List<String> addresses(Pod pod, String type) {
        boolean six = type.equals("IPv6");
        Stream<String> all = pod.status().podIPs().isEmpty()
                ? Stream.of(pod.status().podIP())
                : pod.status().podIPs().stream().map(ip -> ip.ip());
        return all.filter(ip -> !ip.isEmpty() && ip.contains(":") == six).toList();
    }

    /** The ports of a service on a pod; those that the pod does not have are left out. */
    static ListValue ports(Service service, Pod pod) {
        List<MapValue> ports = new ArrayList<>();
        for (ServicePort port : service.spec().ports()) {
            int number = number(port, pod);
            if (number > 0) {
                MapValue.Builder found = MapValue.builder(4)
                        .put("name", port.name())
                        .put("port", (long) number)
                        .put("protocol", port.protocol().isEmpty() ? "TCP" : port.protocol());
                if (port.hasAppProtocol()) {
                    found.put("appProtocol", port.appProtocol());
                }
                ports.add(found.build());
            }
        }
        return ListValue.copyOf(ports);
    }

    /** The number that a port of a service has on a pod; 0 when the pod has no port of that name. */
    static int number(ServicePort port, Pod pod) {
        IntOrString target = port.targetPort();
        if (!target.isString()) {
            return target.number() == 0 ? port.port() : target.number();
        }
        Stream<Container> sidecars = pod.spec().initContainers().stream()
                .filter(container -> container.restartPolicy().equals("Always"));
        String protocol = port.protocol().isEmpty() ? "TCP" : port.protocol();
        return Stream.concat(pod.spec().containers().stream(), sidecars)
                .flatMap(container -> container.ports().stream())
                .filter(candidate -> candidate.name().equals(target.text())
                        && (candidate.protocol().isEmpty() ? "TCP" : candidate.protocol()).equals(protocol))
                .mapToInt(ContainerPort::containerPort)
                .findFirst()
                .orElse(0);
    }

    /** The endpoint of a slice. */
    static MapValue endpoint(Service service, Pod pod, @Nullable Node node, List<String> addresses) {
        boolean serving = Pods.isReady(pod);
        boolean terminating = pod.isDeleting();
        boolean ready = service.spec().publishNotReadyAddresses() || serving && !terminating;
        MapValue.Builder endpoint = MapValue.builder(6)
                .put("addresses", ListValue.copyOf(addresses))
                .put("conditions", MapValue.of("ready", ready, "serving", serving, "terminating", terminating))
                .put("targetRef", reference(pod));
        if (!pod.spec().nodeName().isEmpty()) {
            endpoint.put("nodeName", pod.spec().nodeName());
        }
        String zone = node == null ? null : node.labels().get(ZONE);
        if (zone != null && !zone.isEmpty()) {
            endpoint.put("zone", zone);
        }
        if (ready) {
            MapValue hints = hints(service, zone == null ? "" : zone, pod.spec().nodeName());
            if (!hints.isEmpty()) {
                endpoint.put("hints", hints);
            }
        }
        if (hasHostname(service, pod)) {
            endpoint.put("hostname", pod.spec().hostname());
        }
        return endpoint.build();
    }

    /** For whom an endpoint is meant first, by {@code spec.trafficDistribution} (KEP-4444, KEP-3015). */
    private static MapValue hints(Service service, String zone, String node) {
        String distribution = service.spec().trafficDistribution();
        boolean sameNode = distribution.equals("PreferSameNode");
        if (!sameNode && !distribution.equals("PreferSameZone") && !distribution.equals("PreferClose")
                || TOPOLOGY_MODES.stream()
                        .anyMatch(mode -> isAuto(service.annotations().get(mode)))) {
            return MapValue.EMPTY;
        }
        MapValue.Builder hints = MapValue.builder(2);
        if (!zone.isEmpty()) {
            hints.put("forZones", ListValue.of(MapValue.of("name", zone)));
        }
        if (sameNode && !node.isEmpty()) {
            hints.put("forNodes", ListValue.of(MapValue.of("name", node)));
        }
        return hints.build();
    }

    private static boolean isAuto(@Nullable String mode) {
        return "Auto".equals(mode) || "auto".equals(mode);
    }

    /** Whether the pod has a name of its own under the service's. */
    static boolean hasHostname(Service service, Pod pod) {
        return !pod.spec().hostname().isEmpty()
                && pod.spec().subdomain().equals(service.name())
                && pod.namespace().equals(service.namespace());
    }

    static MapValue reference(Pod pod) {
        return MapValue.of("kind", "Pod", "namespace", pod.namespace(), "name", pod.name(), "uid", pod.uid());
    }
}
