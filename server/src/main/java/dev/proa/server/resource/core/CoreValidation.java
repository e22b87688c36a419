package dev.proa.server.resource.core;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.resource.pod.PodValidation;
import dev.proa.server.validation.Addresses;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Metadata;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import java.util.Base64;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validates resources of the core group, but for pods and services, and leases. */
final class CoreValidation {
    private static final int MAX_DATA = 1 << 20;
    private static final String IMMUTABLE = "field is immutable when `immutable` is set";
    private static final Path SPEC = Path.of("spec");
    private static final Path STATUS = Path.of("status");

    private CoreValidation() {}

    static void configMap(MapValue configMap, @Nullable MapValue old, Errors errors) {
        if (old != null && old.bool("immutable")) {
            sealed(configMap, old, errors, "data", "binaryData");
        }
        MapValue data = configMap.map("data");
        MapValue binary = configMap.map("binaryData");
        long size = 0;
        for (Map.Entry<String, @Nullable Object> entry : data) {
            String key = entry.getKey();
            Path path = Path.of("data").key(key);
            errors.invalid(path, key, Formats.configKey(key));
            if (binary.has(key)) {
                errors.invalid(path, key, "duplicate of key present in binaryData");
            }
            size += entry.getValue() instanceof String value ? Metadata.utf8Length(value) : 0;
        }
        for (Map.Entry<String, @Nullable Object> entry : binary) {
            errors.invalid(
                    Path.of("binaryData").key(entry.getKey()), entry.getKey(), Formats.configKey(entry.getKey()));
            size += entry.getValue() instanceof String value ? decodedLength(value) : 0;
        }
        if (size > MAX_DATA) {
            errors.tooLong(Path.of(""), MAX_DATA);
        }
    }

    static void secret(MapValue secret, @Nullable MapValue old, Errors errors) {
        if (old != null) {
            errors.immutable(Path.of("type"), secret.get("type"), old.get("type"));
            if (old.bool("immutable")) {
                sealed(secret, old, errors, "data");
            }
        }
        MapValue data = secret.map("data");
        Path dataPath = Path.of("data");
        long size = 0;
        for (Map.Entry<String, @Nullable Object> entry : data) {
            errors.invalid(dataPath.key(entry.getKey()), entry.getKey(), Formats.configKey(entry.getKey()));
            size += entry.getValue() instanceof String value ? decodedLength(value) : 0;
        }
        if (size > MAX_DATA) {
            errors.tooLong(dataPath, MAX_DATA);
        }
        switch (secret.string("type")) {
            case "kubernetes.io/service-account-token" -> {
                if (secret.map("metadata")
                        .map("annotations")
                        .string("kubernetes.io/service-account.name")
                        .isEmpty()) {
                    errors.required(
                            Path.of("metadata").child("annotations").key("kubernetes.io/service-account.name"), "");
                }
            }
            case "kubernetes.io/dockercfg" -> dockerConfig(data, ".dockercfg", errors);
            case "kubernetes.io/dockerconfigjson" -> dockerConfig(data, ".dockerconfigjson", errors);
            case "kubernetes.io/basic-auth" -> {
                if (!data.has("username") && !data.has("password")) {
                    errors.required(dataPath.key("username"), "");
                    errors.required(dataPath.key("password"), "");
                }
            }
            case "kubernetes.io/ssh-auth" -> {
                if (data.string("ssh-privatekey").isEmpty()) {
                    errors.required(dataPath.key("ssh-privatekey"), "");
                }
            }
            case "kubernetes.io/tls" -> {
                for (String key : new String[] {"tls.crt", "tls.key"}) {
                    if (!data.has(key)) {
                        errors.required(dataPath.key(key), "");
                    }
                }
            }
            default -> {}
        }
    }

    private static void dockerConfig(MapValue data, String key, Errors errors) {
        Path path = Path.of("data").key(key);
        if (!data.has(key)) {
            errors.required(path, "");
            return;
        }
        try {
            dev.proa.api.codec.Json.decodeMap(Base64.getDecoder().decode(data.string(key)));
        } catch (dev.proa.api.codec.DecodeException | IllegalArgumentException e) {
            errors.invalid(path, "<secret contents redacted>", String.valueOf(e.getMessage()));
        }
    }

    private static void sealed(MapValue updated, MapValue old, Errors errors, String... fields) {
        if (!updated.bool("immutable")) {
            errors.forbidden(Path.of("immutable"), IMMUTABLE);
        }
        for (String field : fields) {
            if (!Values.same(updated.get(field), old.get(field))) {
                errors.forbidden(Path.of(field), IMMUTABLE);
            }
        }
    }

    private static long decodedLength(String base64) {
        int padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
        return base64.length() / 4L * 3 - padding;
    }

