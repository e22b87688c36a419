package dev.proa.control.scheduler.preemption;

import dev.proa.control.scheduler.framework.Code;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.Handle;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.NodeStatuses;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.scheduler.framework.Victims;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds out which pods would have to go from each of some nodes for a pod to fit there. Nothing is changed but copies of the state.
 *
 * @param handle runs the filters
 * @param state of the attempt that found no node
 * @param pod that wants a node
 */
public record DryRun(Handle handle, CycleState state, PodInfo pod, DisruptionBudgets budgets, Importance importance) {
    /**
     * What was found.
     *
     * @param candidates the victims by node; nodes where no budget is violated come first
     * @param statuses why there is none on other nodes that were looked at
     * @param failures the messages of plugins that failed
     */
    public record Found(Map<String, Victims> candidates, NodeStatuses statuses, List<String> failures) {}

    /**
     * Looks at nodes until there are enough candidates, at least one of them without violating a budget.
     *
     * @param offset of the first node to try, so that pods do not all try the same ones
     */
    public Found run(List<NodeInfo> nodes, int offset, int enough) {
        Map<String, Victims> candidates = new LinkedHashMap<>();
        Map<String, Victims> violating = new LinkedHashMap<>();
        Found found = new Found(candidates, new NodeStatuses(), new ArrayList<>());
        for (int i = 0; i < nodes.size(); i++) {
            NodeInfo node = nodes.get((offset + i) % nodes.size());
            List<PodInfo> victims = new ArrayList<>();
            Simulation simulation = new Simulation(state.copy(), node);
            Status status = simulation.select(victims);
            if (status.isSuccess()) {
                Victims of = new Victims(victims, simulation.violations);
                (of.violations() == 0 ? candidates : violating).put(node.name(), of);
                if (!candidates.isEmpty() && candidates.size() + violating.size() >= enough) {
                    break;
                }
            } else {
                found.statuses.set(node.name(), status);
                if (status.code() == Code.ERROR) {
                    found.failures.add(status.message());
                }
            }
        }
        violating.entrySet().stream()
                .limit(enough)
                .forEach(candidate -> candidates.put(candidate.getKey(), candidate.getValue()));
        return found;
    }

    /** One node, on which pods are missing. */
    private final class Simulation {
        private final CycleState copy;
        private NodeInfo node;
        private Status failure = Status.SUCCESS;
        private long violations;

        Simulation(CycleState copy, NodeInfo node) {
            this.copy = copy;
            this.node = node;
        }

        /** Takes all pods of a lower priority off the node, then puts back as many as still fit, the most important first. */
        Status select(List<PodInfo> victims) {
            List<PodInfo> lower = new ArrayList<>(node.pods().stream()
                    .filter(other -> other.priority() < pod.priority())
                    .toList());
            if (lower.isEmpty()) {
                return Status.unresolvable("No preemption victims found for incoming pod");
            }
            for (PodInfo other : lower) {
                if (!remove(other)) {
                    return failure;
                }
            }
            Status status = handle.filterWithNominatedPods(copy, pod, node);
            if (!status.isSuccess()) {
                return status;
            }
            lower.sort(importance.order());
            DisruptionBudgets.Split split = budgets.split(lower);
            reprieve(split.violating(), victims);
            violations = victims.size();
            reprieve(split.others(), victims);
            if (!failure.isSuccess()) {
                return failure;
            }
            victims.sort(importance.order());
            return victims.isEmpty()
                    ? Status.error("expected at least one victim pod on node \"" + node.name() + "\"")
                    : Status.SUCCESS;
        }

        private void reprieve(List<PodInfo> pods, List<PodInfo> victims) {
            for (PodInfo other : pods) {
                if (!add(other)) {
                    return;
                }
                if (!handle.filterWithNominatedPods(copy, pod, node).isSuccess()) {
                    victims.add(other);
                    if (!remove(other)) {
                        return;
                    }
                }
            }
        }

        private boolean remove(PodInfo other) {
            node = node.without(other);
            return noted(handle.preFilterRemovePod(copy, pod, other, node));
        }

        private boolean add(PodInfo other) {
            node = node.with(other);
            return noted(handle.preFilterAddPod(copy, pod, other, node));
        }

        private boolean noted(Status status) {
            if (!status.isSuccess()) {
                failure = Status.error(status.message());
            }
            return failure.isSuccess();
        }
    }
}
