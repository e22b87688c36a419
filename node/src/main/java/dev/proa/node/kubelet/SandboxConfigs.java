package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.PodSandboxConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a pod's specification means for its sandbox. */
final class SandboxConfigs {
    private SandboxConfigs() {}

    static PodSandboxConfig of(Pod pod, int attempt, NodeInfo node, Path logDirectory) {
        Map<String, String> labels = new HashMap<>(pod.labels());
        labels.put(ContainerStarter.POD_NAME, pod.name());
        labels.put(ContainerStarter.POD_NAMESPACE, pod.namespace());
        labels.put(ContainerStarter.POD_UID, pod.uid());
        Map<String, List<String>> aliases = new HashMap<>();
        pod.spec().hostAliases().forEach(alias -> aliases.put(alias.ip(), List.copyOf(alias.hostnames())));
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
                hostname(pod),
                logDirectory,
                dns(pod, node),
                aliases,
                labels,
                pod.annotations(),
                pod.spec().hostNetwork(),
                pod.spec().hostPID(),
                pod.spec().hostIPC(),
                pod.spec().shareProcessNamespace(),
                ports(pod),
                sysctls,
                ContainerRuntime.Resources.UNLIMITED);
    }

    private static String hostname(Pod pod) {
        String wanted =
                pod.spec().hostname().isEmpty() ? pod.name() : pod.spec().hostname();
        return wanted.length() > 63 ? wanted.substring(0, 63).replaceAll("[-.]+$", "") : wanted;
    }

    /** By {@code dnsPolicy} and {@code dnsConfig}; null for the host's own. */
    static PodSandboxConfig.@Nullable Dns dns(Pod pod, NodeInfo node) {
        List<String> servers = new ArrayList<>();
        List<String> searches = new ArrayList<>();
        List<String> options = new ArrayList<>();
        String policy = pod.spec().dnsPolicy();
        boolean cluster = policy.equals("ClusterFirstWithHostNet")
                || (policy.isEmpty() || policy.equals("ClusterFirst"))
                        && !pod.spec().hostNetwork();
        if (cluster && !node.dnsServers().isEmpty()) {
            servers.addAll(node.dnsServers());
            searches.add(pod.namespace() + ".svc." + node.clusterDomain());
            searches.add("svc." + node.clusterDomain());
            searches.add(node.clusterDomain());
            options.add("ndots:5");
        } else if (!policy.equals("None")) {
            if (!pod.spec().hasDnsConfig()) {
                return null;
            }
        }
        var config = pod.spec().dnsConfig();
        config.nameservers().stream()
                .filter(server -> !servers.contains(server))
                .forEach(servers::add);
        config.searches().stream().filter(search -> !searches.contains(search)).forEach(searches::add);
        config.options().forEach(option -> {
            options.removeIf(other -> other.equals(option.name()) || other.startsWith(option.name() + ":"));
            String value = option.value().string("value");
            options.add(value.isEmpty() ? option.name() : option.name() + ":" + value);
        });
        return new PodSandboxConfig.Dns(servers, searches, options);
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
