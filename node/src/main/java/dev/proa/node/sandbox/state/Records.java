package dev.proa.node.sandbox.state;

import dev.proa.image.JsonDocument;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerRuntime.Resources;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.SeccompProfile;
import dev.proa.node.linux.seccomp.Filter;
import dev.proa.node.network.PodNetwork.HostPort;
import dev.proa.node.sandbox.program.ProcessCredentials;
import dev.proa.node.sandbox.program.ProcessSpec;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The records of sandboxes and containers on disk, as JSON. */
public final class Records {
    private Records() {}

    /**
     * A sandbox.
     *
     * @param addresses null until it has been set up
     */
    public record SandboxRecord(
            String id,
            PodSandboxConfig config,
            Instant createdAt,
            @Nullable List<String> addresses) {}

    /** A container. */
    public record ContainerRecord(
            String id,
            String sandboxId,
            ContainerConfig config,
            Instant createdAt,
            String imageId,
            List<Path> layers,
            @Nullable String stopSignal,
            ProcessSpec process) {}

    public static byte[] write(SandboxRecord sandbox) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", sandbox.id());
        json.put("createdAt", sandbox.createdAt().toString());
        List<String> addresses = sandbox.addresses();
        if (addresses != null) {
            json.put("addresses", addresses);
        }
        json.put("config", json(sandbox.config()));
        return JsonDocument.write(json);
    }

    public static SandboxRecord readSandbox(byte[] bytes) {
        JsonDocument json = JsonDocument.parse(bytes, "sandbox");
        return new SandboxRecord(
                json.required("id"),
                sandboxConfig(json.requiredObject("config")),
                Instant.parse(json.required("createdAt")),
                json.has("addresses") ? json.strings("addresses") : null);
    }

    public static byte[] write(ContainerRecord container) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", container.id());
        json.put("sandboxId", container.sandboxId());
        json.put("createdAt", container.createdAt().toString());
        json.put("imageId", container.imageId());
        json.put("layers", container.layers().stream().map(Path::toString).toList());
        put(json, "stopSignal", container.stopSignal());
        json.put("config", json(container.config()));
        json.put("process", json(container.process()));
        return JsonDocument.write(json);
    }

    public static ContainerRecord readContainer(byte[] bytes) {
        JsonDocument json = JsonDocument.parse(bytes, "container");
        return new ContainerRecord(
                json.required("id"),
                json.required("sandboxId"),
                containerConfig(json.requiredObject("config")),
                Instant.parse(json.required("createdAt")),
                json.required("imageId"),
                json.strings("layers").stream().map(Path::of).toList(),
                json.string("stopSignal"),
                process(json.requiredObject("process")));
    }

    private static Map<String, Object> json(PodSandboxConfig config) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", config.name());
        json.put("namespace", config.namespace());
        json.put("uid", config.uid());
        json.put("attempt", config.attempt());
        json.put("hostname", config.hostname());
        json.put("domain", config.domain());
        json.put("logDirectory", config.logDirectory().toString());
        PodSandboxConfig.Dns dns = config.dns();
        if (dns != null) {
            json.put("dns", Map.of("servers", dns.servers(), "searches", dns.searches(), "options", dns.options()));
        }
        json.put("hostAliases", config.hostAliases());
        json.put("labels", config.labels());
        json.put("annotations", config.annotations());
        json.put("hostNetwork", config.hostNetwork());
        json.put("hostPid", config.hostPid());
        json.put("hostIpc", config.hostIpc());
        json.put("shareProcessNamespace", config.shareProcessNamespace());
        List<Object> ports = new ArrayList<>();
        config.hostPorts()
                .forEach(port -> ports.add(Map.of(
                        "hostPort", port.hostPort(),
                        "containerPort", port.containerPort(),
                        "protocol", port.protocol(),
                        "hostAddress", port.hostAddress())));
        json.put("hostPorts", ports);
        json.put("sysctls", config.sysctls());
        json.put("resources", json(config.resources()));
        PodSandboxConfig.UserNamespace users = config.userNamespace();
        if (users != null) {
            json.put("userNamespace", Map.of("hostId", users.hostId(), "length", users.length()));
        }
        return json;
    }

    private static PodSandboxConfig sandboxConfig(JsonDocument json) {
        JsonDocument dns = json.object("dns");
        JsonDocument users = json.object("userNamespace");
        Map<String, List<String>> aliases = new LinkedHashMap<>();
        JsonDocument hostAliases = json.requiredObject("hostAliases");
        json.keys("hostAliases").forEach(address -> aliases.put(address, hostAliases.strings(address)));
        return new PodSandboxConfig(
                json.required("name"),
                json.required("namespace"),
                json.required("uid"),
                (int) json.number("attempt", 0),
                json.required("hostname"),
                json.string("domain") instanceof String domain ? domain : "",
                Path.of(json.required("logDirectory")),
                dns == null
                        ? null
                        : new PodSandboxConfig.Dns(
                                dns.strings("servers"), dns.strings("searches"), dns.strings("options")),
                aliases,
                json.stringMap("labels"),
                json.stringMap("annotations"),
                json.flag("hostNetwork"),
                json.flag("hostPid"),
                json.flag("hostIpc"),
                json.flag("shareProcessNamespace"),
                hostPorts(json),
                json.stringMap("sysctls"),
                resources(json.requiredObject("resources")),
                users == null
                        ? null
                        : new PodSandboxConfig.UserNamespace(users.number("hostId", 0), users.number("length", 0)));
    }

    private static List<HostPort> hostPorts(JsonDocument json) {
        List<HostPort> ports = new ArrayList<>();
        for (JsonDocument port : json.objects("hostPorts")) {
            ports.add(new HostPort(
                    (int) port.number("hostPort", 0),
                    (int) port.number("containerPort", 0),
                    port.required("protocol"),
                    port.required("hostAddress")));
        }
        return ports;
    }

    private static Map<String, Object> json(ContainerConfig config) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", config.name());
        json.put("attempt", config.attempt());
        json.put("image", config.image());
        json.put("command", config.command());
        json.put("arguments", config.arguments());
        json.put("workingDirectory", config.workingDirectory());
        List<Object> environment = new ArrayList<>();
        config.environment()
                .forEach(variable -> environment.add(Map.of("name", variable.getKey(), "value", variable.getValue())));
        json.put("environment", environment);
        List<Object> mounts = new ArrayList<>();
        config.mounts()
                .forEach(mount -> mounts.add(Map.of(
                        "hostPath", mount.hostPath().toString(),
                        "subPath", mount.subPath(),
                        "containerPath", mount.containerPath(),
                        "readOnly", mount.readOnly(),
                        "recursivelyReadOnly", mount.recursivelyReadOnly(),
                        "propagate", mount.recursivelyPropagate(),
                        "image", mount.image())));
        json.put("mounts", mounts);
        json.put("labels", config.labels());
        json.put("annotations", config.annotations());
        json.put("logPath", config.logPath().toString());
        json.put("stdin", config.stdin());
        json.put("stdinOnce", config.stdinOnce());
        json.put("tty", config.tty());
        json.put("resources", json(config.resources()));
        json.put("oomScoreAdjustment", config.oomScoreAdjustment());
        json.put("security", json(config.security()));
        put(json, "stopSignal", config.stopSignal());
        json.put(
                "devices",
                config.devices().stream()
                        .map(device -> Map.<String, Object>of(
                                "path", device.path(),
                                "mode", device.mode(),
                                "number", device.number(),
                                "user", device.user(),
                                "group", device.group()))
                        .toList());
        json.put("cdiDevices", config.cdiDevices());
        return json;
    }

    private static List<ContainerConfig.Device> devices(JsonDocument json) {
        return json.objects("devices").stream()
                .map(device -> new ContainerConfig.Device(
                        device.required("path"),
                        (int) device.number("mode", 0),
                        device.number("number", 0),
                        device.number("user", 0),
                        device.number("group", 0)))
                .toList();
    }

    private static ContainerConfig containerConfig(JsonDocument json) {
        List<Map.Entry<String, String>> environment = new ArrayList<>();
        for (JsonDocument variable : json.objects("environment")) {
            environment.add(Map.entry(variable.required("name"), variable.required("value")));
        }
        List<ContainerConfig.Mount> mounts = new ArrayList<>();
        for (JsonDocument mount : json.objects("mounts")) {
            mounts.add(new ContainerConfig.Mount(
                    Path.of(mount.required("hostPath")),
                    mount.string("subPath") instanceof String subPath ? subPath : "",
                    mount.required("containerPath"),
                    mount.flag("readOnly"),
                    mount.flag("recursivelyReadOnly"),
                    mount.flag("propagate"),
                    mount.string("image") instanceof String image ? image : ""));
        }
        return new ContainerConfig(
                json.required("name"),
                (int) json.number("attempt", 0),
                json.required("image"),
                json.strings("command"),
                json.strings("arguments"),
                json.required("workingDirectory"),
                environment,
                mounts,
                json.stringMap("labels"),
                json.stringMap("annotations"),
                Path.of(json.required("logPath")),
                json.flag("stdin"),
                json.flag("stdinOnce"),
                json.flag("tty"),
                resources(json.requiredObject("resources")),
                (int) json.number("oomScoreAdjustment", 0),
                security(json.requiredObject("security")),
                json.string("stopSignal"),
                devices(json),
                json.strings("cdiDevices"));
    }

    private static Map<String, Object> json(ContainerConfig.Security security) {
        Map<String, Object> json = new LinkedHashMap<>();
        put(json, "runAsUser", security.runAsUser());
        put(json, "runAsUserName", security.runAsUserName());
        put(json, "runAsGroup", security.runAsGroup());
        json.put("supplementalGroups", texts(security.supplementalGroups()));
        json.put("privileged", security.privileged());
        json.put("readOnlyRootFilesystem", security.readOnlyRootFilesystem());
        json.put("noNewPrivileges", security.noNewPrivileges());
        json.put("addCapabilities", List.copyOf(security.addCapabilities()));
        json.put("dropCapabilities", List.copyOf(security.dropCapabilities()));
        json.put("unmasked", security.unmasked());
        json.put("seccomp", json(security.seccomp()));
        json.put("runAsNonRoot", security.runAsNonRoot());
        json.put("strictGroups", security.strictGroups());
        return json;
    }

    private static Map<String, Object> json(SeccompProfile profile) {
        return switch (profile) {
            case SeccompProfile.RuntimeDefault() -> Map.of("type", "RuntimeDefault");
            case SeccompProfile.Unconfined() -> Map.of("type", "Unconfined");
            case SeccompProfile.Localhost(Path directory, String path) ->
                Map.of("type", "Localhost", "directory", directory.toString(), "path", path);
        };
    }

    /** The seccomp profile; records of earlier versions have none. */
    private static SeccompProfile seccomp(@Nullable JsonDocument json) {
        if (json == null) {
            return new SeccompProfile.Unconfined();
        }
        return switch (json.required("type")) {
            case "Localhost" ->
                new SeccompProfile.Localhost(Path.of(json.required("directory")), json.required("path"));
            case "Unconfined" -> new SeccompProfile.Unconfined();
            default -> SeccompProfile.RUNTIME_DEFAULT;
        };
    }

    private static ContainerConfig.Security security(JsonDocument json) {
        return new ContainerConfig.Security(
                json.has("runAsUser") ? (Long) json.number("runAsUser", 0) : null,
                json.string("runAsUserName"),
                json.has("runAsGroup") ? (Long) json.number("runAsGroup", 0) : null,
                numbers(json.strings("supplementalGroups")),
                json.flag("privileged"),
                json.flag("readOnlyRootFilesystem"),
                json.flag("noNewPrivileges"),
                Set.copyOf(json.strings("addCapabilities")),
                Set.copyOf(json.strings("dropCapabilities")),
                json.flag("unmasked"),
                seccomp(json.object("seccomp")),
                json.flag("runAsNonRoot"),
                json.flag("strictGroups"));
    }

    private static Map<String, Object> json(Resources resources) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("cpuShares", resources.cpuShares());
        json.put("cpuQuotaMicros", resources.cpuQuotaMicros());
        json.put("cpuPeriodMicros", resources.cpuPeriodMicros());
        json.put("memoryLimitBytes", resources.memoryLimitBytes());
        json.put("unified", resources.unified());
        return json;
    }

    private static Resources resources(JsonDocument json) {
        return new Resources(
                json.number("cpuShares", 0),
                json.number("cpuQuotaMicros", 0),
                json.number("cpuPeriodMicros", 0),
                json.number("memoryLimitBytes", 0),
                json.stringMap("unified"));
    }

    private static Map<String, Object> json(ProcessSpec process) {
        ProcessCredentials who = process.credentials();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("arguments", process.arguments());
        json.put("environment", process.environment());
        json.put("workingDirectory", process.workingDirectory());
        json.put("terminal", process.terminal());
        json.put("user", who.user());
        json.put("group", who.group());
        json.put("groups", texts(who.groups()));
        json.put("capabilities", who.capabilities());
        json.put("noNewPrivileges", who.noNewPrivileges());
        Filter filter = who.filter();
        if (filter != null) {
            json.put(
                    "filter",
                    Map.of(
                            "name", filter.name(),
                            "flags", filter.flags(),
                            "program", Base64.getEncoder().encodeToString(filter.program())));
        }
        return json;
    }

    private static @Nullable Filter filter(@Nullable JsonDocument json) {
        return json == null
                ? null
                : new Filter(
                        json.required("name"),
                        (int) json.number("flags", 0),
                        Base64.getDecoder().decode(json.required("program")));
    }

    private static ProcessSpec process(JsonDocument json) {
        return new ProcessSpec(
                json.strings("arguments"),
                json.strings("environment"),
                json.required("workingDirectory"),
                new ProcessCredentials(
                        json.number("user", 0),
                        json.number("group", 0),
                        numbers(json.strings("groups")),
                        json.number("capabilities", 0),
                        json.flag("noNewPrivileges"),
                        filter(json.object("filter"))),
                json.flag("terminal"));
    }

    private static List<String> texts(List<Long> numbers) {
        return numbers.stream().map(String::valueOf).toList();
    }

    private static List<Long> numbers(List<String> texts) {
        return texts.stream().map(Long::valueOf).toList();
    }

    private static void put(Map<String, Object> json, String name, @Nullable Object value) {
        if (value != null) {
            json.put(name, value);
        }
    }
}
