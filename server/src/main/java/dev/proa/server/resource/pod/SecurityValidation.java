package dev.proa.server.resource.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validates the security contexts of pods and containers. */
final class SecurityValidation {
    private static final long MAX_INT = Integer.MAX_VALUE;
    private static final int LONGEST_SYSCTL = 253;
    private static final int LONGEST_PROFILE = 4095;

    private SecurityValidation() {}

    /** Validates the security context of a pod spec, and the fields that user namespaces exclude. */
    static void pod(MapValue spec, Path specPath, Errors errors) {
        if (Boolean.FALSE.equals(spec.get("hostUsers"))) {
            for (String shared : new String[] {"hostNetwork", "hostPID", "hostIPC"}) {
                if (spec.bool(shared)) {
                    errors.forbidden(specPath.child(shared), "when `hostUsers` is false");
                }
            }
            ownUsers(spec, specPath, errors);
        }
        if (!(spec.get("securityContext") instanceof MapValue context)) {
            return;
        }
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
        sysctls(spec, context.list("sysctls"), path.child("sysctls"), errors);
        oneOf(context, "fsGroupChangePolicy", path, errors, "Always", "OnRootMismatch");
        seccomp(context.get("seccompProfile"), path.child("seccompProfile"), errors);
        appArmor(context.get("appArmorProfile"), path.child("appArmorProfile"), errors);
        oneOf(context, "supplementalGroupsPolicy", path, errors, "Merge", "Strict");
        oneOf(context, "seLinuxChangePolicy", path, errors, "Recursive");
    }

    private static final String[] CONTAINERS = {"initContainers", "containers", "ephemeralContainers"};

    /** Rejects fields that the pod's operating system does not support, or that user namespaces exclude. */
    static void system(MapValue spec, String system, Path path, Errors errors) {
        if (!system.equals("linux")) {
            return;
        }
        String detail = "windows options cannot be set for a linux pod";
        if (spec.map("securityContext").has("windowsOptions")) {
            errors.forbidden(path.child("securityContext").child("windowsOptions"), detail);
        }
        for (String list : CONTAINERS) {
            for (int i = 0; i < spec.list(list).size(); i++) {
                if (spec.list(list).map(i).map("securityContext").has("windowsOptions")) {
                    errors.forbidden(
                            path.child(list).index(i).child("securityContext").child("windowsOptions"), detail);
                }
            }
        }
    }

    private static void ownUsers(MapValue spec, Path path, Errors errors) {
        for (String list : CONTAINERS) {
            for (int i = 0; i < spec.list(list).size(); i++) {
                if (!spec.list(list).map(i).list("volumeDevices").isEmpty()) {
                    errors.forbidden(path.child(list).index(i).child("volumeDevices"), "when `hostUsers` is false");
                }
            }
        }
    }

    private static void oneOf(MapValue context, String name, Path path, Errors errors, String... supported) {
        if (context.get(name) != null) {
            errors.oneOf(path.child(name), context.get(name), supported);
        }
    }

