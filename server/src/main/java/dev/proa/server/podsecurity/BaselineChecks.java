package dev.proa.server.podsecurity;

import static dev.proa.server.podsecurity.Subject.named;
import static dev.proa.server.podsecurity.Subject.plural;
import static dev.proa.server.podsecurity.Subject.quoted;
import static dev.proa.server.podsecurity.Subject.setters;

import dev.proa.api.codec.GoText;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The checks of the level {@code baseline}, with Kubernetes' texts. Each gives null when it finds nothing. */
final class BaselineChecks {
    private static final Set<String> CAPABILITIES = Set.of(
            "AUDIT_WRITE",
            "CHOWN",
            "DAC_OVERRIDE",
            "FOWNER",
            "FSETID",
            "KILL",
            "MKNOD",
            "NET_BIND_SERVICE",
            "SETFCAP",
            "SETGID",
            "SETPCAP",
            "SETUID",
            "SYS_CHROOT");
    private static final Set<String> PROFILES = Set.of("RuntimeDefault", "Localhost");
    private static final Set<String> SELINUX_TYPES = Set.of("", "container_t", "container_init_t", "container_kvm_t");
    private static final String APPARMOR = "container.apparmor.security.beta.kubernetes.io/";
    private static final String SECCOMP = ".security.alpha.kubernetes.io/";

    /** Sysctls that are safe, with the version since which they are. */
    private static final Map<String, Integer> SYSCTLS = Map.ofEntries(
            Map.entry("kernel.shm_rmid_forced", 0),
            Map.entry("net.ipv4.ip_local_port_range", 0),
            Map.entry("net.ipv4.tcp_syncookies", 0),
            Map.entry("net.ipv4.ping_group_range", 0),
            Map.entry("net.ipv4.ip_unprivileged_port_start", 0),
            Map.entry("net.ipv4.ip_local_reserved_ports", 27),
            Map.entry("net.ipv4.tcp_keepalive_time", 29),
            Map.entry("net.ipv4.tcp_fin_timeout", 29),
            Map.entry("net.ipv4.tcp_keepalive_intvl", 29),
            Map.entry("net.ipv4.tcp_keepalive_probes", 29),
            Map.entry("net.ipv4.tcp_rmem", 32),
            Map.entry("net.ipv4.tcp_wmem", 32));

    private BaselineChecks() {}

    static @Nullable Violation appArmorProfile(Subject pod) {
        Set<String> values = new TreeSet<>();
        boolean ofPod = badProfile(pod.context(), "appArmorProfile", values);
        List<String> containers = pod.containersWith(context -> badProfile(context, "appArmorProfile", values));
        List<String> setters = new ArrayList<>();
        if (ofPod || !containers.isEmpty()) {
            setters.add(setters(ofPod, containers));
        }
        List<String> bad = new ArrayList<>(values);
        Set<String> annotations = new TreeSet<>();
        pod.metadata().map("annotations").forEach(annotation -> {
            String value = String.valueOf(annotation.getValue());
            boolean fine = value.isEmpty() || value.equals("runtime/default") || value.startsWith("localhost/");
            if (annotation.getKey().startsWith(APPARMOR) && !fine) {
                annotations.add(annotation.getKey() + "=" + GoText.quote(value));
            }
        });
        if (!annotations.isEmpty()) {
            bad.addAll(annotations);
            setters.add(plural("annotation", annotations));
        }
        return setters.isEmpty()
                ? null
                : new Violation(
                        plural("forbidden AppArmor profile", bad),
                        String.join(" and ", setters) + " must not set AppArmor profile type to " + quoted(bad));
    }

    /** Whether a security context names a profile by a type that is not allowed, which is then noted. */
    private static boolean badProfile(MapValue context, String field, Set<String> values) {
        String type = context.map(field).string("type");
        boolean bad = context.has(field) && !PROFILES.contains(type);
        if (bad) {
            values.add(type);
        }
        return bad;
    }

