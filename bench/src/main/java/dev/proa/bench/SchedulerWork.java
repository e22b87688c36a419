package dev.proa.bench;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.bench.Line.Figure;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Has a scheduler place pods on nodes that are objects only. Pods are created by several clients at once; the clock runs from the first
 * request until the last pod has a node.
 *
 * @param server of the cluster
 * @param metrics what the scheduler tells of itself, in Prometheus' text format
 * @param scheduler the processes that are the scheduler, perhaps among others
 */
record SchedulerWork(Subject server, Supplier<String> metrics, Collection<Long> scheduler) {
    private static final int CLIENTS = 16;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration CHURN = Duration.ofMillis(200);
    private static final String ATTEMPTS = "scheduler_scheduling_attempt_duration_seconds";
    private static final String DECISIONS = "scheduler_scheduling_algorithm_duration_seconds";

    /** Makes what all shapes need. */
    void prepare() throws InterruptedException {
        for (String namespace : SchedulerShape.NAMESPACES) {
            server.createNamespace(namespace);
        }
        server.create("/apis/scheduling.k8s.io/v1/priorityclasses", Json.decodeMap("""
                {"apiVersion":"scheduling.k8s.io/v1","kind":"PriorityClass","metadata":{"name":"%s"},"value":10}
                """.formatted(
                        SchedulerShape.HIGH_PRIORITY)));
    }

    /** Makes a cluster, measures and removes it again; figures of the whole and of the scheduler. */
    Map<String, Figure> run(SchedulerShape shape, int nodes) throws InterruptedException {
        int initial = shape.initialPods(nodes);
        int measured = shape.measuredPods(nodes);
        fill(shape, nodes, initial);
        Map<String, Figure> figures = measure(shape, nodes, measured);
        clear(shape, nodes, initial, measured);
        return figures;
    }

    private void fill(SchedulerShape shape, int nodes, int pods) throws InterruptedException {
        create("/api/v1/nodes", nodes, shape::node);
        shape.moreNodes().forEach(node -> server.create("/api/v1/nodes", node));
        server.settle(); // what looks at nodes has done so
        try (WatchedCount placed = placed(SchedulerShape.NAMESPACES.getFirst(), pods)) {
            create(pods(SchedulerShape.NAMESPACES.getFirst()), pods, i -> shape.initialPod(i, nodes));
            if (!placed.await(shape.placesInitialPods() ? PATIENCE.multipliedBy(2) : PATIENCE)) {
                throw new IllegalStateException("Of the pods that are to be there before, " + placed.missing() + " of "
                        + pods + " have no node: " + shape.title());
            }
        }
        server.settle();
    }

    private Map<String, Figure> measure(SchedulerShape shape, int nodes, int pods) throws InterruptedException {
        String namespace = SchedulerShape.NAMESPACES.getLast();
        String before = metrics.get();
        try (WatchedCount placed = placed(namespace, pods);
                Churn churn = shape.churns() ? new Churn() : null) {
            long start = System.nanoTime();
            long all = server.processorMicros();
            long alone = ProcessFigures.processorMicros(scheduler);
            create(pods(namespace), pods, shape::measuredPod);
            placed.await(PATIENCE);
            double seconds = (System.nanoTime() - start) / 1e9;
            all = server.processorMicros() - all;
            alone = ProcessFigures.processorMicros(scheduler) - alone;
            checkNodes(shape);
            long missing = placed.missing();
            double done = Math.max(1, pods - missing);
            String unfinished = missing == 0 ? "" : ", %d not within %d s".formatted(missing, PATIENCE.toSeconds());
            String rate = String.format(Locale.ROOT, "%.0f pods/s%s", done / seconds, unfinished);
            Map<String, Figure> figures = new LinkedHashMap<>();
            figures.put(
                    "%s, %d nodes, %d pods".formatted(shape.title(), nodes, pods),
                    new Figure(rate, seconds / done, all / done, "pod"));
            figures.put(
                    "%s, %d nodes: decisions".formatted(shape.title(), nodes),
                    decisions(before, metrics.get(), alone / done));
            return figures;
        }
    }

