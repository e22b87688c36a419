package dev.proa.node.kubelet.sandbox;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.kubelet.pod.ContainerLabels;
import dev.proa.node.kubelet.pod.KubeletNode;
import dev.proa.node.kubelet.resource.PodResources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Builds the sandbox configuration of a pod. */
public final class SandboxConfigs {
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
    /**
     * Limits of resolvers, as in Kubernetes' validation: name servers, search domains, and the length of all of these
     * and of one.
     */
    private static final int MOST_SERVERS = 3;

    private static final int MOST_SEARCHES = 32;
    private static final int LONGEST_SEARCH_LINE = 2048;
    private static final int LONGEST_SEARCH = 253;

    private SandboxConfigs() {}

    public static PodSandboxConfig of(Pod pod, int attempt, KubeletNode node, Path logDirectory) {
        Map<String, String> labels = new HashMap<>(pod.labels());
        labels.put(ContainerLabels.POD_NAME, pod.name());
        labels.put(ContainerLabels.POD_NAMESPACE, pod.namespace());
        labels.put(ContainerLabels.POD_UID, pod.uid());
        Map<String, List<String>> aliases = new HashMap<>();
        pod.spec()
                .hostAliases()
                .forEach(alias -> aliases.computeIfAbsent(alias.ip(), ip -> new ArrayList<>())
                        .addAll(alias.hostnames()));
        Map<String, String> sysctls = new HashMap<>();
        pod.spec()
                .securityContext()
                .sysctls()
                .forEach(sysctl -> sysctls.put(sysctl.name(), sysctl.value().string("value")));
        return new PodSandboxConfig(
                pod.name(),
                pod.namespace(),
                pod.uid(),
                attempt,
                hostname(pod, node),
                domain(pod, node),
                logDirectory,
                dns(pod, node, RESOLV_CONF),
                aliases,
                labels,
                pod.annotations(),
                pod.spec().hostNetwork(),
                pod.spec().hostPID(),
                pod.spec().hostIPC(),
                pod.spec().shareProcessNamespace(),
                ports(pod),
                sysctls,
                PodResources.limits(pod));
    }

    private static String hostname(Pod pod, KubeletNode node) {
        if (pod.spec().hostNetwork()) {
            return node.name(); // it is in the node's UTS namespace
        }
        if (pod.spec().hasHostnameOverride()) {
            return shortened(pod.spec().hostnameOverride());
        }
        String wanted = shortened(
                pod.spec().hostname().isEmpty() ? pod.name() : pod.spec().hostname());
        String domain = domain(pod, node);
        return pod.spec().setHostnameAsFQDN() && !domain.isEmpty() ? wanted + "." + domain : wanted;
    }

    private static String shortened(String name) {
        return name.length() > 63 ? name.substring(0, 63).replaceAll("[-.]+$", "") : name;
    }

    private static String domain(Pod pod, KubeletNode node) {
        return pod.spec().subdomain().isEmpty()
                        || pod.spec().hasHostnameOverride()
                        || pod.spec().hostNetwork()
                ? ""
                : pod.spec().subdomain() + "." + pod.namespace() + ".svc." + node.clusterDomain();
    }

    /**
     * The DNS configuration by {@code dnsPolicy} and {@code dnsConfig}; null for the host's own file.
     *
     * @param host the node's own {@code resolv.conf}
     */
    static PodSandboxConfig.@Nullable Dns dns(Pod pod, KubeletNode node, Path host) {
        String policy = pod.spec().dnsPolicy();
        boolean cluster = policy.equals("ClusterFirstWithHostNet")
                || (policy.isEmpty() || policy.equals("ClusterFirst"))
                        && !pod.spec().hostNetwork();
        Set<String> servers = new LinkedHashSet<>();
        Set<String> searches = new LinkedHashSet<>();
        List<String> options = new ArrayList<>();
        if (cluster && !node.dnsServers().isEmpty()) {
            servers.addAll(node.dnsServers());
            searches.add(pod.namespace() + ".svc." + node.clusterDomain());
            searches.add("svc." + node.clusterDomain());
            searches.add(node.clusterDomain());
            searches.addAll(HostResolver.read(host).searches());
            options.add("ndots:5");
        } else if (!policy.equals("None")) {
            PodSandboxConfig.Dns own = HostResolver.read(host);
            List<String> reached = reachable(own.servers(), node);
            if (!pod.spec().hasDnsConfig() && reached.equals(own.servers())) {
                return null;
            }
            servers.addAll(reached);
            searches.addAll(own.searches());
            options.addAll(own.options());
        }
        var config = pod.spec().dnsConfig();
        servers.addAll(config.nameservers());
        searches.addAll(config.searches());
        config.options().forEach(option -> {
            options.removeIf(other -> other.equals(option.name()) || other.startsWith(option.name() + ":"));
            String value = option.value().string("value");
            options.add(value.isEmpty() ? option.name() : option.name() + ":" + value);
        });
        return new PodSandboxConfig.Dns(servers.stream().limit(MOST_SERVERS).toList(), bearable(searches), options);
    }

    /**
     * Replaces servers on the machine's loopback addresses, which nodes with their own network cannot reach, by the
     * cluster's DNS, which can.
     */
    private static List<String> reachable(List<String> servers, KubeletNode node) {
        if (node.place() == null) {
            return servers;
        }
        return servers.stream()
                .flatMap(server -> server.startsWith("127.") || server.equals("::1")
                        ? node.dnsServers().stream()
                        : Stream.of(server))
                .distinct()
                .toList();
    }

    private static List<String> bearable(Set<String> searches) {
        List<String> kept = new ArrayList<>();
        int length = 0;
        for (String search : searches.stream().limit(MOST_SEARCHES).toList()) {
            if (search.length() > LONGEST_SEARCH) {
                continue;
            }
            length += search.length() + (kept.isEmpty() ? 0 : 1);
            if (length > LONGEST_SEARCH_LINE) {
                break;
            }
            kept.add(search);
        }
        return kept;
    }

    private static List<dev.proa.node.network.PodNetwork.HostPort> ports(Pod pod) {
        List<dev.proa.node.network.PodNetwork.HostPort> ports = new ArrayList<>();
        if (!pod.spec().hostNetwork()) {
            for (Container container : pod.spec().containers()) {
                container.ports().stream()
                        .filter(port -> port.hostPort() > 0)
                        .forEach(port -> ports.add(new dev.proa.node.network.PodNetwork.HostPort(
                                port.hostPort(),
                                port.containerPort(),
                                port.protocol().isEmpty() ? "TCP" : port.protocol(),
                                port.hostIP())));
            }
        }
        return ports;
    }
}
