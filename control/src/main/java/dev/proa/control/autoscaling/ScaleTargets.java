package dev.proa.control.autoscaling;

import dev.proa.api.autoscaling.v1.Scale;
import dev.proa.api.codec.GoText;
import dev.proa.api.status.StatusException;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.Retry;
import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The resources that autoscalers scale, and their subresource {@code scale}. What discovery told is remembered for half a minute.
 * Thread-safe.
 */
final class ScaleTargets {
    private static final Duration REMEMBERED = Duration.ofSeconds(30);

    private final Client client;
    private final Clock clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    private record Known(Kind<AnyObject> kind, Instant until) {}

    ScaleTargets(Client client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    /**
     * The resource of a kind, in the version that the server prefers.
     *
     * @return null when there is none
     */
    @Nullable
    Kind<AnyObject> find(String group, String kind) {
        String key = group + "/" + kind;
        Instant now = clock.instant();
        Known remembered = known.get(key);
        if (remembered != null && now.isBefore(remembered.until)) {
            return remembered.kind;
        }
        Kind<AnyObject> found = client.discovery().find(group, kind);
        if (found == null) {
            known.remove(key);
        } else {
            known.put(key, new Known(found, now.plus(REMEMBERED)));
        }
        return found;
    }

    /** Why {@link #find} found nothing. */
    static String noMatches(String group, String kind) {
        return "no matches for kind " + GoText.quote(kind) + " in group " + GoText.quote(group);
    }

    Scale read(Kind<AnyObject> kind, String namespace, String name) {
        return new Scale(client.resource(kind).in(namespace).subresource("get", name, "scale", null));
    }

    /**
     * Sets the number of replicas, and tries again when the object was changed meanwhile.
     *
     * @throws StatusException when the server refuses
     */
    void write(Kind<AnyObject> kind, String namespace, String name, Scale scale, int replicas)
            throws InterruptedException {
        AtomicReference<@Nullable Scale> read = new AtomicReference<>(scale);
        Retry.onConflict(clock, () -> {
            Scale first = read.getAndSet(null);
            Scale latest = first == null ? read(kind, namespace, name) : first;
            return client.resource(kind)
                    .in(namespace)
                    .subresource(
                            "update",
                            name,
                            "scale",
                            latest.withSpec(spec -> spec.withReplicas(replicas)).value());
        });
    }
}
