package dev.proa.node.kubelet.container;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.EnvFromSource;
import dev.proa.api.core.v1.EnvVar;
import dev.proa.api.core.v1.EnvVarSource;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.core.v1.Service;
import dev.proa.api.core.v1.ServicePort;
import dev.proa.api.value.Quantity;
import dev.proa.api.view.Views;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.pod.ConfigFailure;
import dev.proa.node.kubelet.pod.Downward;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds the environment variables of a container, in Kubernetes' order and with its expansion. */
final class Environment {
    private final Pod pod;
    private final Container container;
    private final ReferencedObjects references;
    private final List<String> podIps;
    private final String hostIp;
    private final Map<String, Quantity> allocatable;
    private final Map<String, String> result = new LinkedHashMap<>();

    Environment(
            Pod pod,
            Container container,
            ReferencedObjects references,
            List<String> podIps,
            String hostIp,
            Map<String, Quantity> allocatable) {
        this.pod = pod;
        this.container = container;
        this.references = references;
        this.podIps = podIps;
        this.hostIp = hostIp;
        this.allocatable = allocatable;
    }

    /**
     * Builds the variables.
     *
     * @param services of the cluster, for service links
     * @throws ConfigFailure when something required is missing
     */
    Map<String, String> build(Collection<Service> services) throws InterruptedException {
        Map<String, String> links = serviceLinks(services);
        for (EnvFromSource source : container.envFrom()) {
            if (source.hasConfigMapRef()) {
                addAll(
                        source.prefix(),
                        configMap(
                                source.configMapRef().name(),
                                source.configMapRef().optional()));
            } else if (source.hasSecretRef()) {
                addAll(
                        source.prefix(),
                        secret(source.secretRef().name(), source.secretRef().optional()));
            }
        }
        for (EnvVar variable : container.env()) {
            String value = variable.hasValueFrom()
                    ? from(variable)
                    : expand(variable.value().string("value"), name -> result.getOrDefault(name, links.get(name)));
            if (value != null) {
                result.put(variable.name(), value);
            }
        }
        links.forEach(result::putIfAbsent);
        return result;
    }

    private @Nullable String from(EnvVar variable) throws InterruptedException {
        EnvVarSource source = variable.valueFrom();
        if (source.hasFieldRef()) {
            return Downward.field(pod, source.fieldRef(), podIps, hostIp);
        }
        if (source.hasResourceFieldRef()) {
            return Downward.resource(pod, container, source.resourceFieldRef(), allocatable);
        }
        if (source.hasConfigMapKeyRef()) {
            var ref = source.configMapKeyRef();
            return pick(configMap(ref.name(), ref.optional()), ref.key(), ref.optional(), "ConfigMap", ref.name());
        }
        if (source.hasSecretKeyRef()) {
            var ref = source.secretKeyRef();
            return pick(secret(ref.name(), ref.optional()), ref.key(), ref.optional(), "Secret", ref.name());
        }
        return null;
    }

    private @Nullable String pick(Map<String, String> data, String key, boolean optional, String kind, String name) {
        String value = data.get(key);
        if (value == null && !optional) {
            throw new ConfigFailure("couldn't find key " + key + " in " + kind + " " + pod.namespace() + "/" + name);
        }
        return value;
    }

    private Map<String, String> configMap(String name, boolean optional) throws InterruptedException {
        ConfigMap found = references.configMap(pod.namespace(), name);
        if (found == null) {
            if (optional) {
                return Map.of();
            }
            throw new ConfigFailure("configmap \"" + name + "\" not found");
        }
        return found.data();
    }

    private Map<String, String> secret(String name, boolean optional) throws InterruptedException {
        Secret found = references.secret(pod.namespace(), name);
        if (found == null) {
            if (optional) {
                return Map.of();
            }
            throw new ConfigFailure("secret \"" + name + "\" not found");
        }
        Map<String, String> data = new LinkedHashMap<>();
        for (var entry : found.value().map("data")) {
            data.put(entry.getKey(), new String(Views.bytes(entry.getValue()), StandardCharsets.UTF_8));
        }
        return data;
    }

