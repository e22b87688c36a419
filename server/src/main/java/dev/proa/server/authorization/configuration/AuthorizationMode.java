package dev.proa.server.authorization.configuration;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The authorizers that are built in, by the names that configurations give them. */
@SuppressWarnings("JavaLangClash")
public enum AuthorizationMode {
    ALWAYS_ALLOW("AlwaysAllow"),
    ALWAYS_DENY("AlwaysDeny"),
    NODE("Node"),
    RBAC("RBAC");

    /** The type of authorizers that are webhooks. */
    static final String WEBHOOK = "Webhook";

    /** All types of Kubernetes, in the order in which its messages list them. */
    static final List<String> TYPES = List.of("ABAC", "AlwaysAllow", "AlwaysDeny", "Node", "RBAC", WEBHOOK);

    private final String type;

    AuthorizationMode(String type) {
        this.type = type;
    }

    /** As {@code type} of configurations. */
    public String type() {
        return type;
    }

    /** The name that an authorizer of this type has to have. */
    public String authorizerName() {
        return type.toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException when this server has no such authorizer, as ABAC */
    static AuthorizationMode of(String type) {
        return Arrays.stream(values())
                .filter(mode -> mode.type.equals(type))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "authorization mode " + type + " is not supported here; use RBAC"));
    }
}
