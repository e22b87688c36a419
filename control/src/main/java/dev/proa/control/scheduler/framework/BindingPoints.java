package dev.proa.control.scheduler.framework;

import static dev.proa.control.scheduler.framework.Framework.attempt;
import static dev.proa.control.scheduler.framework.Framework.running;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the plugins of a profile from {@link Plugin.Reserve} to {@link Plugin.PostBind}, for a pod that has been given a node. */
public final class BindingPoints {
    private static final Logger LOG = LoggerFactory.getLogger(BindingPoints.class);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(15);

    private final WaitingPods waiting;
    private final PreBindings preBindings;
    private final List<Plugin.Reserve> reserves;
    private final List<Plugin.Permit> permits;
    private final List<Plugin.PreBind> preBinds;
    private final List<Plugin.Bind> binds;
    private final List<Plugin.PostBind> postBinds;

    BindingPoints(PluginLists plugins, PodsInBinding pods) {
        this.waiting = pods.waiting;
        this.preBindings = pods.preBindings;
        this.reserves = plugins.at(ExtensionPoint.RESERVE, Plugin.Reserve.class);
        this.permits = plugins.at(ExtensionPoint.PERMIT, Plugin.Permit.class);
        this.preBinds = plugins.at(ExtensionPoint.PRE_BIND, Plugin.PreBind.class);
        this.binds = plugins.at(ExtensionPoint.BIND, Plugin.Bind.class);
        this.postBinds = plugins.at(ExtensionPoint.POST_BIND, Plugin.PostBind.class);
    }

    boolean canBind() {
        return !binds.isEmpty();
    }

    /** Runs the {@link Plugin.Reserve}s up to the first that does not succeed; the caller must then {@link #unreserve}. */
    public Status reserve(CycleState state, PodInfo pod, String node) {
        for (Plugin.Reserve plugin : reserves) {
            Status status = attempt(() -> plugin.reserve(state, pod, node));
            if (!status.isSuccess()) {
                return rejectedOrError(status, "Reserve", plugin);
            }
        }
        return Status.SUCCESS;
    }

    /** Undoes what all {@link Plugin.Reserve}s have reserved, in reverse order. One that throws does not keep the others from it. */
    public void unreserve(CycleState state, PodInfo pod, String node) {
        for (Plugin.Reserve plugin : reserves.reversed()) {
            try {
                plugin.unreserve(state, pod, node);
            } catch (RuntimeException e) {
                LOG.error("Plugin {} could not unreserve pod {} on node {}", plugin.name(), pod.name(), node, e);
            }
        }
    }

    /** Runs the {@link Plugin.Permit}s; after a status of {@link Code#WAIT}, {@link #waitOnPermit} blocks. */
    public Status permit(CycleState state, PodInfo pod, String node) {
        Map<String, Duration> timeouts = new HashMap<>();
        for (Plugin.Permit plugin : permits) {
            PermitResult result;
            try {
                result = plugin.permit(state, pod, node);
            } catch (RuntimeException e) {
                result = PermitResult.of(Status.error(e));
            }
            if (result.status().isWait()) {
                boolean tooLong = result.timeout().compareTo(LONGEST_WAIT) > 0;
                timeouts.put(plugin.name(), tooLong ? LONGEST_WAIT : result.timeout());
            } else if (!result.status().isSuccess()) {
                return rejectedOrError(result.status(), "Permit", plugin);
            }
        }
        if (timeouts.isEmpty()) {
            return Status.SUCCESS;
        }
        waiting.add(pod, timeouts);
        return Status.WAIT;
    }

    /** Whether the pod waits for a permit. */
    public boolean willWaitOnPermit(PodInfo pod) {
        return waiting.get(pod.uid()) != null;
    }

    /** Blocks until the pod is allowed, rejected or its time is over; returns at once when it does not wait. */
    public Status waitOnPermit(PodInfo pod) {
        return waiting.await(pod);
    }

    /** Rejects all pods that wait for a permit. */
    public void close() {
        waiting.all().forEach(pod -> pod.reject("", "the scheduler is closing"));
    }

    /**
     * Asks all {@link Plugin.PreBind}s whether they have something to do.
     *
     * @return success when any has, {@link Code#SKIP} when none has, or an error
     */
    public Status preBindPreFlight(CycleState state, PodInfo pod, String node) {
        Set<String> skipped = new HashSet<>();
        for (Plugin.PreBind plugin : preBinds) {
            Status status = attempt(() -> plugin.preBindPreFlight(state, pod, node));
            if (status.isSkip()) {
                skipped.add(plugin.name());
            } else if (!status.isSuccess()) {
                return status.errorAt("running PreBindPreFlight \"" + plugin.name() + "\"")
                        .by(plugin.name());
            }
        }
        if (!skipped.isEmpty()) {
            state.skipPreBinds(skipped);
        }
        return skipped.size() == preBinds.size() ? Status.SKIP : Status.SUCCESS;
    }

    /**
     * Runs the {@link Plugin.PreBind}s that have something to do, up to the first that does not succeed. As long as they run, another
     * pod may preempt this one.
     */
    public Status preBind(CycleState state, PodInfo pod, String node) {
        preBindings.begin(pod.uid());
        Status status;
        @Nullable String cancelled;
        try {
            status = runPreBinds(state, pod, node);
        } finally {
            cancelled = preBindings.end(pod.uid());
        }
        return cancelled != null && status.isSuccess() ? Status.error(cancelled) : status;
    }

    private Status runPreBinds(CycleState state, PodInfo pod, String node) {
        for (Plugin.PreBind plugin : preBinds) {
            if (state.skippedPreBinds().contains(plugin.name())) {
                continue;
            }
            Status status = attempt(() -> plugin.preBind(state, pod, node));
            if (!status.isSuccess()) {
                return rejectedOrError(status, "PreBind", plugin);
            }
        }
        return Status.SUCCESS;
    }

    /** Runs the {@link Plugin.Bind}s up to the first that does not skip the pod. */
    public Status bind(CycleState state, PodInfo pod, String node) {
        for (Plugin.Bind plugin : binds) {
            Status status = attempt(() -> plugin.bind(state, pod, node));
            if (!status.isSkip()) {
                return status.isSuccess() ? status : rejectedOrError(status, "Bind", plugin);
            }
        }
        return Status.error("all Bind plugins skipped the pod");
    }

    /** Tells all {@link Plugin.PostBind}s; the pod stays bound whatever they throw. */
    public void postBind(CycleState state, PodInfo pod, String node) {
        for (Plugin.PostBind plugin : postBinds) {
            try {
                plugin.postBind(state, pod, node);
            } catch (RuntimeException e) {
                LOG.error("Plugin {} failed after pod {} was bound to node {}", plugin.name(), pod.name(), node, e);
            }
        }
    }

    private static Status rejectedOrError(Status status, String point, Plugin plugin) {
        return (status.isRejected() ? status : status.errorAt(running(point, plugin))).by(plugin.name());
    }
}
