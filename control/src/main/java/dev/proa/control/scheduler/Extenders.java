package dev.proa.control.scheduler;

import dev.proa.control.scheduler.framework.Extender;
import dev.proa.control.scheduler.framework.ExtenderException;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Status;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the extenders of a scheduler. */
final class Extenders {
    /** What a pod has among the plugins that rejected it when an extender did: any event may help it. */
    static final String NAME = "Extender";

    private static final Logger LOG = LoggerFactory.getLogger(Extenders.class);
    private static final long MAX_PRIORITY = 10;

    private final List<Extender> all;

    Extenders(List<Extender> all) {
        this.all = List.copyOf(all);
    }

    boolean filters() {
        return all.stream().anyMatch(Extender::filters);
    }

    boolean prioritizes() {
        return all.stream().anyMatch(Extender::prioritizes);
    }

    /**
     * Those of the nodes that all extenders leave, one after the other.
     *
     * @param diagnosis takes why they do not leave the others
     * @throws ExtenderException of one that must not be ignored
     */
    List<NodeInfo> filter(PodInfo pod, List<NodeInfo> nodes, Diagnosis diagnosis) {
        List<NodeInfo> left = nodes;
        for (Extender extender : all) {
            if (left.isEmpty()) {
                break;
            }
            if (!extender.filters() || !extender.isInterested(pod)) {
                continue;
            }
            try {
                Extender.Filtered filtered = extender.filter(pod, left);
                filtered.failed().forEach((node, why) -> diagnosis.add(node, Status.unschedulable(why)));
                filtered.unresolvable().forEach((node, why) -> diagnosis.add(node, Status.unresolvable(why)));
                left = filtered.nodes();
            } catch (ExtenderException e) {
                ignore(extender, e);
            }
        }
        if (left.size() != nodes.size()) {
            diagnosis.addPlugin(NAME);
        }
        return left;
    }

    private static void ignore(Extender extender, ExtenderException e) {
        if (!extender.isIgnorable()) {
            throw e;
        }
        LOG.info("Extender {} is ignored: {}", extender.name(), e.getMessage());
    }

    /** Adds the scores of all extenders, which are asked at the same time; those that fail give none. */
    void prioritize(PodInfo pod, List<NodeInfo> nodes, long[] totals) {
        List<Extender> asked = all.stream()
                .filter(extender -> extender.prioritizes() && extender.isInterested(pod))
                .toList();
        if (asked.isEmpty()) {
            return;
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Map<String, Long>>> answers = asked.stream()
                    .map(extender -> threads.submit(() -> extender.prioritize(pod, nodes)))
                    .toList();
            for (Future<Map<String, Long>> answer : answers) {
                add(answer, nodes, totals);
            }
        }
    }

    private static void add(Future<Map<String, Long>> answer, List<NodeInfo> nodes, long[] totals) {
        try {
            Map<String, Long> scores = answer.get();
            for (int i = 0; i < totals.length; i++) {
                totals[i] += scores.getOrDefault(nodes.get(i).name(), 0L) * (Plugin.Score.MAX_SCORE / MAX_PRIORITY);
            }
        } catch (ExecutionException e) {
            LOG.debug("An extender has not scored nodes: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the scheduler is closing
        }
    }

    /** Has the first extender that binds pods bind it; null when there is none for this pod. */
    @Nullable
    Status bind(PodInfo pod, String node) {
        for (Extender extender : all) {
            if (extender.binds() && extender.isInterested(pod)) {
                try {
                    extender.bind(pod, node);
                    return Status.SUCCESS;
                } catch (ExtenderException e) {
                    if (!extender.isIgnorable()) {
                        return Status.error(e);
                    }
                    LOG.info("Extender {} is ignored: {}", extender.name(), e.getMessage());
                }
            }
        }
        return null;
    }
}
