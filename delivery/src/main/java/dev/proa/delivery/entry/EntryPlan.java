package dev.proa.delivery.entry;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Service;
import dev.proa.api.core.v1.ServicePort;
import dev.proa.api.discovery.v1.Endpoint;
import dev.proa.api.discovery.v1.EndpointPort;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.entry.EntryService.Rule;
import dev.proa.delivery.traffic.EntryRouterFactory;
import dev.proa.delivery.traffic.Split;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the proxy does for a Service, as API objects say it. Pure. */
final class EntryPlan {
    private static final String IPV4 = "IPv4";

    private EntryPlan() {}

    /** Whether the proxy enters a Service: it is annotated, and selects no pods itself. */
    static boolean enters(Service service) {
        return !annotation(service).isEmpty() && service.spec().selector().isEmpty();
    }

    /** What is wrong with a Service that is to be entered, and what to do; empty when nothing is. */
    static String problem(Service service) {
        if (!annotation(service).isEmpty() && !service.spec().selector().isEmpty()) {
            return "the entry proxy does not enter a Service that has a selector: remove spec.selector, or the annotation "
                    + EntryRouterFactory.ENTRY;
        }
        return "";
    }

    private static String annotation(Service service) {
        return service.annotations().getOrDefault(EntryRouterFactory.ENTRY, "").strip();
    }

    /**
     * The rules of a Service.
     *
     * @throws RuntimeException when an annotation cannot be understood; the message says why
     */
    static List<Rule> rules(Service service) {
        String splits = service.annotations().getOrDefault(Split.ANNOTATION, "");
        String entry = annotation(service);
        if (!entry.startsWith("[")) {
            return List.of(new Rule("", "", "", Split.read(splits, entry)));
        }
        ListValue listed = Json.decodeMap("{\"rules\":" + entry + "}").list("rules");
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < listed.size(); i++) {
            MapValue rule = listed.map(i);
            if (rule.string("service").isEmpty()) {
                throw new IllegalArgumentException("rule " + i + " names no service");
            }
            rules.add(new Rule(
                    rule.string("host"),
                    rule.string("path"),
                    rule.string("sticky"),
                    rule.string("preview"),
                    Split.read(splits, rule.string("service"))));
        }
        return rules;
    }

    /** The Services that get requests by some rules. */
    static Set<String> backends(List<Rule> rules) {
        Set<String> names = new LinkedHashSet<>();
        for (Rule rule : rules) {
            rule.split().backends().forEach(each -> names.add(each.service()));
            rule.split().headerRoutes().forEach(each -> names.add(each.service()));
            rule.split().mirrorRoutes().forEach(each -> names.add(each.service()));
            if (!rule.preview().isEmpty()) {
                names.add(rule.preview());
            }
        }
        return names;
    }

    /**
     * Where the requests at a port of a Service go.
     *
     * @param services finds a Service of the namespace by its name; null for none
     * @param slices the EndpointSlices of a Service by its name
     */
    static EntryService of(
            Service service,
            List<Rule> rules,
            ServicePort port,
            Function<String, @Nullable Service> services,
            Function<String, List<EndpointSlice>> slices) {
        Map<String, Version> versions = new LinkedHashMap<>();
        for (String name : backends(rules)) {
            Service backend = services.apply(name);
            if (backend != null) {
                versions.put(name, version(backend, port, slices.apply(name)));
            }
        }
        return new EntryService(ObjectKey.of(service.value()), rules, versions);
    }

    private static Version version(Service backend, ServicePort port, List<EndpointSlice> slices) {
        String hash = backend.spec().selector().getOrDefault(Argo.POD_TEMPLATE_HASH, backend.name());
        List<ServicePort> ports = backend.spec().ports();
        if (ports.isEmpty()) {
            return new Version(backend.name(), hash, List.of());
        }
        ServicePort same = ports.stream()
                .filter(each -> each.name().equals(port.name()))
                .findFirst()
                .or(() -> ports.stream()
                        .filter(each -> each.port() == port.port())
                        .findFirst())
                .orElse(ports.getFirst());
        List<Version.Endpoint> ready = new ArrayList<>();
        List<Version.Endpoint> ending = new ArrayList<>();
        for (EndpointSlice slice : slices) {
            int number = number(slice, same.name());
            if (slice.addressType().equals(IPV4) && number > 0) {
                for (Endpoint endpoint : slice.endpoints()) {
                    var conditions = endpoint.conditions();
                    List<Version.Endpoint> of =
                            !conditions.hasReady() || conditions.ready() ? ready : conditions.serving() ? ending : null;
                    if (of != null && !endpoint.addresses().isEmpty()) {
                        of.add(new Version.Endpoint(endpoint.addresses().getFirst(), number));
                    }
                }
            }
        }
        // As kube-proxy: pods that end get requests only when there are no others.
        return new Version(backend.name(), hash, ready.isEmpty() ? ending : ready);
    }

    /** Whether a slice has an endpoint that takes new requests. */
    static boolean isReady(EndpointSlice slice) {
        return slice.endpoints().stream()
                .anyMatch(endpoint -> !endpoint.conditions().hasReady()
                        || endpoint.conditions().ready());
    }

    private static int number(EndpointSlice slice, String name) {
        return slice.ports().stream()
                .filter(each -> each.name().equals(name))
                .mapToInt(EndpointPort::port)
                .findFirst()
                .orElse(0);
    }

    /** The slice that makes the proxy the only endpoint of a Service. */
    static EndpointSlice slice(Service service, String address, Map<String, Integer> ports) {
        List<MapValue> listed = new ArrayList<>();
        ports.forEach(
                (name, number) -> listed.add(MapValue.of("name", name, "port", (long) number, "protocol", "TCP")));
        return new EndpointSlice(MapValue.of(
                "apiVersion",
                "discovery.k8s.io/v1",
                "kind",
                "EndpointSlice",
                "metadata",
                MapValue.of(
                        "name",
                        sliceName(service.name()),
                        "namespace",
                        service.namespace(),
                        "labels",
                        MapValue.of(
                                EntryServices.OF_SERVICE, service.name(), EntryServices.MANAGED_BY, EntryServices.NAME),
                        "ownerReferences",
                        ListValue.of(MapValue.of(
                                "apiVersion",
                                "v1",
                                "kind",
                                "Service",
                                "name",
                                service.name(),
                                "uid",
                                service.uid(),
                                "controller",
                                true,
                                "blockOwnerDeletion",
                                true))),
                "addressType",
                IPV4,
                "endpoints",
                ListValue.of(MapValue.of(
                        "addresses", ListValue.of(address), "conditions", MapValue.of("ready", true, "serving", true))),
                "ports",
                ListValue.copyOf(listed)));
    }

    static String sliceName(String service) {
        return service + "-entry";
    }

    /** Whether a slice says already what it should. */
    static boolean same(EndpointSlice live, EndpointSlice wanted) {
        return live.endpoints().size() == 1
                && live.endpoints()
                        .getFirst()
                        .addresses()
                        .equals(wanted.endpoints().getFirst().addresses())
                && ports(live).equals(ports(wanted));
    }

    private static Map<String, Integer> ports(EndpointSlice slice) {
        Map<String, Integer> ports = new LinkedHashMap<>();
        slice.ports().forEach(port -> ports.put(port.name(), port.port()));
        return ports;
    }
}