    private void addAll(String prefix, Map<String, String> data) {
        data.forEach((key, value) -> {
            String name = prefix + key;
            if (!name.isEmpty() && name.indexOf('=') < 0) {
                result.put(name, value);
            }
        });
    }

    /**
     * Variables such as {@code WEB_SERVICE_HOST}: of the API server's service for all pods, of the pod's namespace if
     * enabled.
     */
    private Map<String, String> serviceLinks(Collection<Service> services) {
        boolean all = !pod.spec().hasEnableServiceLinks() || pod.spec().enableServiceLinks();
        List<Service> visible = new ArrayList<>();
        for (Service service : services) {
            String ip = service.spec().clusterIP();
            if (ip.isEmpty() || ip.equals("None") || service.spec().ports().isEmpty()) {
                continue;
            }
            boolean api =
                    service.namespace().equals("default") && service.name().equals("kubernetes");
            if (api || all && service.namespace().equals(pod.namespace())) {
                visible.add(service);
            }
        }
        // When two services share a name (the API's and one of the pod's namespace), the later one's variables win: the
        // pod's own.
        visible.sort(java.util.Comparator.comparing(Service::name)
                .thenComparing(service -> service.namespace().equals(pod.namespace())));
        Map<String, String> links = new LinkedHashMap<>();
        visible.forEach(service -> addLinks(service, links));
        return links;
    }

    private static void addLinks(Service service, Map<String, String> links) {
        String prefix = service.name().toUpperCase(Locale.ROOT).replace('-', '_');
        String ip = service.spec().clusterIP();
        ServicePort first = service.spec().ports().getFirst();
        links.put(prefix + "_SERVICE_HOST", ip);
        links.put(prefix + "_SERVICE_PORT", String.valueOf(first.port()));
        for (ServicePort port : service.spec().ports()) {
            if (!port.name().isEmpty()) {
                links.put(
                        prefix + "_SERVICE_PORT_"
                                + port.name().toUpperCase(Locale.ROOT).replace('-', '_'),
                        String.valueOf(port.port()));
            }
        }
        links.put(prefix + "_PORT", url(first, ip));
        for (ServicePort port : service.spec().ports()) {
            String protocol = protocol(port);
            String inner = prefix + "_PORT_" + port.port() + "_" + protocol.toUpperCase(Locale.ROOT);
            links.put(inner, url(port, ip));
            links.put(inner + "_PROTO", protocol);
            links.put(inner + "_PORT", String.valueOf(port.port()));
            links.put(inner + "_ADDR", ip);
        }
    }

    private static String protocol(ServicePort port) {
        return port.protocol().isEmpty() ? "tcp" : port.protocol().toLowerCase(Locale.ROOT);
    }

    private static String url(ServicePort port, String ip) {
        return protocol(port) + "://" + (ip.indexOf(':') < 0 ? ip : "[" + ip + "]") + ":" + port.port();
    }

    /**
     * Replaces {@code $(NAME)} by the variable's value, {@code $$} by {@code $}, and leaves references to unknown
     * variables as they are.
     *
     * @param lookup null for an unknown name
     */
    static String expand(String text, java.util.function.Function<String, @Nullable String> lookup) {
        if (text.indexOf('$') < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '$' || i + 1 == text.length()) {
                out.append(c);
                continue;
            }
            char next = text.charAt(i + 1);
            int end = next == '(' ? text.indexOf(')', i) : -1;
            if (next == '$') {
                out.append('$');
                i++;
            } else if (end > 0) {
                String name = text.substring(i + 2, end);
                String value = lookup.apply(name);
                out.append(value == null ? "$(" + name + ")" : value);
                i = end;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
