package dev.proa.control.scheduler.framework;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A pod in the scheduling queue.
 *
 * @param queued when it came into the queue, or came back to it
 * @param sequence orders pods that were queued at the same time
 * @param attempts how often it was tried
 * @param unschedulableCount how often it was rejected
 * @param consecutiveErrors how often trying it has failed for another reason since it was last rejected
 * @param unschedulablePlugins the plugins that rejected it the last time; empty when it was not tried, or trying it failed
 * @param pendingPlugins those of the plugins that rejected it which wait for something outside ({@link Code#PENDING})
 * @param gatingPlugin the plugin that keeps it out of the active queue; empty when none does
 * @param history when it was tried
 */
public record QueuedPodInfo(
        PodInfo info,
        Instant queued,
        long sequence,
        int attempts,
        int unschedulableCount,
        int consecutiveErrors,
        Set<String> unschedulablePlugins,
        Set<String> pendingPlugins,
        String gatingPlugin,
        History history) {
    /**
     * For metrics: when a pod was tried.
     *
     * @param first when it was tried for the first time; null when it was not yet
     * @param last when the last attempt began
     * @param flushed whether it was brought back by time alone, and not by an event
     */
    public record History(@Nullable Instant first, @Nullable Instant last, boolean flushed) {
        static final History NONE = new History(null, null, false);

        History tried(Instant now) {
            return new History(first == null ? now : first, now, flushed);
        }

        History with(boolean isFlushed) {
            return new History(first, last, isFlushed);
        }
    }

    public static QueuedPodInfo of(PodInfo info, Instant queued, long sequence) {
        return new QueuedPodInfo(info, queued, sequence, 0, 0, 0, Set.of(), Set.of(), "", History.NONE);
    }

    /** With an attempt more, which begins now. */
    public QueuedPodInfo tried(Instant now) {
        return new QueuedPodInfo(
                info,
                queued,
                sequence,
                attempts + 1,
                unschedulableCount,
                consecutiveErrors,
                unschedulablePlugins,
                pendingPlugins,
                "",
                history.tried(now));
    }

    /** Back in the queue because plugins rejected it. */
    public QueuedPodInfo rejected(PodInfo newest, Set<String> by, Set<String> pending, Instant at, long number) {
        return new QueuedPodInfo(
                newest,
                at,
                number,
                attempts,
                unschedulableCount + 1,
                0,
                Set.copyOf(by),
                Set.copyOf(pending),
                gatingPlugin,
                history.with(false));
    }

    /** Back in the queue because trying it failed. */
    public QueuedPodInfo failed(PodInfo newest, Instant at, long number) {
        return new QueuedPodInfo(
                newest,
                at,
                number,
                attempts,
                unschedulableCount,
                consecutiveErrors + 1,
                Set.of(),
                Set.of(),
                gatingPlugin,
                history.with(false));
    }

    /** Kept out of the active queue by a plugin, whose events it waits for. */
    public QueuedPodInfo gatedBy(String plugin) {
        Set<String> plugins = new HashSet<>(unschedulablePlugins);
        plugins.add(plugin);
        return with(info, Set.copyOf(plugins), plugin, history);
    }

    /** The same pod, changed. */
    public QueuedPodInfo with(PodInfo newer) {
        return with(newer, unschedulablePlugins, gatingPlugin, history);
    }

    /** Brought back by time alone. */
    public QueuedPodInfo flushed() {
        return with(info, unschedulablePlugins, gatingPlugin, history.with(true));
    }

    private QueuedPodInfo with(PodInfo newInfo, Set<String> rejectors, String gate, History newHistory) {
        return new QueuedPodInfo(
                newInfo,
                queued,
                sequence,
                attempts,
                unschedulableCount,
                consecutiveErrors,
                rejectors,
                pendingPlugins,
                gate,
                newHistory);
    }

    public boolean isGated() {
        return !gatingPlugin.isEmpty();
    }

    /** Whether plugins rejected it the last time it was tried. */
    public boolean isRejected() {
        return !unschedulablePlugins.isEmpty() || !pendingPlugins.isEmpty();
    }

    public String uid() {
        return info.uid();
    }
}
