package dev.proa.node.kubelet.admission;

import dev.proa.api.core.v1.Pod;
import dev.proa.node.kubelet.admission.PodAdmitHandlers.Rejection;
import dev.proa.node.linux.Namespaces.Kind;
import dev.proa.node.linux.Sysctl;
import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rejects pods with sysctls outside Kubernetes' safe list, that is, those that are namespaced and cannot harm others on
 * the node.
 */
public final class SysctlCheck implements PodAdmitHandlers.Check {
    private static final Set<String> SAFE = Set.of(
            "kernel.shm_rmid_forced",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.ip_local_reserved_ports",
            "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.ping_group_range",
            "net.ipv4.tcp_fin_timeout",
            "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes",
            "net.ipv4.tcp_keepalive_time",
            "net.ipv4.tcp_rmem",
            "net.ipv4.tcp_syncookies",
            "net.ipv4.tcp_wmem");

    @Override
    public @Nullable Rejection check(Pod pod, Collection<Pod> others) {
        for (var sysctl : pod.spec().securityContext().sysctls()) {
            String name = Sysctl.dotted(sysctl.name());
            String fault = fault(pod, name);
            if (fault != null) {
                return new Rejection("SysctlForbidden", "forbidden sysctl: \"" + name + "\" " + fault);
            }
        }
        return null;
    }

    private static @Nullable String fault(Pod pod, String name) {
        if (!SAFE.contains(name)) {
            return "not allowlisted";
        }
        Kind kind = Sysctl.parse(name).kind();
        if (kind == Kind.IPC && pod.spec().hostIPC()) {
            return "not allowed with host IPC enabled";
        }
        if (kind == Kind.NETWORK && pod.spec().hostNetwork()) {
            return "not allowed with host Net enabled";
        }
        return null;
    }
}
