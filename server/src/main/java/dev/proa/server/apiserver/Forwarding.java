package dev.proa.server.apiserver;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Finds the target of forwarded requests: the kubelet for logs, exec, attach and port-forward; a pod, service or
 * kubelet for {@code proxy}.
 */
final class Forwarding {
    private static final Set<String> STREAMS = Set.of("exec", "attach", "portforward");
    /** Paths of a kubelet that run commands or reach ports, by their first segment. */
    private static final Set<String> KUBELET_STREAMS = Set.of("exec", "attach", "portForward", "run", "cri");

    private static final Set<String> LOG_PARAMETERS = Set.of(
            "follow",
            "previous",
            "sinceSeconds",
            "sinceTime",
            "timestamps",
            "tailLines",
            "limitBytes",
            "stream",
            "insecureSkipTLSVerifyBackend");

    private final Registry registry;
    private final Rights rights;

    Forwarding(Registry registry, Rights rights) {
        this.registry = registry;
        this.rights = rights;
    }

    ApiResponse answer(Call call) {
        if (STREAMS.contains(call.info.subresource())) {
            rights.requireStream(call);
        }
        if (call.info.subresource().equals("log") && isUnassigned(call)) {
            // Nobody has run it yet, so that it has said nothing.
            return new ApiResponse(204, new ApiResponse.Text("text/plain", new byte[0]), call.warnings());
        }
        ForwardTarget target = switch (call.info.subresource()) {
            case "log" -> log(call);
            case "exec", "attach" -> command(call, admitted(call));
            case "portforward" -> portForward(call, admitted(call));
            default -> {
                admitted(call);
                yield proxy(call);
            }
        };
        return ApiResponse.ok(new ApiResponse.Forward(target));
    }

    /** The options of the connection, as mutating admission changed them. */
    private MapValue admitted(Call call) {
        return registry.admission.admit(registry.admission.connect(call, ConnectOptions.of(call)));
    }

    private boolean isUnassigned(Call call) {
        MapValue pod = pod(call).value();
        container(pod, call.query().get("container"));
        return pod.map("spec").string("nodeName").isEmpty();
    }

    private ForwardTarget log(Call call) {
        MapValue pod = pod(call).value();
        String container = container(pod, call.query().get("container"));
        StringBuilder query = new StringBuilder();
        for (String name : LOG_PARAMETERS) {
            if (call.query().has(name) && !name.equals("insecureSkipTLSVerifyBackend")) {
                append(query, name, call.query().get(name));
            }
        }
        return kubelet(pod, call.info.name(), "/containerLogs/" + path(call) + "/" + container + query);
    }

    private ForwardTarget command(Call call, MapValue options) {
        MapValue pod = pod(call).value();
        String phase = pod.map("status").string("phase");
        if (phase.equals("Succeeded") || phase.equals("Failed")) {
            throw StatusException.badRequest(
                    "cannot " + call.info.subresource() + " a container in a completed pod; current phase is " + phase);
        }
        String container = container(pod, options.string("container"));
        StringBuilder query = new StringBuilder();
        for (String stream : ConnectOptions.STREAMS) {
            if (options.bool(stream)) {
                append(query, kubeletName(stream), "1");
            }
        }
        for (Object word : options.list("command")) {
            append(query, "command", String.valueOf(word));
        }
        return kubelet(
                pod, call.info.name(), "/" + call.info.subresource() + "/" + path(call) + "/" + container + query);
    }

    /** The kubelet's names for what the API calls stdin, stdout and stderr. */
    private static String kubeletName(String stream) {
        return switch (stream) {
            case "stdin" -> "input";
            case "stdout" -> "output";
            case "stderr" -> "error";
            default -> stream;
        };
    }

    private ForwardTarget portForward(Call call, MapValue options) {
        MapValue pod = pod(call).value();
        StringBuilder query = new StringBuilder();
        for (Object port : options.list("ports")) {
            append(query, "port", String.valueOf(port));
        }
        return kubelet(pod, call.info.name(), "/portForward/" + path(call) + query);
    }

