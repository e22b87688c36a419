package dev.proa.node.cri;

import dev.proa.node.network.PodNetwork.HostPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a pod sandbox, as {@code runtime.v1.PodSandboxConfig}.
 *
 * @param name the pod's name; with {@code namespace}, {@code uid} and {@code attempt} it identifies the sandbox
 * @param attempt counts the sandboxes that were made for the same pod
 * @param hostname what {@code uname -n} says inside
 * @param domain that follows the hostname in {@code /etc/hosts}, empty for none
 * @param logDirectory where the containers' log files lie
 * @param dns what {@code /etc/resolv.conf} says inside, or null to take the host's
 * @param hostAliases further lines of {@code /etc/hosts}: address to names
 * @param labels kept for the caller
 * @param annotations kept for the caller
 * @param hostNetwork shares the node's network namespace instead of getting an address of its own
 * @param hostPid shares the node's process id namespace
 * @param hostIpc shares the node's IPC namespace
 * @param shareProcessNamespace one process id namespace for all containers of the pod instead of one for each
 * @param hostPorts container ports that appear on the node's own addresses
 * @param sysctls set in the sandbox' namespaces
 * @param resources limits of the pod's cgroup, for all its containers together
 * @param userNamespace the host ids that the pod's users are mapped to, or null for no user namespace (KEP-127)
 */
public record PodSandboxConfig(
        String name,
        String namespace,
        String uid,
        int attempt,
        String hostname,
        String domain,
        Path logDirectory,
        @Nullable Dns dns,
        Map<String, List<String>> hostAliases,
        Map<String, String> labels,
        Map<String, String> annotations,
        boolean hostNetwork,
        boolean hostPid,
        boolean hostIpc,
        boolean shareProcessNamespace,
        List<HostPort> hostPorts,
        Map<String, String> sysctls,
        ContainerRuntime.Resources resources,
        @Nullable UserNamespace userNamespace) {

    public PodSandboxConfig {
        hostAliases = Map.copyOf(hostAliases);
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        hostPorts = List.copyOf(hostPorts);
        sysctls = Map.copyOf(sysctls);
    }

    /** Without a user namespace. */
    public PodSandboxConfig(
            String name,
            String namespace,
            String uid,
            int attempt,
            String hostname,
            String domain,
            Path logDirectory,
            @Nullable Dns dns,
            Map<String, List<String>> hostAliases,
            Map<String, String> labels,
            Map<String, String> annotations,
            boolean hostNetwork,
            boolean hostPid,
            boolean hostIpc,
            boolean shareProcessNamespace,
            List<HostPort> hostPorts,
            Map<String, String> sysctls,
            ContainerRuntime.Resources resources) {
        this(
                name,
                namespace,
                uid,
                attempt,
                hostname,
                domain,
                logDirectory,
                dns,
                hostAliases,
                labels,
                annotations,
                hostNetwork,
                hostPid,
                hostIpc,
                shareProcessNamespace,
                hostPorts,
                sysctls,
                resources,
                null);
    }

    /** A copy with a user namespace. */
    public PodSandboxConfig withUserNamespace(UserNamespace users) {
        return with(resources, users);
    }

    /** A copy with different limits. */
    public PodSandboxConfig withResources(ContainerRuntime.Resources limits) {
        return with(limits, userNamespace);
    }

    private PodSandboxConfig with(ContainerRuntime.Resources limits, @Nullable UserNamespace users) {
        return new PodSandboxConfig(
                name,
                namespace,
                uid,
                attempt,
                hostname,
                domain,
                logDirectory,
                dns,
                hostAliases,
                labels,
                annotations,
                hostNetwork,
                hostPid,
                hostIpc,
                shareProcessNamespace,
                hostPorts,
                sysctls,
                limits,
                users);
    }

    /**
     * The id mapping of a pod's users and groups: ids from 0 on map to host ids from {@code hostId} on.
     *
     * @param length how many there are
     */
    public record UserNamespace(long hostId, long length) {}

    /** The three lists of {@code resolv.conf(5)}. */
    public record Dns(List<String> servers, List<String> searches, List<String> options) {
        public Dns {
            servers = List.copyOf(servers);
            searches = List.copyOf(searches);
            options = List.copyOf(options);
        }
    }
}
