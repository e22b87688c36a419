package dev.proa.control.scheduler.plugin;

import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.NodeStatuses;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PostFilterResult;
import dev.proa.control.scheduler.framework.PreFilterResult;
import dev.proa.control.scheduler.framework.Status;

/**
 * Takes claims of devices back before pods are preempted. The scheduler does not allocate claims yet, so that there are none to take
 * back; what is left is the part of this plugin in the message of pods that do not fit.
 */
public final class DynamicResources implements Plugin.PreFilter, Plugin.PostFilter {
    private static final CycleState.Key<Seen> SEEN = CycleState.Key.of(Seen.class);
    private static final PostFilterResult NOTHING =
            new PostFilterResult(Status.unschedulable("no new claims to deallocate"), null);
    private static final PostFilterResult NOT_SEEN = new PostFilterResult(Status.error("not found"), null);

    private enum Seen implements CycleState.Data {
        POD;

        @Override
        public CycleState.Data copy() {
            return this;
        }
    }

    @Override
    public String name() {
        return "DynamicResources";
    }

    @Override
    public PreFilterResult preFilter(CycleState state, PodInfo pod) {
        state.write(SEEN, Seen.POD);
        return PreFilterResult.SKIP;
    }

    /** Fails for a pod that a plugin before this one has rejected for good, which ends the attempt to make room for it. */
    @Override
    public PostFilterResult postFilter(CycleState state, PodInfo pod, NodeStatuses nodes) {
        return state.read(SEEN) == null ? NOT_SEEN : NOTHING;
    }
}