    private StoredObject pod(Call call) {
        return registry.get(call, call.key());
    }

    private static String path(Call call) {
        return call.info.namespace() + "/" + call.info.name();
    }

    private static void append(StringBuilder query, String name, String value) {
        query.append(query.isEmpty() ? '?' : '&')
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
    }

    /**
     * The container that is meant: the only one, or one that the pod has. Annotations, which kubectl heeds, have no say: what is
     * written there would become a part of the path that the kubelet is asked for.
     */
    private static String container(MapValue pod, String wanted) {
        MapValue spec = pod.map("spec");
        String name = pod.map("metadata").string("name");
        ListValue containers = spec.list("containers");
        if (!wanted.isEmpty()) {
            for (String kind : new String[] {"containers", "initContainers", "ephemeralContainers"}) {
                ListValue list = spec.list(kind);
                for (int i = 0; i < list.size(); i++) {
                    if (list.map(i).string("name").equals(wanted)) {
                        return wanted;
                    }
                }
            }
            throw StatusException.badRequest("container " + wanted + " is not valid for pod " + name);
        }
        if (containers.size() == 1) {
            return containers.map(0).string("name");
        }
        if (containers.isEmpty()) {
            throw StatusException.badRequest("a container name must be specified for pod " + name);
        }
        String init = spec.list("initContainers").isEmpty()
                ? ""
                : " or one of the init containers: [" + names(spec.list("initContainers")) + "]";
        throw StatusException.badRequest("a container name must be specified for pod " + name + ", choose one of: ["
                + names(containers) + "]" + init);
    }

