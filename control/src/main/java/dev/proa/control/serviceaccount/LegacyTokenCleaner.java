package dev.proa.control.serviceaccount;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.core.v1.ServiceAccount;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Patch;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Marks token secrets that were made for service accounts and that nobody has used for a year as invalid, and deletes them after another year
 * (KEP-2799). Secrets that people made themselves, and those that pods mount, stay.
 */
public final class LegacyTokenCleaner {
    /** Since when uses are written down. */
    static final String TRACKING = "kube-apiserver-legacy-service-account-token-tracking";

    private static final String LAST_USED = "kubernetes.io/legacy-token-last-used";
    private static final String INVALID_SINCE = "kubernetes.io/legacy-token-invalid-since";
    private static final Duration PERIOD = Duration.ofHours(24);
    private static final Duration UNUSED = Duration.ofDays(365);

    private final ControlContext context;
    private final Informer<Secret> secrets;
    private final Informer<ServiceAccount> accounts;

    public LegacyTokenCleaner(ControlContext shared) {
        context = shared.as("legacy-service-account-token-cleaner");
        secrets = context.informers().informer(Secret.KIND);
        accounts = context.informers().informer(ServiceAccount.KIND);
        context.<String>controller("legacy-serviceaccount-token-cleaner-controller", ignored -> clean())
                .needs(secrets)
                .needs(accounts)
                .needs(context.pods().informer())
                .queue()
                .add("all");
    }

    /** One round; public to nobody but tests and the queue. */
    Result clean() {
        Instant now = context.clock().instant();
        LocalDate since = trackedSince();
        if (since != null
                && !now.isBefore(since.plusDays(1)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant()
                        .plus(UNUSED))) {
            clean(now);
        }
        return Result.after(PERIOD);
    }

    /** Null when it is not known. */
    private @Nullable LocalDate trackedSince() {
        ConfigMap map =
                context.client().resource(ConfigMap.KIND).in("kube-system").find(TRACKING);
        return map == null ? null : date(map.value().map("data").string("since"));
    }

    private static @Nullable LocalDate date(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private void clean(Instant now) {
        LocalDate limit = LocalDate.ofInstant(now.minus(UNUSED), ZoneOffset.UTC);
        Map<String, Set<String>> mounted = new HashMap<>();
        for (Secret secret : secrets.list()) {
            if (isUnused(secret, now, limit)
                    && isMade(secret)
                    && !mounted.computeIfAbsent(secret.namespace(), this::mounted)
                            .contains(secret.name())) {
                LocalDate invalid = date(secret.labels().getOrDefault(INVALID_SINCE, ""));
                if (invalid == null) {
                    invalidate(secret, LocalDate.ofInstant(now, ZoneOffset.UTC));
                } else if (invalid.isBefore(limit)) {
                    delete(secret);
                }
            }
        }
    }

    private static boolean isUnused(Secret secret, Instant now, LocalDate limit) {
        if (!TokenController.isToken(secret) || secret.isDeleting()) {
            return false;
        }
        String created = secret.value().map("metadata").string("creationTimestamp");
        if (created.isEmpty() || !Instant.parse(created).isBefore(now.minus(UNUSED))) {
            return false;
        }
        String label = secret.labels().get(LAST_USED);
        LocalDate used = label == null ? LocalDate.MIN : date(label);
        return used != null && used.isBefore(limit);
    }

    /** Whether a secret was made for its service account, which names it. */
    private boolean isMade(Secret secret) {
        ServiceAccount account = accounts.get(secret.namespace(), TokenController.accountName(secret));
        if (!TokenController.isOf(secret, account) || account == null) {
            return false;
        }
        for (Object reference : account.value().list("secrets")) {
            if (reference instanceof MapValue map && map.string("name").equals(secret.name())) {
                return true;
            }
        }
        return false;
    }

    private Set<String> mounted(String namespace) {
        Set<String> names = new HashSet<>();
        for (Pod pod : context.pods().informer().list(namespace)) {
            collect(pod.value().map("spec"), names);
        }
        return names;
    }

    /** All names that could be those of secrets: one too many only keeps a secret. */
    private static void collect(@Nullable Object value, Set<String> names) {
        switch (value) {
            case MapValue map ->
                map.forEach(entry -> {
                    String key = entry.getKey();
                    if (entry.getValue() instanceof String text && (key.equals("secretName") || key.equals("name"))) {
                        names.add(text);
                    } else {
                        collect(entry.getValue(), names);
                    }
                });
            case ListValue list -> list.forEach(item -> collect(item, names));
            case null, default -> {
                // neither has names in it
            }
        }
    }

    private void invalidate(Secret secret, LocalDate today) {
        MapValue metadata = MapValue.of("uid", secret.uid(), "labels", MapValue.of(INVALID_SINCE, today.toString()));
        try {
            context.client()
                    .resource(Secret.KIND)
                    .in(secret.namespace())
                    .patch(secret.name(), Patch.merge(MapValue.of("metadata", metadata)));
        } catch (StatusException e) {
            if (e.code() != 404 && e.code() != 409) {
                throw e;
            }
        }
    }

    private void delete(Secret secret) {
        try {
            context.client()
                    .resource(Secret.KIND)
                    .in(secret.namespace())
                    .delete(
                            secret.name(),
                            DeleteOptions.EMPTY.withPreconditions(
                                    p -> p.withResourceVersion(secret.resourceVersion())));
        } catch (StatusException e) {
            if (e.code() != 404 && e.code() != 409) {
                throw e;
            }
        }
    }
}
