package dev.proa.server.store;

/**
 * Selects the changes of its resource and namespace that a {@link Watch} delivers. Each change is checked once for all watches with
 * equal filters, and watches that it does not match are not woken: of a hundred nodes that watch their own pods, one is.
 *
 * <p>Implementations are immutable, say by {@code equals} when they are the same, and neither block nor fail: they are asked on the
 * thread that commits.
 */
@FunctionalInterface
public interface WatchFilter {
    /** Matches every change. */
    WatchFilter ALL = event -> true;

    /** Whether to deliver a change. */
    boolean matches(Watch.Event event);
}