    private static String names(ListValue containers) {
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < containers.size(); i++) {
            names.append(i == 0 ? "" : " ").append(containers.map(i).string("name"));
        }
        return names.toString();
    }

    private ForwardTarget kubelet(MapValue pod, String name, String uri) {
        String nodeName = pod.map("spec").string("nodeName");
        if (nodeName.isEmpty()) {
            throw StatusException.badRequest("pod " + name + " does not have a host assigned");
        }
        return kubelet(nodeName, uri);
    }

    private ForwardTarget kubelet(String nodeName, String uri) {
        StoredObject node = registry.find(new Key("nodes", "", nodeName));
        if (node == null) {
            throw StatusException.notFound(new Resource("", "nodes"), nodeName);
        }
        return ForwardTarget.kubelet(node.value(), uri);
    }

    private ForwardTarget proxy(Call call) {
        RequestInfo info = call.info;
        String uri = ProxiedPath.uri(info.rest(), call.query().raw());
        ForwardTarget target = switch (info.resource()) {
            case "nodes" -> nodeProxy(call, uri);
            case "pods" -> podProxy(call, Part.of("pod", info.name()), uri);
            case "services" -> serviceProxy(call, Part.of("service", info.name()), uri);
            default -> throw StatusException.notFound();
        };
        String path = info.path();
        return target.withPrefix(path.substring(0, path.length() - info.rest().length()));
    }

    private ForwardTarget nodeProxy(Call call, String uri) {
        // As for the pods' own subresources, and unlike Kubernetes, whose right to get nodes/proxy runs commands by
        // WebSockets.
        if (KUBELET_STREAMS.contains(RequestInfo.decoded(uri.substring(1).split("[/?]", 2)[0]))) {
            rights.requireStream(call);
        }
        return kubelet(Part.of("node", call.info.name()).name(), uri);
    }

    private ForwardTarget podProxy(Call call, Part part, String uri) {
        StoredObject pod = registry.get(call, new Key("pods", call.info.namespace(), part.name()));
        String address = pod.value().map("status").string("podIP");
        ProxiedAddress.check(address);
        int port = 80;
        ListValue ports = pod.value().map("spec").list("containers").isEmpty()
                ? ListValue.EMPTY
                : pod.value().map("spec").list("containers").map(0).list("ports");
        if (!part.port().isEmpty()) {
            port = port(pod.value(), part);
        } else if (!ports.isEmpty()) {
            port = (int) ports.map(0).integer("containerPort", 80);
        }
        return new ForwardTarget(part.secure(), "", address, port, uri);
    }

    /** The port that is meant: a number, or the name of a port of one of the containers. */
    private static int port(MapValue pod, Part part) {
        ListValue containers = pod.map("spec").list("containers");
        for (int i = 0; i < containers.size() && !part.isNumber(); i++) {
            ListValue ports = containers.map(i).list("ports");
            for (int j = 0; j < ports.size(); j++) {
                if (ports.map(j).string("name").equals(part.port())) {
                    return (int) ports.map(j).integer("containerPort", 0);
                }
            }
        }
        return part.number();
    }

    private ForwardTarget serviceProxy(Call call, Part part, String uri) {
        String namespace = call.info.namespace();
        StoredObject service = registry.get(call, new Key("services", namespace, part.name()));
        ListValue ports = service.value().map("spec").list("ports");
        String portName = part.port();
        boolean declared = !part.isNumber();
        for (int i = 0; i < ports.size(); i++) {
            MapValue port = ports.map(i);
            if (portName.equals(port.string("name")) || portName.equals(Long.toString(port.integer("port", 0)))) {
                portName = port.string("name");
                declared = true;
                break;
            }
        }
        if (!declared) {
            throw StatusException.serviceUnavailable(
                    "no service port " + portName + " found for service \"" + part.name() + "\"");
        }
        StoredObject endpoints = registry.find(new Key("endpoints", namespace, part.name()));
        ListValue subsets =
                endpoints == null ? ListValue.EMPTY : endpoints.value().list("subsets");
        for (int i = 0; i < subsets.size(); i++) {
            String address = podAddress(namespace, subsets.map(i).list("addresses"));
            ListValue subsetPorts = subsets.map(i).list("ports");
            for (int j = 0; j < subsetPorts.size() && !address.isEmpty(); j++) {
                MapValue port = subsetPorts.map(j);
                if (portName.isEmpty() || portName.equals(port.string("name"))) {
                    ProxiedAddress.check(address);
                    return new ForwardTarget(part.secure(), "", address, (int) port.integer("port", 80), uri);
                }
            }
        }
        throw StatusException.serviceUnavailable("no endpoints available for service \"" + part.name() + "\"");
    }

    /** The first endpoint address that really is its pod's, since users may write others; empty when there is none. */
    private String podAddress(String namespace, ListValue addresses) {
        for (int i = 0; i < addresses.size(); i++) {
            MapValue pod = addresses.map(i).map("targetRef");
            StoredObject found =
                    pod.string("kind").equals("Pod") && pod.string("namespace").equals(namespace)
                            ? registry.find(new Key("pods", namespace, pod.string("name")))
                            : null;
            String address = addresses.map(i).string("ip");
            ListValue ips = found == null
                    ? ListValue.EMPTY
                    : found.value().map("status").list("podIPs");
            for (int j = 0; j < ips.size(); j++) {
                if (ips.map(j).string("ip").equals(address)) {
                    return address;
                }
            }
        }
        return "";
    }

    /** The name in a proxy's path: {@code [http:|https:]name[:port]}. */
    private record Part(boolean secure, String name, String port) {
        static Part of(String kind, String text) {
            String[] words = text.split(":", -1);
            String scheme = words.length == 3 ? words[0] : "";
            String name = words.length == 3 ? words[1] : words[0];
            if (words.length > 3
                    || name.isEmpty()
                    || !scheme.isEmpty() && !scheme.equals("http") && !scheme.equals("https")) {
                throw StatusException.badRequest("invalid " + kind + " request " + GoText.quote(text));
            }
            return new Part(scheme.equals("https"), name, words.length == 1 ? "" : words[words.length - 1]);
        }

        boolean isNumber() {
            return !port.isEmpty() && port.chars().allMatch(c -> c >= '0' && c <= '9');
        }

        int number() {
            try {
                return Integer.parseInt(port);
            } catch (NumberFormatException e) {
                throw StatusException.badRequest("invalid port: " + port);
            }
        }
    }
}