    /** The security context of a container. */
    static void container(MapValue context, boolean hostUsers, Path path, Errors errors) {
        id(path.child("runAsUser"), context.get("runAsUser"), errors);
        id(path.child("runAsGroup"), context.get("runAsGroup"), errors);
        oneOf(context, "procMount", path, errors, "Default", "Unmasked");
        if (hostUsers && context.string("procMount").equals("Unmasked")) {
            errors.invalid(path.child("procMount"), "Unmasked", "`hostUsers` must be false to use `Unmasked`");
        }
        seccomp(context.get("seccompProfile"), path.child("seccompProfile"), errors);
        if (Boolean.FALSE.equals(context.get("allowPrivilegeEscalation"))) {
            if (context.bool("privileged")) {
                errors.invalid(
                        path, context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
            }
            if (context.map("capabilities").list("add").contains("CAP_SYS_ADMIN")) {
                errors.invalid(
                        path,
                        context,
                        "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
            }
        }
        appArmor(context.get("appArmorProfile"), path.child("appArmorProfile"), errors);
    }

    /** Validates a user or group ID. */
    static void id(Path path, @Nullable Object value, Errors errors) {
        if (value instanceof Long id && (id < 0 || id > MAX_INT)) {
            errors.invalid(path, id, Formats.inclusiveRange(0, MAX_INT));
        }
    }

    private static void seccomp(@Nullable Object value, Path path, Errors errors) {
        if (!(value instanceof MapValue profile)) {
            return;
        }
        String type = profile.string("type");
        if (type.isEmpty()) {
            errors.required(path.child("type"), "type is required when seccompProfile is set");
        } else {
            errors.oneOf(path.child("type"), type, "Localhost", "RuntimeDefault", "Unconfined");
        }
        Path named = path.child("localhostProfile");
        if (!type.equals("Localhost")) {
            if (profile.get("localhostProfile") != null) {
                // The error has the field names of Kubernetes' internal struct.
                MapValue shown = MapValue.of("Type", type, "LocalhostProfile", profile.get("localhostProfile"));
                errors.invalid(named, shown, "can only be set when seccomp type is Localhost");
            }
        } else if (profile.get("localhostProfile") instanceof String name) {
            VolumeValidation.descending(name, named, errors);
        } else {
            errors.required(named, "must be set when seccomp type is Localhost");
        }
    }

    private static void appArmor(@Nullable Object value, Path path, Errors errors) {
        if (!(value instanceof MapValue profile)) {
            return;
        }
        Path named = path.child("localhostProfile");
        Object name = profile.get("localhostProfile");
        String type = profile.string("type");
        switch (type) {
            case "Localhost" -> {
                if (!(name instanceof String text) || text.isEmpty()) {
                    errors.required(named, "must be set when AppArmor type is Localhost");
                } else {
                    if (!text.strip().equals(text)) {
                        errors.invalid(named, text, "must not be padded with whitespace");
                    }
                    if (text.length() > LONGEST_PROFILE) {
                        errors.tooLong(named, LONGEST_PROFILE);
                    }
                }
            }
            case "RuntimeDefault", "Unconfined" -> {
                if (name != null) {
                    errors.invalid(named, name, "can only be set when AppArmor type is Localhost");
                }
            }
            case "" -> errors.required(path.child("type"), "type is required when appArmorProfile is set");
            default -> errors.notSupported(path.child("type"), type, "Localhost", "RuntimeDefault", "Unconfined");
        }
    }

    private static void sysctls(MapValue spec, ListValue sysctls, Path path, Errors errors) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < sysctls.size(); i++) {
            String name = sysctls.map(i).string("name");
            Path at = path.index(i).child("name");
            if (name.isEmpty()) {
                errors.required(at, "");
            } else if (!isSysctl(name)) {
                errors.invalid(
                        at,
                        name,
                        "must have at most " + LONGEST_SYSCTL
                                + " characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$");
            } else if (!seen.add(name)) {
                errors.duplicate(at, name);
            }
            String dotted = name.replace('/', '.');
            if (spec.bool("hostNetwork") && dotted.startsWith("net.")) {
                errors.invalid(at, name, "may not be specified when 'hostNetwork' is true");
            } else if (spec.bool("hostIPC") && isInterProcess(dotted)) {
                errors.invalid(at, name, "may not be specified when 'hostIPC' is true");
            }
        }
    }

    private static boolean isInterProcess(String sysctl) {
        return sysctl.equals("kernel.sem")
                || sysctl.startsWith("kernel.shm")
                || sysctl.startsWith("kernel.msg")
                || sysctl.startsWith("fs.mqueue.");
    }

    private static boolean isSysctl(String name) {
        if (name.length() > LONGEST_SYSCTL) {
            return false;
        }
        int start = 0;
        for (int i = 0; i <= name.length(); i++) {
            char c = i == name.length() ? '.' : name.charAt(i);
            if (c == '.' || c == '/') {
                if (i == start || !isPlain(name.charAt(start)) || !isPlain(name.charAt(i - 1))) {
                    return false;
                }
                start = i + 1;
            } else if (!isPlain(c) && c != '-' && c != '_') {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(char c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
    }
}
