package dev.proa.control.node;

import dev.proa.api.coordination.v1.Lease;
import dev.proa.api.core.v1.Node;
import dev.proa.api.value.MapValue;
import dev.proa.control.shared.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Remembers when the last heartbeat of each node was seen, by this program's own clock: clocks of nodes may be wrong, so all that
 * counts is that a heartbeat differs from the one before. Thread-safe.
 */
final class Heartbeats {
    private final Map<String, Beat> beats = new ConcurrentHashMap<>();

    /** Notes the heartbeat of a node, if it is a new one. */
    void observe(Node node, @Nullable Lease lease, Instant now) {
        MapValue ready = Pods.condition(node, "Ready");
        Object status = ready == null ? null : ready.get("lastHeartbeatTime");
        Object renewed = lease == null ? null : lease.value().map("spec").get("renewTime");
        beats.compute(node.name(), (name, before) -> {
            boolean same =
                    before != null && Objects.equals(before.status, status) && Objects.equals(before.renewed, renewed);
            return before != null && same ? before : new Beat(status, renewed, now);
        });
    }

    /** How long a node has been silent. */
    Duration silence(String node, Instant now) {
        Beat beat = beats.get(node);
        return beat == null ? Duration.ZERO : Duration.between(beat.seen, now);
    }

    void forget(String node) {
        beats.remove(node);
    }

    private record Beat(@Nullable Object status, @Nullable Object renewed, Instant seen) {}
}
