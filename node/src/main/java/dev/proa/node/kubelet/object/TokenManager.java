package dev.proa.node.kubelet.object;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.ServiceAccount;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Service account tokens for pods: bound to the pod, obtained by TokenRequest, and renewed after 80 % of their lifetime
 * or 24 hours. Thread-safe.
 */
public final class TokenManager {
    private final Client client;
    private final Clock clock;
    private final Map<String, Map<Wanted, Held>> byPod = new ConcurrentHashMap<>();

    public TokenManager(Client client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    /**
     * A token that need not be renewed yet. Blocks to request one if necessary.
     *
     * @param audience empty for the API server's
     * @param expirationSeconds requested lifetime
     */
    public String token(Pod pod, String audience, long expirationSeconds) {
        Wanted wanted = new Wanted(audience, expirationSeconds);
        Map<Wanted, Held> held = byPod.computeIfAbsent(pod.uid(), uid -> new ConcurrentHashMap<>());
        Held now = held.get(wanted);
        if (now == null || !now.refreshAt.isAfter(clock.instant())) {
            now = request(pod, audience, expirationSeconds);
            held.put(wanted, now);
        }
        return now.token;
    }

    /** When a token of the pod has to be renewed next. */
    @Nullable
    public Instant refreshAt(String podUid) {
        Map<Wanted, Held> held = byPod.get(podUid);
        if (held == null) {
            return null;
        }
        return held.values().stream()
                .map(token -> token.refreshAt)
                .min(Instant::compareTo)
                .orElse(null);
    }

    public void forget(String podUid) {
        byPod.remove(podUid);
    }

    private Held request(Pod pod, String audience, long expirationSeconds) {
        Instant now = clock.instant();
        MapValue spec = MapValue.of(
                "audiences", audience.isEmpty() ? ListValue.EMPTY : ListValue.of(audience),
                "expirationSeconds", expirationSeconds == 0 ? 3600L : expirationSeconds,
                "boundObjectRef", MapValue.of("apiVersion", "v1", "kind", "Pod", "name", pod.name(), "uid", pod.uid()));
        String account = pod.spec().serviceAccountName().isEmpty()
                ? "default"
                : pod.spec().serviceAccountName();
        MapValue answer = client.resource(ServiceAccount.KIND)
                .in(pod.namespace())
                .subresource(
                        "create",
                        account,
                        "token",
                        MapValue.of("apiVersion", "authentication.k8s.io/v1", "kind", "TokenRequest", "spec", spec));
        MapValue status = answer.map("status");
        Instant expires = Times.parse(status.get("expirationTimestamp"));
        Duration life = expires == null ? Duration.ofHours(1) : Duration.between(now, expires);
        Duration keep = life.multipliedBy(4).dividedBy(5);
        Duration day = Duration.ofHours(24);
        return new Held(status.string("token"), now.plus(keep.compareTo(day) < 0 ? keep : day));
    }

    private record Wanted(String audience, long expirationSeconds) {}

    private record Held(String token, Instant refreshAt) {
        @Override
        public String toString() {
            return "token to be renewed at " + refreshAt;
        }
    }
}
