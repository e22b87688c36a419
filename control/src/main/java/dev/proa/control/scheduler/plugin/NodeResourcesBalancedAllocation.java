package dev.proa.control.scheduler.plugin;

import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PodRequests;
import dev.proa.control.scheduler.framework.Status;
import java.util.List;

/**
 * Prefers nodes on which the pod makes the use of processors and memory, or of other resources, more alike. What counts is the
 * improvement: around 75 when nothing changes, towards 100 when the balance gets better, towards 50 when it gets worse.
 */
public final class NodeResourcesBalancedAllocation implements Plugin.PreScore, Plugin.Score {
    private final List<String> resources;

    public NodeResourcesBalancedAllocation() {
        this(List.of("cpu", "memory"));
    }

    public NodeResourcesBalancedAllocation(List<String> resources) {
        this.resources = List.copyOf(resources);
    }

    @Override
    public String name() {
        return "NodeResourcesBalancedAllocation";
    }

    /** Pods that request none of the resources are skipped, or they would all go to one node. */
    @Override
    public Status preScore(CycleState state, PodInfo pod, List<NodeInfo> nodes) {
        for (String resource : resources) {
            if (requested(pod.requests(), resource) != 0) {
                return Status.SUCCESS;
            }
        }
        return Status.SKIP;
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        long with = balance(node, pod.requests(), pod.requests());
        long without = balance(node, pod.requests(), PodRequests.NOTHING);
        return MAX_SCORE / 2 + (MAX_SCORE / 2 + with - without) / 2;
    }

    /** 100 less the standard deviation of all shares, in percent; 100 for a node that has only one of the resources. */
    private long balance(NodeInfo node, PodRequests pod, PodRequests added) {
        double sum = 0;
        double first = 0;
        int count = 0;
        for (String resource : resources) {
            if (allocatable(node, pod, resource) > 0) {
                double share = share(node, pod, added, resource);
                first = count == 0 ? share : first;
                sum += share;
                count++;
            }
        }
        double deviation = 0;
        if (count == 2) {
            deviation = Math.abs((first - (sum - first)) / 2);
        } else if (count > 2) {
            double mean = sum / count;
            double squares = 0;
            for (String resource : resources) {
                if (allocatable(node, pod, resource) > 0) {
                    double difference = share(node, pod, added, resource) - mean;
                    squares += difference * difference;
                }
            }
            deviation = Math.sqrt(squares / count);
        }
        return (long) ((1 - deviation) * MAX_SCORE);
    }

    private static double share(NodeInfo node, PodRequests pod, PodRequests added, String resource) {
        long requested = requested(node.requested(), resource) + requested(added, resource);
        return Math.min(1, (double) requested / allocatable(node, pod, resource));
    }

    /** 0 also for an extended resource or such that the pod does not ask for: it must not count. */
    private static long allocatable(NodeInfo node, PodRequests pod, String resource) {
        return switch (resource) {
            case "cpu" -> node.allocatableCpu();
            case "memory" -> node.allocatableMemory();
            case "ephemeral-storage" -> node.allocatable(resource);
            default -> requested(pod, resource) == 0 ? 0 : node.allocatable(resource);
        };
    }

    private static long requested(PodRequests requests, String resource) {
        return switch (resource) {
            case "cpu" -> requests.milliCpu();
            case "memory" -> requests.memory();
            default -> requests.others().getOrDefault(resource, 0L);
        };
    }
}