    static @Nullable Violation capabilities(Subject pod) {
        Set<String> others = new TreeSet<>();
        List<String> containers = pod.containersWith(
                context -> noteOthers(context.map("capabilities").list("add"), CAPABILITIES, others));
        return containers.isEmpty()
                ? null
                : new Violation(
                        "non-default capabilities",
                        named("container", containers) + " must not include " + quoted(others)
                                + " in securityContext.capabilities.add");
    }

    /** Notes what is in a list that is not allowed; whether there was any. */
    static boolean noteOthers(ListValue list, Set<String> allowed, Set<String> others) {
        boolean any = false;
        for (Object item : list) {
            if (!allowed.contains(String.valueOf(item))) {
                others.add(String.valueOf(item));
                any = true;
            }
        }
        return any;
    }

    static @Nullable Violation hostNamespaces(Subject pod) {
        List<String> shared = new ArrayList<>();
        for (String field : new String[] {"hostNetwork", "hostPID", "hostIPC"}) {
            if (pod.spec().bool(field)) {
                shared.add(field + "=true");
            }
        }
        return shared.isEmpty() ? null : new Violation("host namespaces", String.join(", ", shared));
    }

    static @Nullable Violation hostPathVolumes(Subject pod) {
        List<String> volumes = Subject.maps(pod.spec().list("volumes")).stream()
                .filter(volume -> volume.has("hostPath"))
                .map(volume -> volume.string("name"))
                .toList();
        return volumes.isEmpty() ? null : new Violation("hostPath volumes", named("volume", volumes));
    }

    static @Nullable Violation hostPorts(Subject pod) {
        Set<String> ports = new TreeSet<>();
        List<String> containers = new ArrayList<>();
        for (MapValue container : pod.containers()) {
            boolean any = false;
            for (MapValue port : Subject.maps(container.list("ports"))) {
                if (port.integer("hostPort", 0) != 0) {
                    ports.add(Long.toString(port.integer("hostPort", 0)));
                    any = true;
                }
            }
            if (any) {
                containers.add(container.string("name"));
            }
        }
        return containers.isEmpty()
                ? null
                : new Violation(
                        "hostPort",
                        named("container", containers) + (containers.size() == 1 ? " uses " : " use ")
                                + plural("hostPort", ports) + " " + String.join(", ", ports));
    }

    static @Nullable Violation probeHosts(Subject pod) {
        Set<String> containers = new TreeSet<>();
        Set<String> hosts = new TreeSet<>();
        for (MapValue container : pod.containers()) {
            Set<String> own = new HashSet<>();
            for (String probe : new String[] {"livenessProbe", "readinessProbe", "startupProbe"}) {
                hosts(container.map(probe), own);
            }
            hosts(container.map("lifecycle").map("postStart"), own);
            hosts(container.map("lifecycle").map("preStop"), own);
            if (!own.isEmpty()) {
                containers.add(container.string("name"));
                hosts.addAll(own);
            }
        }
        return containers.isEmpty()
                ? null
                : new Violation(
                        "probe or lifecycle host",
                        named("container", containers) + (containers.size() == 1 ? " uses " : " use ")
                                + plural("probe or lifecycle host", hosts) + " " + quoted(hosts));
    }

    private static void hosts(MapValue handler, Set<String> hosts) {
        for (String kind : new String[] {"httpGet", "tcpSocket"}) {
            String host = handler.map(kind).string("host");
            if (!host.isEmpty()) {
                hosts.add(host);
            }
        }
    }

    static @Nullable Violation privileged(Subject pod) {
        List<String> containers = pod.containersWith(context -> context.bool("privileged"));
        return containers.isEmpty()
                ? null
                : new Violation(
                        "privileged", named("container", containers) + " must not set securityContext.privileged=true");
    }

    static @Nullable Violation procMount(Subject pod) {
        Set<String> values = new TreeSet<>();
        List<String> containers = pod.containersWith(context -> {
            boolean bad =
                    context.has("procMount") && !context.string("procMount").equals("Default");
            if (bad) {
                values.add(context.string("procMount"));
            }
            return bad;
        });
        return containers.isEmpty()
                ? null
                : new Violation(
                        "procMount",
                        named("container", containers) + " must not set securityContext.procMount to "
                                + quoted(values));
    }

