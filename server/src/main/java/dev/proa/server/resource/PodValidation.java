package dev.proa.server.resource;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validation of pod specs, in pods and in templates. Containers and volumes have classes of their own. */
final class PodValidation {
    private static final Path SPEC = Path.of("spec");
    private static final long MAX_INT = Integer.MAX_VALUE;

    private PodValidation() {}

    /** A new pod; its metadata is checked elsewhere. */
    static void create(MapValue pod, Errors errors) {
        MapValue spec = pod.map("spec");
        always(pod, errors);
        if (!spec.list("ephemeralContainers").isEmpty()) {
            errors.forbidden(SPEC.child("ephemeralContainers"), "cannot be set on create");
        }
        if (!spec.string("nodeName").isEmpty() && !spec.list("schedulingGates").isEmpty()) {
            errors.forbidden(SPEC.child("nodeName"), "cannot be set until all schedulingGates have been cleared");
        }
    }

    /** What holds for a pod whenever it is written. */
    static void always(MapValue pod, Errors errors) {
        MapValue spec = pod.map("spec");
        spec(spec, SPEC, true, errors);
        if (!spec.string("serviceAccountName").isEmpty()) {
            return;
        }
        for (int v = 0; v < spec.list("volumes").size(); v++) {
            ListValue sources = spec.list("volumes").map(v).map("projected").list("sources");
            for (int s = 0; s < sources.size(); s++) {
                if (sources.map(s).get("serviceAccountToken") != null) {
                    errors.forbidden(
                            SPEC.child("volumes")
                                    .index(v)
                                    .child("projected")
                                    .child("sources")
                                    .index(s)
                                    .child("serviceAccountToken"),
                            "must not be specified when serviceAccountName is not set");
                }
            }
        }
    }

    /** A template of pods, with its labels and annotations. */
    static void template(MapValue template, Path path, Errors errors) {
        MapValue meta = template.map("metadata");
        Metadata.labels(meta.map("labels"), path.child("labels"), errors);
        Metadata.annotations(meta.map("annotations"), path.child("annotations"), errors);
        spec(template.map("spec"), path.child("spec"), false, errors);
        if (!template.map("spec").list("ephemeralContainers").isEmpty()) {
            errors.forbidden(
                    path.child("spec").child("ephemeralContainers"),
                    "ephemeral containers not allowed in pod template");
        }
    }

    private static void spec(MapValue spec, Path path, boolean isPod, Errors errors) {
        Map<String, MapValue> volumes = VolumeValidation.volumes(spec.list("volumes"), path.child("volumes"), errors);
        ContainerValidation containers = new ContainerValidation(spec, volumes, errors);
        containers.regular(path.child("containers"));
        containers.init(path.child("initContainers"));
        containers.ephemeral(path.child("ephemeralContainers"));
        if (spec.bool("hostNetwork")) {
            hostNetworkPorts(spec, path, isPod, errors);
        }
        errors.oneOf(path.child("restartPolicy"), spec.string("restartPolicy"), "Always", "OnFailure", "Never");
        errors.oneOf(
                path.child("dnsPolicy"),
                spec.string("dnsPolicy"),
                "ClusterFirstWithHostNet",
                "ClusterFirst",
                "Default",
                "None");
        Metadata.labels(spec.map("nodeSelector"), path.child("nodeSelector"), errors);
        securityContext(spec, path, errors);
        dnsConfig(spec, path.child("dnsConfig"), errors);
        gates(spec, path, errors);
        spread(spec.list("topologySpreadConstraints"), path.child("topologySpreadConstraints"), errors);
        names(spec, path, errors);
        if (spec.get("activeDeadlineSeconds") instanceof Long seconds && (seconds < 1 || seconds > MAX_INT)) {
            errors.invalid(path.child("activeDeadlineSeconds"), seconds, Formats.inclusiveRange(1, MAX_INT));
        }
        tolerations(spec.list("tolerations"), path.child("tolerations"), errors);
        ListValue aliases = spec.list("hostAliases");
        for (int i = 0; i < aliases.size(); i++) {
            Path alias = path.child("hostAliases").index(i);
            Addresses.check(alias.child("ip"), aliases.map(i).string("ip"), errors);
            ListValue names = aliases.map(i).list("hostnames");
            for (int n = 0; n < names.size(); n++) {
                if (names.get(n) instanceof String name) {
                    errors.invalid(alias.child("hostnames").index(n), name, Formats.dnsSubdomain(name));
                }
            }
        }
        if (spec.get("preemptionPolicy") != null) {
            errors.oneOf(path.child("preemptionPolicy"), spec.get("preemptionPolicy"), "Never", "PreemptLowerPriority");
        }
    }

