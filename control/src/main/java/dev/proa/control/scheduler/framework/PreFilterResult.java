package dev.proa.control.scheduler.framework;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The result of {@link Plugin.PreFilter}.
 *
 * @param status success, {@link Code#SKIP} when the plugin's filter need not be called, or why the pod fits nowhere
 * @param nodes the names of the only nodes that come into question; null for all
 */
public record PreFilterResult(Status status, @Nullable Set<String> nodes) {
    public static final PreFilterResult ALL_NODES = new PreFilterResult(Status.SUCCESS, null);
    public static final PreFilterResult SKIP = new PreFilterResult(Status.SKIP, null);

    /** Only these nodes. */
    public static PreFilterResult only(Set<String> nodes) {
        return new PreFilterResult(Status.SUCCESS, Set.copyOf(nodes));
    }

    public static PreFilterResult of(Status status) {
        return new PreFilterResult(status, null);
    }

    PreFilterResult and(PreFilterResult other) {
        if (nodes == null || other.nodes == null) {
            return nodes == null ? other : this;
        }
        Set<String> both = new HashSet<>(nodes);
        both.retainAll(other.nodes);
        return only(both);
    }
}
