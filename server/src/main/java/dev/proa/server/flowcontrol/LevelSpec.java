package dev.proa.server.flowcontrol;

import dev.proa.api.value.MapValue;
import org.jspecify.annotations.Nullable;

/**
 * A PriorityLevelConfiguration, read once. Immutable.
 *
 * @param uid empty when it is no object
 * @param isExempt whether its requests never wait
 * @param shares {@code nominalConcurrencyShares}
 * @param lendablePercent how much of its limit others may use
 * @param borrowingLimitPercent how much of its limit it may use of others; null for all there is
 * @param queuing null when requests beyond the limit are refused
 */
record LevelSpec(
        String name,
        String uid,
        boolean isExempt,
        long shares,
        long lendablePercent,
        @Nullable Long borrowingLimitPercent,
        @Nullable Queuing queuing) {

    /**
     * How requests wait.
     *
     * @param hand to how many of the queues a flow may add
     * @param length how many may wait in one
     */
    record Queuing(int queues, int hand, int length) {}

    static LevelSpec of(MapValue object) {
        MapValue metadata = object.map("metadata");
        MapValue spec = object.map("spec");
        boolean exempt = spec.string("type").equals("Exempt");
        MapValue level = spec.map(exempt ? "exempt" : "limited");
        MapValue response = level.map("limitResponse");
        MapValue queuing = response.map("queuing");
        return new LevelSpec(
                metadata.string("name"),
                metadata.string("uid"),
                exempt,
                level.integer("nominalConcurrencyShares", exempt ? 0 : 30),
                level.integer("lendablePercent", 0),
                level.has("borrowingLimitPercent") ? (Long) level.integer("borrowingLimitPercent", 0) : null,
                response.string("type").equals("Queue")
                        ? new Queuing(
                                (int) Math.max(1, queuing.integer("queues", 64)),
                                (int) Math.max(1, queuing.integer("handSize", 8)),
                                (int) Math.max(1, queuing.integer("queueLengthLimit", 50)))
                        : null);
    }
}
