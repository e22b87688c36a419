package dev.proa.server.expression;

import dev.proa.server.cel.Authorization;
import dev.proa.server.cel.CelType;
import dev.proa.server.cel.Environment;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables that expressions about requests have. */
public final class AdmissionEnvironments {
    private static final CelType STRINGS = CelType.list(CelType.STRING);
    private static final CelType STRING_MAP = CelType.map(CelType.STRING, CelType.STRING);
    private static final CelType KIND = struct(
            "kubernetes.GroupVersionKind",
            Map.of("group", CelType.STRING, "version", CelType.STRING, "kind", CelType.STRING));
    private static final CelType RESOURCE = struct(
            "kubernetes.GroupVersionResource",
            Map.of("group", CelType.STRING, "version", CelType.STRING, "resource", CelType.STRING));
    private static final CelType USER = struct(
            "kubernetes.UserInfo",
            Map.of(
                    "username",
                    CelType.STRING,
                    "uid",
                    CelType.STRING,
                    "groups",
                    STRINGS,
                    "extra",
                    CelType.map(CelType.STRING, STRINGS)));
    private static final CelType REQUEST = struct(
            "kubernetes.AdmissionRequest",
            Map.ofEntries(
                    Map.entry("kind", KIND),
                    Map.entry("resource", RESOURCE),
                    Map.entry("subResource", CelType.STRING),
                    Map.entry("requestKind", KIND),
                    Map.entry("requestResource", RESOURCE),
                    Map.entry("requestSubResource", CelType.STRING),
                    Map.entry("name", CelType.STRING),
                    Map.entry("namespace", CelType.STRING),
                    Map.entry("operation", CelType.STRING),
                    Map.entry("userInfo", USER),
                    Map.entry("dryRun", CelType.BOOL),
                    Map.entry("options", CelType.DYN)));
    private static final CelType NAMESPACE = struct(
            "kubernetes.Namespace",
            Map.of(
                    "metadata",
                    struct(
                            "kubernetes.NamespaceMetadata",
                            Map.ofEntries(
                                    Map.entry("name", CelType.STRING),
                                    Map.entry("generateName", CelType.STRING),
                                    Map.entry("namespace", CelType.STRING),
                                    Map.entry("labels", STRING_MAP),
                                    Map.entry("annotations", STRING_MAP),
                                    Map.entry("UID", CelType.STRING),
                                    Map.entry("creationTimestamp", CelType.TIMESTAMP),
                                    Map.entry("deletionGracePeriodSeconds", CelType.INT),
                                    Map.entry("deletionTimestamp", CelType.TIMESTAMP),
                                    Map.entry("generation", CelType.INT),
                                    Map.entry("resourceVersion", CelType.STRING),
                                    Map.entry("finalizers", STRINGS))),
                    "spec",
                    struct("kubernetes.NamespaceSpec", Map.of("finalizers", STRINGS)),
                    "status",
                    struct(
                            "kubernetes.NamespaceStatus",
                            Map.of(
                                    "phase",
                                    CelType.STRING,
                                    "conditions",
                                    CelType.list(struct(
                                            "kubernetes.NamespaceCondition",
                                            Map.of(
                                                    "status",
                                                    CelType.STRING,
                                                    "type",
                                                    CelType.STRING,
                                                    "lastTransitionTime",
                                                    CelType.TIMESTAMP,
                                                    "message",
                                                    CelType.STRING,
                                                    "reason",
                                                    CelType.STRING)))))));

    /** {@code object}, {@code oldObject}, {@code request} and {@code namespaceObject}. */
    private static final Environment PLAIN = Environment.of(
            Map.of("object", CelType.DYN, "oldObject", CelType.DYN, "request", REQUEST, "namespaceObject", NAMESPACE));

    private AdmissionEnvironments() {}

    private static CelType struct(String name, Map<String, CelType> fields) {
        return CelType.struct(name, field -> type(fields, field));
    }

    /** A reserved word can be the name of a field. */
    private static @Nullable CelType type(Map<String, CelType> fields, String field) {
        return fields.get(
                field.startsWith("__") && field.endsWith("__") ? field.substring(2, field.length() - 2) : field);
    }

    /** Those of requests, and what is asked of the authorizer. */
    public static Environment withAuthorizer() {
        return PLAIN.with("authorizer", Authorization.AUTHORIZER)
                .with("authorizer.requestResource", Authorization.RESOURCE_CHECK);
    }

    /** Those of requests alone. */
    public static Environment plain() {
        return PLAIN;
    }
}