    /** Nobody tells that the nodes are alive; before that is noticed, the work has to be done. */
    private void checkNodes(SchedulerShape shape) {
        MapValue node = Json.decodeMap(server.get("/api/v1/nodes/" + SchedulerShape.nodeName(0)));
        if (!node.map("spec").list("taints").isEmpty()) {
            throw new IllegalStateException(shape.title() + " took so long that its nodes count as dead: "
                    + node.map("spec").list("taints"));
        }
    }

    private static Figure decisions(String before, String after, double processorMicros) {
        PrometheusHistogram attempts = since(before, after, ATTEMPTS, "result=\"scheduled\"");
        PrometheusHistogram decisions = since(before, after, DECISIONS, "");
        if (attempts.count() == 0 || decisions.count() == 0) {
            throw new IllegalStateException("The scheduler tells of no attempt: there is no " + ATTEMPTS + " or no "
                    + DECISIONS + " in its metrics, or nothing was scheduled");
        }
        return new Figure(
                String.format(
                        Locale.ROOT,
                        "p99 of an attempt %.1f ms; of its algorithm %.1f ms, mean %.2f ms",
                        attempts.quantile(0.99) * 1e3,
                        decisions.quantile(0.99) * 1e3,
                        decisions.mean() * 1e3),
                attempts.quantile(0.99),
                processorMicros,
                "pod");
    }

    private static PrometheusHistogram since(String before, String after, String name, String label) {
        return PrometheusHistogram.parse(after, name, label).since(PrometheusHistogram.parse(before, name, label));
    }

    private void clear(SchedulerShape shape, int nodes, int initial, int measured) throws InterruptedException {
        delete(pods(SchedulerShape.NAMESPACES.getLast()) + "/measured-", measured);
        delete(pods(SchedulerShape.NAMESPACES.getFirst()) + "/initial-", initial);
        delete("/api/v1/nodes/" + SchedulerShape.nodeName(0).replaceAll("0$", ""), nodes);
        shape.moreNodes()
                .forEach(node ->
                        server.delete("/api/v1/nodes/" + node.map("metadata").string("name")));
        server.settle();
    }

    /** Counts the pods of a namespace that get a node, from now on. */
    private WatchedCount placed(String namespace, int count) {
        return new WatchedCount(
                server,
                pods(namespace),
                "fieldSelector=spec.nodeName%21%3D",
                count,
                event -> event.startsWith("{\"type\":\"ADDED\""));
    }

    private static String pods(String namespace) {
        return "/api/v1/namespaces/" + namespace + "/pods";
    }

    private void create(String path, int count, IntFunction<MapValue> object) throws InterruptedException {
        server.rate(CLIENTS, count, "write", i -> server.create(path, object.apply(i)));
    }

    /** Some are gone already: those that made room for others. */
    private void delete(String prefix, int count) throws InterruptedException {
        server.rate(CLIENTS, count, "write", i -> server.deleteIfThere(prefix + i));
    }

    /** Creates and deletes objects in turn. */
    private final class Churn implements AutoCloseable {
        private final List<SchedulerShape.Churned> objects = SchedulerShape.churned();
        private final AtomicBoolean ends = new AtomicBoolean();
        private final FutureTask<Boolean> task = new FutureTask<>(this::run);

        Churn() {
            Thread.ofVirtual().start(task);
        }

        private boolean run() throws InterruptedException {
            boolean there = false;
            while (!ends.get() || there) {
                for (SchedulerShape.Churned each : objects) {
                    if (there) {
                        server.deleteIfThere(each.path() + "/" + each.name());
                    } else {
                        server.create(each.path(), each.object());
                    }
                }
                there = !there;
                Thread.sleep(CHURN);
            }
            return true;
        }

        /** What has come last goes. */
        @Override
        public void close() {
            ends.set(true);
            try {
                task.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                throw new IllegalStateException("What comes and goes could not", e.getCause());
            }
        }
    }
}
