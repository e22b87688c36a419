package dev.proa.control.bootstrap;

import dev.proa.api.core.v1.Secret;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.ListOptions;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;

/**
 * Deletes the secrets of bootstrap tokens when they expire, as kube-controller-manager's {@code token-cleaner}. One whose {@code expiration} cannot be
 * read counts as expired.
 */
public final class TokenCleaner {
    private static final String NAMESPACE = "kube-system";
    private static final String TYPE = "bootstrap.kubernetes.io/token";

    private final ControlContext context;
    private final Informer<Secret> secrets;

    public TokenCleaner(ControlContext shared) {
        this.context = shared.as("token-cleaner");
        this.secrets = context.informers().informer(Secret.KIND, NAMESPACE, ListOptions.fields("type=" + TYPE));
        context.<String>controller("token-cleaner", this::reconcile).watch(secrets, Secret::name);
    }

    private Result reconcile(String name) {
        Secret secret = secrets.get(NAMESPACE, name);
        if (secret == null || !secret.value().string("type").equals(TYPE)) {
            return Result.DONE;
        }
        String expiration = text(secret.value(), "expiration");
        if (expiration.isEmpty()) {
            return Result.DONE;
        }
        Instant now = context.clock().instant();
        Instant end = parsed(expiration, now);
        if (end.isAfter(now)) {
            return Result.after(Duration.between(now, end));
        }
        try {
            context.client().resource(Secret.KIND).in(NAMESPACE).delete(name);
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
        return Result.DONE;
    }

    private static Instant parsed(String expiration, Instant otherwise) {
        try {
            return OffsetDateTime.parse(expiration).toInstant();
        } catch (DateTimeException e) {
            return otherwise;
        }
    }

    private static String text(MapValue secret, String key) {
        try {
            return new String(Base64.getMimeDecoder().decode(secret.map("data").string(key)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