    static void namespace(MapValue namespace, @Nullable MapValue old, Errors errors) {
        ListValue finalizers = namespace.map("spec").list("finalizers");
        for (Object finalizer : finalizers) {
            String name = String.valueOf(finalizer);
            errors.invalid(SPEC.child("finalizers"), name, Formats.qualifiedName(name));
            if (name.indexOf('/') < 0 && !name.equals("kubernetes") && !name.equals("orphan")) {
                errors.invalid(
                        SPEC.child("finalizers"),
                        name,
                        "name is neither a standard finalizer name nor is it fully qualified");
            }
        }
    }

    private static boolean sameFamily(ListValue ranges) {
        return String.valueOf(ranges.get(0)).contains(":")
                == String.valueOf(ranges.get(1)).contains(":");
    }

    static void node(MapValue node, @Nullable MapValue old, Errors errors) {
        MapValue spec = node.map("spec");
        ListValue taints = spec.list("taints");
        // Kubernetes names the taints of a node as if they were in its metadata.
        Path path = Path.of("metadata").child("taints");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < taints.size(); i++) {
            MapValue taint = taints.map(i);
            Path at = path.index(i);
            String key = taint.string("key");
            errors.invalid(at.child("key"), key, Formats.qualifiedName(key));
            String value = taint.string("value");
            if (!Formats.labelValue(value).isEmpty()) {
                errors.invalid(at.child("value"), value, String.join(";", Formats.labelValue(value)));
            }
            String effect = taint.string("effect");
            if (effect.isEmpty()) {
                errors.required(at.child("effect"), "");
            } else {
                errors.oneOf(at.child("effect"), effect, "NoSchedule", "PreferNoSchedule", "NoExecute");
            }
            if (!seen.add(key + ":" + effect)) {
                errors.add(new FieldError(
                        "FieldValueDuplicate",
                        at.toString(),
                        "Duplicate value: " + GoText.json(taint) + ": taints must be unique by key and effect pair"));
            }
        }
        ListValue ranges = spec.list("podCIDRs");
        if (old == null) {
            if (ranges.size() > 1) {
                for (int i = 0; i < ranges.size(); i++) {
                    if (!Addresses.isCidr(String.valueOf(ranges.get(i)))) {
                        errors.add(FieldError.internal(
                                SPEC.child("podCIDRs").toString(),
                                "invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[" + i
                                        + "]: <nil> (invalid CIDR address: " + ranges.get(i) + ")"));
                    }
                }
            }
            for (int i = 0; i < ranges.size(); i++) {
                Addresses.checkCidr(SPEC.child("podCIDRs").index(i), String.valueOf(ranges.get(i)), errors);
            }
            if (ranges.size() == 2 && sameFamily(ranges)) {
                errors.invalid(
                        SPEC.child("podCIDRs"),
                        spec.list("podCIDRs"),
                        "may specify no more than one CIDR for each IP family");
            }
            return;
        }
        MapValue before = old.map("spec");
        if (!spec.string("externalID").equals(before.string("externalID"))) {
            errors.forbidden(SPEC.child("externalID"), "may not be updated");
        }
        if (!before.list("podCIDRs").isEmpty() && !before.list("podCIDRs").equals(ranges)) {
            errors.forbidden(SPEC.child("podCIDRs"), "node updates may not change podCIDR except from \"\" to valid");
        }
        if (!before.string("providerID").isEmpty()
                && !before.string("providerID").equals(spec.string("providerID"))) {
            errors.forbidden(
                    SPEC.child("providerID"), "node updates may not change providerID except from \"\" to valid");
        }
    }

    static void lease(MapValue lease, @Nullable MapValue old, Errors errors) {
        MapValue spec = lease.map("spec");
        if (spec.get("leaseDurationSeconds") instanceof Long seconds && seconds <= 0) {
            errors.invalid(SPEC.child("leaseDurationSeconds"), seconds, "must be greater than 0");
        }
        if (spec.get("leaseTransitions") instanceof Long transitions && transitions < 0) {
            errors.invalid(SPEC.child("leaseTransitions"), transitions, "must be greater than or equal to 0");
        }
    }

    static void podTemplate(MapValue template, @Nullable MapValue old, Errors errors) {
        PodValidation.template(template.map("template"), Path.of("template"), errors);
    }

    static void namespaceStatus(MapValue namespace, @Nullable MapValue old, Errors errors) {
        String phase = namespace.map("status").string("phase");
        boolean ending = namespace.map("metadata").has("deletionTimestamp");
        // Kubernetes writes this field's name as its Go code does.
        if (ending && !phase.equals("Terminating")) {
            errors.invalid(
                    STATUS.child("Phase"), phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
        } else if (!ending && !phase.equals("Active")) {
            errors.invalid(STATUS.child("Phase"), phase, "may only be 'Active' if `deletionTimestamp` is empty");
        }
    }
}
