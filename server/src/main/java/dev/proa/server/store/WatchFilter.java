package dev.proa.server.store;

/**
 * Which changes of its resource and namespace a {@link Watch} is told of. Each change is decided on once for all watches with equal
 * filters, and watches that it does not match are not woken: of a hundred nodes that watch their own pods, one.
 *
 * <p>Implementations are immutable, say by {@code equals} when they are the same, and neither block nor fail: they are asked on the
 * thread that commits.
 */
@FunctionalInterface
public interface WatchFilter {
    /** Matches every change. */
    WatchFilter ALL = event -> true;

    /** Whether to tell of a change. */
    boolean matches(Watch.Event event);
}
