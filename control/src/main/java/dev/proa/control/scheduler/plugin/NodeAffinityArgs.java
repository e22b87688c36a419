package dev.proa.control.scheduler.plugin;

import dev.proa.api.core.v1.NodeSelectorTerm;
import dev.proa.api.core.v1.PreferredSchedulingTerm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The affinity that all pods of a profile have beside their own.
 *
 * @param required the terms of which nodes must match one; null when there is none
 */
public record NodeAffinityArgs(@Nullable List<NodeSelectorTerm> required, List<PreferredSchedulingTerm> preferred) {
    public static final NodeAffinityArgs NONE = new NodeAffinityArgs(null, List.of());

    public NodeAffinityArgs {
        required = required == null ? null : List.copyOf(required);
        preferred = List.copyOf(preferred);
    }
}