    static @Nullable Violation seLinuxOptions(Subject pod, int minor) {
        Set<String> types = new TreeSet<>();
        Set<String> set = new HashSet<>();
        boolean ofPod = badSeLinux(pod.context(), minor, types, set);
        List<String> containers = pod.containersWith(context -> badSeLinux(context, minor, types, set));
        List<String> bad = new ArrayList<>();
        if (!types.isEmpty()) {
            bad.add(named("type", types));
        }
        for (String field : new String[] {"user", "role"}) {
            if (set.contains(field)) {
                bad.add(field + " may not be set");
            }
        }
        return bad.isEmpty()
                ? null
                : new Violation(
                        "seLinuxOptions",
                        setters(ofPod, containers) + " set forbidden securityContext.seLinuxOptions: "
                                + String.join("; ", bad));
    }

    private static boolean badSeLinux(MapValue context, int minor, Set<String> types, Set<String> set) {
        MapValue options = context.map("seLinuxOptions");
        String type = options.string("type");
        boolean bad = !SELINUX_TYPES.contains(type) && !(minor >= 31 && type.equals("container_engine_t"));
        if (bad) {
            types.add(type);
        }
        for (String field : new String[] {"user", "role"}) {
            if (!options.string(field).isEmpty()) {
                set.add(field);
                bad = true;
            }
        }
        return bad;
    }

    static @Nullable Violation seccompProfile(Subject pod) {
        Set<String> values = new TreeSet<>();
        boolean ofPod = badProfile(pod.context(), "seccompProfile", values);
        List<String> containers = pod.containersWith(context -> badProfile(context, "seccompProfile", values));
        return values.isEmpty()
                ? null
                : new Violation(
                        "seccompProfile",
                        setters(ofPod, containers) + " must not set securityContext.seccompProfile.type to "
                                + quoted(values));
    }

    /** As seccomp profiles were named before version 1.19. */
    static @Nullable Violation seccompAnnotations(Subject pod) {
        Set<String> forbidden = new TreeSet<>();
        seccompAnnotation(pod, "seccomp" + SECCOMP + "pod", forbidden);
        pod.containers()
                .forEach(container ->
                        seccompAnnotation(pod, "container.seccomp" + SECCOMP + container.string("name"), forbidden));
        return forbidden.isEmpty()
                ? null
                : new Violation(
                        "seccompProfile",
                        "forbidden " + plural("annotation", forbidden) + " " + String.join(", ", forbidden));
    }

    private static void seccompAnnotation(Subject pod, String key, Set<String> forbidden) {
        MapValue annotations = pod.metadata().map("annotations");
        String value = annotations.string(key);
        boolean fine =
                value.equals("runtime/default") || value.equals("docker/default") || value.startsWith("localhost/");
        if (annotations.has(key) && !fine) {
            forbidden.add(key + "=" + GoText.quote(value));
        }
    }

    static @Nullable Violation sysctls(Subject pod, int minor) {
        List<String> forbidden = Subject.maps(pod.context().list("sysctls")).stream()
                .map(sysctl -> sysctl.string("name"))
                .filter(name -> SYSCTLS.getOrDefault(name, Integer.MAX_VALUE) > Math.min(minor, 1_000))
                .toList();
        return forbidden.isEmpty() ? null : new Violation("forbidden sysctls", String.join(", ", forbidden));
    }

    static @Nullable Violation hostProcess(Subject pod) {
        boolean ofPod = pod.context().map("windowsOptions").bool("hostProcess");
        List<String> containers =
                pod.containersWith(context -> context.map("windowsOptions").bool("hostProcess"));
        return !ofPod && containers.isEmpty()
                ? null
                : new Violation(
                        "hostProcess",
                        setters(ofPod, containers) + " must not set securityContext.windowsOptions.hostProcess=true");
    }
}
