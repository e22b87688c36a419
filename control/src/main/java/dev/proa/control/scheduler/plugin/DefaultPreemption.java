package dev.proa.control.scheduler.plugin;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.policy.v1.PodDisruptionBudget;
import dev.proa.client.informer.Informer;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import dev.proa.control.scheduler.framework.Code;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.Extender;
import dev.proa.control.scheduler.framework.ExtenderException;
import dev.proa.control.scheduler.framework.Handle;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.NodeStatuses;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PostFilterResult;
import dev.proa.control.scheduler.framework.Snapshot;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.scheduler.framework.Victims;
import dev.proa.control.scheduler.preemption.DisruptionBudgets;
import dev.proa.control.scheduler.preemption.DryRun;
import dev.proa.control.scheduler.preemption.Evictions;
import dev.proa.control.scheduler.preemption.Importance;
import dev.proa.control.scheduler.preemption.NodeChoice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes room for a pod that fits on no node by evicting pods of a lower priority, so that as few PodDisruptionBudgets are violated and as
 * few and unimportant pods go as possible. Until its victims are evicted the pod is kept out of the queue.
 */
public final class DefaultPreemption implements Plugin.PostFilter, Plugin.PreEnqueue, Plugin.EnqueueExtensions {
    private static final String NAME = "DefaultPreemption";
    private static final Status EVICTING =
            Status.unresolvable("waiting for the preemption for this pod to be finished");

    private final Handle handle;
    private final DefaultPreemptionArgs args;
    private final Informer<Pod> pods;
    private final Informer<PodDisruptionBudget> budgets;
    private final Evictions evictions;

    public DefaultPreemption(DefaultPreemptionArgs args, Handle handle) {
        this.handle = handle;
        this.args = args;
        this.pods = handle.informers().informer(Pod.KIND);
        this.budgets = handle.informers().informer(PodDisruptionBudget.KIND);
        this.evictions = new Evictions(handle, NAME);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Status preEnqueue(PodInfo pod) {
        return evictions.holdBack(pod.uid()) ? EVICTING : Status.SUCCESS;
    }

    /** Whether the end of a victim helps the pod is for the plugins to say that have rejected the pod. */
    @Override
    public List<EventRegistration> eventsToRegister() {
        return List.of(
                new EventRegistration(ClusterEvent.of(ClusterEvent.POD, Action.DELETE), (pod, before, after) -> false));
    }

    @Override
    public PostFilterResult postFilter(CycleState state, PodInfo pod, NodeStatuses nodes) {
        handle.metrics().preemptionAttempted();
        PostFilterResult result = preempt(state, pod, nodes);
        Status status = result.status();
        return status.reasons().isEmpty()
                ? result
                : new PostFilterResult(
                        new Status(
                                status.code(),
                                List.of("preemption: " + status.message()),
                                status.plugin(),
                                status.cause()),
                        result.nominatedNode());
    }

    private PostFilterResult preempt(CycleState state, PodInfo tried, NodeStatuses nodes) {
        Pod newest = pods.get(tried.pod().namespace(), tried.pod().name());
        if (newest == null) {
            return unchanged(Status.error("pod \"" + tried.pod().name() + "\" not found"));
        }
        PodInfo pod = tried.with(newest);
        String ineligible = ineligible(pod, state.snapshot(), nodes);
        if (ineligible != null) {
            return unchanged(Status.unschedulable(ineligible));
        }
        Importance importance = new Importance(handle.clock().instant());
        DryRun.Found found = dryRun(state, pod, nodes, importance);
        if (found.candidates().isEmpty()) {
            return found.failures().isEmpty()
                    ? new PostFilterResult(
                            Status.unschedulable(
                                    found.statuses().message(state.snapshot().size())),
                            "")
                    : unchanged(Status.error(
                            found.failures().size() == 1
                                    ? found.failures().getFirst()
                                    : found.failures().toString()));
        }
        Map<String, Victims> candidates;
        try {
            candidates = askExtenders(pod, found.candidates(), state.snapshot());
        } catch (ExtenderException e) {
            return unchanged(Status.error(e));
        }
        if (candidates.isEmpty()) {
            return unchanged(Status.unschedulable("no candidate node for preemption"));
        }
        String node = NodeChoice.best(candidates, importance, handle.random());
        evictions.start(pod, node, candidates.getOrDefault(node, new Victims(List.of(), 0)));
        return new PostFilterResult(Status.SUCCESS, node);
    }

    private static PostFilterResult unchanged(Status status) {
        return new PostFilterResult(status, null);
    }

    /** Why the pod may not preempt others; null if it may. */
    private @Nullable String ineligible(PodInfo pod, Snapshot snapshot, NodeStatuses nodes) {
        if (pod.pod().spec().preemptionPolicy().equals("Never")) {
            return "not eligible due to preemptionPolicy=Never.";
        }
        String nominated = pod.pod().status().nominatedNodeName();
        if (nominated.isEmpty() || nodes.get(nominated).code() == Code.UNSCHEDULABLE_AND_UNRESOLVABLE) {
            return null;
        }
        NodeInfo node = snapshot.get(nominated);
        boolean victimsGo = node != null
                && node.pods().stream()
                        .anyMatch(other -> other.priority() < pod.priority() && Evictions.isVictim(other.pod()));
        return victimsGo ? "not eligible due to a terminating pod on the nominated node." : null;
    }

    private DryRun.Found dryRun(CycleState state, PodInfo pod, NodeStatuses nodes, Importance importance) {
        List<NodeInfo> possible = nodes.nodes(state.snapshot(), Code.UNSCHEDULABLE);
        DryRun.Found found = possible.isEmpty()
                ? new DryRun.Found(Map.of(), new NodeStatuses(), List.of())
                : new DryRun(handle, state, pod, new DisruptionBudgets(budgets.list()), importance)
                        .run(possible, handle.random().nextInt(possible.size()), args.candidates(possible.size()));
        found.statuses().setAbsent(Status.unresolvable("Preemption is not helpful for scheduling"));
        return found;
    }

    /** Leaves those candidates that all extenders agree to. */
    private Map<String, Victims> askExtenders(PodInfo pod, Map<String, Victims> all, Snapshot snapshot) {
        Map<String, Victims> left = all;
        for (Extender extender : handle.extenders()) {
            if (left.isEmpty()) {
                break;
            }
            if (!extender.preempts() || !extender.isInterested(pod)) {
                continue;
            }
            try {
                left = withVictims(extender, extender.preempt(pod, left, snapshot));
            } catch (ExtenderException e) {
                if (!extender.isIgnorable()) {
                    throw e;
                }
            }
        }
        return left;
    }

    private static Map<String, Victims> withVictims(Extender extender, Map<String, Victims> answer) {
        Map<String, Victims> left = new LinkedHashMap<>();
        answer.forEach((node, victims) -> {
            if (!victims.pods().isEmpty()) {
                left.put(node, victims);
            } else if (!extender.isIgnorable()) {
                throw new ExtenderException("expected at least one victim pod on node \"" + node + "\"");
            }
        });
        return left;
    }
}
