package dev.proa.server.authorization.configuration;

import dev.proa.server.authorization.webhook.WebhookSettings;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Authorizers in the order in which they are asked. */
public record AuthorizationConfiguration(List<Entry> authorizers) {
    /** As kubeadm configures kube-apiserver. */
    public static final AuthorizationConfiguration USUAL = new AuthorizationConfiguration(
            List.of(new BuiltIn(AuthorizationMode.NODE), new BuiltIn(AuthorizationMode.RBAC)));

    /** An authorizer. */
    public sealed interface Entry {}

    /** One that is built in. */
    public record BuiltIn(AuthorizationMode mode) implements Entry {}

    /** A webhook. */
    public record Webhook(WebhookSettings settings) implements Entry {}

    public AuthorizationConfiguration {
        authorizers = List.copyOf(authorizers);
        if (authorizers.isEmpty()) {
            throw new IllegalArgumentException("at least one authorization mode must be passed");
        }
    }

    /** The modes that are built in and used. */
    public Set<AuthorizationMode> modes() {
        Set<AuthorizationMode> modes = new LinkedHashSet<>();
        for (Entry entry : authorizers) {
            if (entry instanceof BuiltIn builtIn) {
                modes.add(builtIn.mode());
            }
        }
        return modes;
    }
}
