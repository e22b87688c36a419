package dev.proa.server.table;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Cells of the groups {@code networking.k8s.io} and {@code discovery.k8s.io}. */
final class NetworkingCells {
    private NetworkingCells() {}

    static TableFormat.@Nullable Cells of(String resource) {
        return switch (resource) {
            case "ingresses" ->
                (object, now) -> {
                    MapValue spec = object.map("spec");
                    return ListValue.of(
                            Text.name(object),
                            Text.or(spec.get("ingressClassName"), Text.NONE),
                            hosts(spec.list("rules")),
                            String.join(
                                    ",",
                                    CoreCells.balancers(object.map("status")
                                            .map("loadBalancer")
                                            .list("ingress"))),
                            spec.list("tls").isEmpty() ? "80" : "80, 443",
                            Text.age(object, now));
                };
            case "ingressclasses" ->
                (object, now) -> {
                    MapValue spec = object.map("spec");
                    MapValue parameters = spec.map("parameters");
                    String group = parameters.string("apiGroup");
                    return ListValue.of(
                            Text.defaultName(object, "ingressclass.kubernetes.io/is-default-class"),
                            spec.string("controller"),
                            parameters.isEmpty()
                                    ? Text.NONE
                                    : parameters.string("kind") + (group.isEmpty() ? "" : "." + group) + "/"
                                            + parameters.string("name"),
                            Text.age(object, now));
                };
            case "networkpolicies" ->
                (object, now) -> ListValue.of(
                        Text.name(object), Text.selector(object.map("spec").get("podSelector")), Text.age(object, now));
            case "ipaddresses" ->
                (object, now) -> ListValue.of(Text.name(object), parent(object), Text.age(object, now));
            case "servicecidrs" ->
                (object, now) -> ListValue.of(
                        Text.name(object),
                        Text.join(Text.strings(object.map("spec").list("cidrs"))),
                        Text.age(object, now));
            case "endpointslices" ->
                (object, now) -> ListValue.of(
                        Text.name(object),
                        object.string("addressType"),
                        slicePorts(object.list("ports")),
                        sliceEndpoints(object.list("endpoints")),
                        Text.age(object, now));
            default -> null;
        };
    }

    private static String hosts(ListValue rules) {
        List<String> hosts = new ArrayList<>();
        boolean more = false;
        for (int i = 0; i < rules.size(); i++) {
            more |= hosts.size() == 3;
            String host = rules.map(i).string("host");
            if (!more && !host.isEmpty()) {
                hosts.add(host);
            }
        }
        if (hosts.isEmpty()) {
            return "*";
        }
        return Text.join(hosts) + (more ? " + " + (rules.size() - 3) + " more..." : "");
    }

    private static String parent(MapValue address) {
        MapValue ref = address.map("spec").map("parentRef");
        if (ref.isEmpty()) {
            return Text.NONE;
        }
        String group = ref.string("group");
        String resource = (ref.string("resource") + (group.isEmpty() ? "" : "." + group)).toLowerCase(Locale.ROOT);
        String namespace = ref.string("namespace");
        return resource + (namespace.isEmpty() ? "" : "/" + namespace) + "/" + ref.string("name");
    }

    private static String slicePorts(ListValue ports) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            MapValue port = ports.map(i);
            texts.add(
                    port.get("port") != null ? Long.toString(port.integer("port", 0)) : Text.or(port.get("name"), "*"));
        }
        return Text.or(Text.some(texts, 3), Text.UNSET);
    }

    private static String sliceEndpoints(ListValue endpoints) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < endpoints.size(); i++) {
            texts.addAll(Text.strings(endpoints.map(i).list("addresses")));
        }
        return Text.or(Text.some(texts, 3), Text.UNSET);
    }
}