    private static void hostNetworkPorts(MapValue spec, Path path, boolean isPod, Errors errors) {
        ListValue containers = spec.list("containers");
        for (int c = 0; c < containers.size(); c++) {
            ListValue ports = containers.map(c).list("ports");
            for (int p = 0; p < ports.size(); p++) {
                long host = ports.map(p).integer("hostPort", 0);
                if ((isPod || host != 0) && host != ports.map(p).integer("containerPort", 0)) {
                    errors.invalid(
                            path.child("containers")
                                    .index(c)
                                    .child("ports")
                                    .index(p)
                                    .child("hostPort"),
                            host,
                            "must match `containerPort` when `hostNetwork` is true");
                }
            }
        }
    }

    private static void securityContext(MapValue spec, Path specPath, Errors errors) {
        MapValue context = spec.map("securityContext");
        Path path = specPath.child("securityContext");
        id(path.child("fsGroup"), context.get("fsGroup"), errors);
        id(path.child("runAsUser"), context.get("runAsUser"), errors);
        id(path.child("runAsGroup"), context.get("runAsGroup"), errors);
        ListValue groups = context.list("supplementalGroups");
        for (int i = 0; i < groups.size(); i++) {
            id(path.child("supplementalGroups").index(i), groups.get(i), errors);
        }
        if (spec.bool("shareProcessNamespace") && spec.bool("hostPID")) {
            errors.invalid(
                    path.child("shareProcessNamespace"),
                    true,
                    "ShareProcessNamespace and HostPID cannot both be enabled");
        }
        if (context.get("fsGroupChangePolicy") != null) {
            errors.oneOf(
                    path.child("fsGroupChangePolicy"), context.get("fsGroupChangePolicy"), "Always", "OnRootMismatch");
        }
        seccomp(context.map("seccompProfile"), path.child("seccompProfile"), errors);
    }

    /** The number of a user or group. */
    static void id(Path path, @Nullable Object value, Errors errors) {
        if (value instanceof Long id && (id < 0 || id > MAX_INT)) {
            errors.invalid(path, id, Formats.inclusiveRange(0, MAX_INT));
        }
    }

    static void seccomp(MapValue profile, Path path, Errors errors) {
        if (profile.isEmpty()) {
            return;
        }
        String type = profile.string("type");
        if (type.isEmpty()) {
            errors.required(path.child("type"), "");
        } else {
            errors.oneOf(path.child("type"), type, "Localhost", "RuntimeDefault", "Unconfined");
        }
        boolean named = profile.get("localhostProfile") != null;
        if (type.equals("Localhost") && !named) {
            errors.required(path.child("localhostProfile"), "must be set when seccomp type is Localhost");
        } else if (!type.equals("Localhost") && named) {
            errors.invalid(
                    path.child("localhostProfile"),
                    profile.get("localhostProfile"),
                    "can only be set when seccomp type is Localhost");
        }
    }

    private static void dnsConfig(MapValue spec, Path path, Errors errors) {
        MapValue config = spec.map("dnsConfig");
        ListValue servers = config.list("nameservers");
        if (spec.string("dnsPolicy").equals("None")) {
            if (spec.get("dnsConfig") == null) {
                errors.required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
                return;
            }
            if (servers.isEmpty()) {
                errors.required(
                        path.child("nameservers"), "must provide at least one DNS nameserver when `dnsPolicy` is None");
                return;
            }
        }
        if (servers.size() > 3) {
            errors.invalid(path.child("nameservers"), servers, "must not have more than 3 nameservers");
        }
        for (int i = 0; i < servers.size(); i++) {
            Addresses.check(path.child("nameservers").index(i), String.valueOf(servers.get(i)), errors);
        }
    }

