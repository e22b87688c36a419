package dev.proa.server.store;

/**
 * Which changes of its resource and namespace a {@link Watch} is told of. Each change is decided on once for all watches with equal
 * interests, and those whom it does not concern are not woken: of a hundred nodes that watch their own pods, one.
 *
 * <p>Implementations are immutable, say by {@code equals} when they are the same, and neither block nor fail: they are asked on the
 * thread that commits.
 */
@FunctionalInterface
public interface Interest {
    /** Every change. */
    Interest ALL = event -> true;

    /** Whether to tell of a change. */
    boolean concerns(Watch.Event event);
}
