package dev.proa.control.scheduler.plugin;

import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodRequests;
import java.util.List;

/**
 * How {@link NodeResourcesFit} scores nodes by what is requested of them.
 *
 * @param resources with at least one
 * @param shape of {@link Type#REQUESTED_TO_CAPACITY_RATIO}: the score at each utilization, in the order of these; else empty
 */
public record ScoringStrategy(Type type, List<Weighted> resources, List<Point> shape) {
    static final ScoringStrategy DEFAULT = new ScoringStrategy(
            Type.LEAST_ALLOCATED, List.of(new Weighted("cpu", 1), new Weighted("memory", 1)), List.of());
    private static final int MAX_SHAPE_SCORE = 10;

    /** What is good about a node. */
    public enum Type {
        /** That much is left. */
        LEAST_ALLOCATED,
        /** That little is left. */
        MOST_ALLOCATED,
        /** What the shape says. */
        REQUESTED_TO_CAPACITY_RATIO
    }

    /** A resource and how much it counts beside others. */
    public record Weighted(String resource, long weight) {}

    /**
     * A point of the shape; between two points the score changes linearly.
     *
     * @param utilization in percent
     * @param score from 0 to 10
     */
    public record Point(int utilization, int score) {}

    public ScoringStrategy {
        resources = List.copyOf(resources);
        shape = List.copyOf(shape);
    }

    /** The weighted average of the scores of all resources that the node has; 0 when it has none of them. */
    long score(PodRequests pod, NodeInfo node) {
        long sum = 0;
        long weights = 0;
        for (Weighted each : resources) {
            long allocatable = allocatable(each.resource, pod, node);
            if (allocatable == 0) {
                continue;
            }
            long score = score(requested(each.resource, pod, node), allocatable);
            if (score > 0 || type != Type.REQUESTED_TO_CAPACITY_RATIO) {
                sum += score * each.weight;
                weights += each.weight;
            }
        }
        if (weights == 0) {
            return 0;
        }
        return type == Type.REQUESTED_TO_CAPACITY_RATIO ? Math.round((double) sum / weights) : sum / weights;
    }

    /** 0 also for an extended resource or such that the pod does not ask for: it must not count. */
    private static long allocatable(String resource, PodRequests pod, NodeInfo node) {
        return switch (resource) {
            case "cpu" -> node.allocatableCpu();
            case "memory" -> node.allocatableMemory();
            case "ephemeral-storage" -> node.allocatable(resource);
            default -> pod.others().getOrDefault(resource, 0L) == 0 ? 0 : node.allocatable(resource);
        };
    }

    private static long requested(String resource, PodRequests pod, NodeInfo node) {
        PodRequests there = node.requested();
        return switch (resource) {
            case "cpu" -> there.scoringCpu() + pod.containersCpu();
            case "memory" -> there.scoringMemory() + pod.containersMemory();
            default -> there.others().getOrDefault(resource, 0L) + pod.others().getOrDefault(resource, 0L);
        };
    }

    private long score(long requested, long allocatable) {
        long within = Math.min(requested, allocatable);
        return switch (type) {
            case LEAST_ALLOCATED -> (allocatable - within) * Plugin.Score.MAX_SCORE / allocatable;
            case MOST_ALLOCATED -> within * Plugin.Score.MAX_SCORE / allocatable;
            case REQUESTED_TO_CAPACITY_RATIO -> shaped(within * 100 / allocatable);
        };
    }

    private long shaped(long utilization) {
        for (int i = 0; i < shape.size(); i++) {
            Point to = shape.get(i);
            if (utilization <= to.utilization) {
                if (i == 0) {
                    return scaled(to);
                }
                Point from = shape.get(i - 1);
                return scaled(from)
                        + (scaled(to) - scaled(from))
                                * (utilization - from.utilization)
                                / (to.utilization - from.utilization);
            }
        }
        return scaled(shape.getLast());
    }

    private static long scaled(Point point) {
        return point.score * (Plugin.Score.MAX_SCORE / MAX_SHAPE_SCORE);
    }
}