    private static void gates(MapValue spec, Path path, Errors errors) {
        ListValue readiness = spec.list("readinessGates");
        for (int i = 0; i < readiness.size(); i++) {
            String type = readiness.map(i).string("conditionType");
            errors.invalid(
                    path.child("readinessGates").index(i).child("conditionType"), type, Formats.qualifiedName(type));
        }
        ListValue scheduling = spec.list("schedulingGates");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < scheduling.size(); i++) {
            String name = scheduling.map(i).string("name");
            Path gate = path.child("schedulingGates").index(i);
            errors.invalid(gate, name, Formats.qualifiedName(name));
            if (!seen.add(name)) {
                errors.duplicate(gate, name);
            }
        }
    }

    private static void spread(ListValue constraints, Path path, Errors errors) {
        for (int i = 0; i < constraints.size(); i++) {
            MapValue constraint = constraints.map(i);
            Path at = path.index(i);
            long skew = constraint.integer("maxSkew", 0);
            if (skew <= 0) {
                errors.invalid(at.child("maxSkew"), skew, "must be greater than zero");
            }
            if (constraint.string("topologyKey").isEmpty()) {
                errors.required(at.child("topologyKey"), "can not be empty");
            }
            errors.oneOf(
                    at.child("whenUnsatisfiable"),
                    constraint.string("whenUnsatisfiable"),
                    "DoNotSchedule",
                    "ScheduleAnyway");
            Metadata.labelSelector(constraint.map("labelSelector"), at.child("labelSelector"), errors);
        }
    }

    private static void names(MapValue spec, Path path, Errors errors) {
        for (String name : new String[] {"serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"}) {
            if (spec.get(name) instanceof String value && !value.isEmpty()) {
                errors.invalid(path.child(name), value, Formats.dnsSubdomain(value));
            }
        }
        for (String name : new String[] {"hostname", "subdomain"}) {
            if (spec.get(name) instanceof String value && !value.isEmpty()) {
                errors.invalid(path.child(name), value, Formats.dnsLabel(value));
            }
        }
    }

    private static void tolerations(ListValue tolerations, Path path, Errors errors) {
        for (int i = 0; i < tolerations.size(); i++) {
            MapValue toleration = tolerations.map(i);
            Path at = path.index(i);
            String key = toleration.string("key");
            String operator = toleration.string("operator");
            String value = toleration.string("value");
            String effect = toleration.string("effect");
            if (!key.isEmpty()) {
                errors.invalid(at.child("key"), key, Formats.qualifiedName(key));
            } else if (!operator.equals("Exists")) {
                errors.invalid(
                        at.child("operator"),
                        operator,
                        "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
            }
            if (toleration.get("tolerationSeconds") != null && !effect.equals("NoExecute")) {
                errors.invalid(
                        at.child("effect"), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
            }
            switch (operator) {
                case "", "Equal" -> {
                    if (!Formats.labelValue(value).isEmpty()) {
                        errors.invalid(at.child("operator"), value, String.join(";", Formats.labelValue(value)));
                    }
                }
                case "Exists" -> {
                    if (!value.isEmpty()) {
                        errors.invalid(at.child("operator"), value, "value must be empty when `operator` is 'Exists'");
                    }
                }
                case "Lt", "Gt" -> errors.notSupported(at.child("operator"), operator, "Equal", "Exists", "Lt", "Gt");
                default -> errors.notSupported(at.child("operator"), operator, "Equal", "Exists");
            }
            if (!effect.isEmpty()) {
                errors.oneOf(at.child("effect"), effect, "NoSchedule", "PreferNoSchedule", "NoExecute");
            }
        }
    }

    /** The quantity that a value is, or null when it is none. */
    static @Nullable Quantity quantity(@Nullable Object value) {
        try {
            return value instanceof String || value instanceof Long || value instanceof Double
                    ? Quantity.from(value)
                    : null;
        } catch (IllegalArgumentException e) {
            return null; // the schema's own check says what is wrong with it
        }
    }

    /** Ports of the host that several containers want. */
    static void hostPorts(ListValue containers, Path path, Errors errors) {
        Map<String, Boolean> seen = new HashMap<>();
        for (int c = 0; c < containers.size(); c++) {
            ListValue ports = containers.map(c).list("ports");
            for (int p = 0; p < ports.size(); p++) {
                MapValue port = ports.map(p);
                long host = port.integer("hostPort", 0);
                if (host != 0) {
                    String text = port.string("protocol") + "/" + port.string("hostIP") + "/" + host;
                    if (seen.put(text, true) != null) {
                        errors.duplicate(path.index(c).child("ports").index(p).child("hostPort"), text);
                    }
                }
            }
        }
    }
}
