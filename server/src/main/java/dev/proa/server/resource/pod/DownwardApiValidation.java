package dev.proa.server.resource.pod;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import java.util.Set;
import java.util.TreeSet;

/** Validates references of the downward API to fields of the pod and to resources of its containers. */
final class DownwardApiValidation {
    private static final Set<String> ENV = new TreeSet<>(Set.of(
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "spec.nodeName",
            "spec.serviceAccountName",
            "status.hostIP",
            "status.hostIPs",
            "status.podIP",
            "status.podIPs"));
    private static final Set<String> VOLUME = new TreeSet<>(
            Set.of("metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations", "metadata.uid"));
    private static final Set<String> ALL = Set.of(
            "metadata.annotations",
            "metadata.labels",
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.serviceAccountName",
            "spec.schedulerName",
            "status.phase",
            "status.hostIP",
            "status.hostIPs",
            "status.podIP",
            "status.podIPs",
            "spec.host");
    private static final String[] RESOURCES = {
        "limits.cpu",
        "limits.ephemeral-storage",
        "limits.memory",
        "requests.cpu",
        "requests.ephemeral-storage",
        "requests.memory"
    };

    private DownwardApiValidation() {}

    static void env(MapValue ref, Path path, Errors errors) {
        check(ref, ENV, path, errors);
    }

    static void volume(MapValue ref, Path path, Errors errors) {
        check(ref, VOLUME, path, errors);
    }

    private static void check(MapValue ref, Set<String> supported, Path path, Errors errors) {
        String version = ref.string("apiVersion");
        String field = ref.string("fieldPath");
        if (version.isEmpty()) {
            errors.required(path.child("apiVersion"), "");
            return;
        }
        if (field.isEmpty()) {
            errors.required(path.child("fieldPath"), "");
            return;
        }
        int bracket = field.endsWith("']") ? field.indexOf("['") : -1;
        String base = bracket < 0 ? field : field.substring(0, bracket);
        if (!version.equals("v1")) {
            errors.invalid(
                    path.child("fieldPath"), field, "error converting fieldPath: unsupported pod version: " + version);
            return;
        }
        if (bracket >= 0) {
            String key = field.substring(bracket + 2, field.length() - 2);
            switch (base) {
                case "metadata.annotations" ->
                    errors.invalid(
                            path,
                            key.toLowerCase(java.util.Locale.ROOT),
                            Formats.qualifiedName(key.toLowerCase(java.util.Locale.ROOT)));
                case "metadata.labels" -> errors.invalid(path, key, Formats.qualifiedName(key));
                default ->
                    errors.invalid(
                            path.child("fieldPath"),
                            field,
                            "error converting fieldPath: field label does not support subscript: " + field);
            }
            return;
        }
        if (!ALL.contains(base)) {
            errors.invalid(
                    path.child("fieldPath"), field, "error converting fieldPath: field label not supported: " + field);
        } else if (!supported.contains(base)) {
            errors.notSupported(path.child("fieldPath"), base, supported.toArray(String[]::new));
        }
    }

    private static void divisor(MapValue ref, String resource, Path path, Errors errors) {
        Quantity divisor = Values.quantity(ref.get("divisor"));
        if (divisor == null || divisor.isZero()) {
            return;
        }
        boolean cpu = resource.endsWith(".cpu");
        String kind = cpu
                ? "cpu"
                : resource.contains("hugepages-")
                        ? "hugepages"
                        : resource.endsWith("memory") ? "memory" : "local ephemeral storage";
        String allowed = cpu ? "1m and 1" : "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei";
        if (!divisor.toString().matches(cpu ? "1m?" : "1(k|M|G|T|P|E|[KMGTPE]i)?")) {
            errors.invalid(
                    path.child("divisor"),
                    resource,
                    "only divisor's values " + allowed + " are supported with the " + kind + " resource");
        }
    }

    static void resource(MapValue ref, Path path, boolean volume, Errors errors) {
        String resource = ref.string("resource");
        if (volume && ref.string("containerName").isEmpty()) {
            errors.required(path.child("containerName"), "");
        } else if (resource.isEmpty()) {
            errors.required(path.child("resource"), "");
        } else if (!resource.startsWith("limits.hugepages-") && !resource.startsWith("requests.hugepages-")) {
            int before = errors.size();
            errors.oneOf(path.child("resource"), resource, RESOURCES);
            if (errors.size() == before) {
                divisor(ref, resource, path, errors);
            }
        } else {
            divisor(ref, resource, path, errors);
        }
    }
}
