package dev.proa.bench;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.bench.Line.Figure;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/** Workloads of many pods on simulated nodes: their pods are ready as soon as they have a node, and those of Jobs succeed at once. */
final class WorkloadsWork {
    private static final int CLIENTS = 16;
    private static final int PODS_OF_A_JOB = 10;
    private static final int WARM_UP = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(6);

    private final int jobs;
    private final int replicas;

    /**
     * @param jobs how many Jobs of ten pods
     * @param replicas of the StatefulSet
     */
    WorkloadsWork(int jobs, int replicas) {
        this.jobs = jobs;
        this.replicas = replicas;
    }

    /** Some of each, so that the server is warm. */
    void warmUp(Subject subject) throws InterruptedException {
        statefulSet(subject, WARM_UP);
        jobs(subject, WARM_UP);
        subject.settle();
    }

    Map<String, Figure> run(Subject subject) throws InterruptedException {
        Map<String, Figure> figures = new LinkedHashMap<>();
        figures.put(
                "StatefulSet of %d pods, one after the other, to all ready".formatted(replicas),
                statefulSet(subject, replicas));
        subject.settle();
        figures.put("%d Jobs of %d pods to all complete".formatted(jobs, PODS_OF_A_JOB), jobs(subject, jobs));
        return figures;
    }

    private static Figure statefulSet(Subject subject, int replicas) throws InterruptedException {
        String path = "/apis/apps/v1/namespaces/" + subject.namespace("sets") + "/statefulsets";
        AtomicInteger ready = new AtomicInteger();
        try (WatchedCount all = new WatchedCount(subject, path, "", 1, event -> {
            ready.set((int) object(event).map("status").integer("readyReplicas", 0));
            return ready.get() == replicas;
        })) {
            return measure(
                    subject,
                    () -> subject.create(path, Json.decodeMap("""
                            {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"set"},"spec":{"replicas":%d,"serviceName":"set",
                            "selector":{"matchLabels":{"app":"set"}},"template":{"metadata":{"labels":{"app":"set"}},"spec":%s}}}
                            """.formatted(replicas, podSpec("Always")))),
                    all,
                    ready::get,
                    replicas);
        }
    }

    private static Figure jobs(Subject subject, int jobs) throws InterruptedException {
        String path = "/apis/batch/v1/namespaces/" + subject.namespace("jobs") + "/jobs";
        Set<String> complete = new HashSet<>();
        try (WatchedCount all = new WatchedCount(subject, path, "", jobs, event -> {
            MapValue job = object(event);
            return job.map("status").has("completionTime")
                    && complete.add(job.map("metadata").string("name"));
        })) {
            return measure(
                    subject,
                    () -> subject.rate(CLIENTS, jobs, "write", i -> subject.create(path, job(i))),
                    all,
                    () -> (int) (jobs - all.missing()) * PODS_OF_A_JOB,
                    jobs * PODS_OF_A_JOB);
        }
    }

    private static MapValue object(String event) {
        return Json.decodeMap(event).map("object");
    }

    private static MapValue job(int number) {
        return Json.decodeMap("""
                {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"job-%d"},"spec":{"completions":%d,"parallelism":%2$d,
                "template":{"metadata":{"annotations":{"proa.dev/run-seconds":"0"}},"spec":%s}}}
                """.formatted(number, PODS_OF_A_JOB, podSpec("Never")));
    }

    private static String podSpec(String restartPolicy) {
        return """
                {"restartPolicy":"%s","terminationGracePeriodSeconds":0,"containers":[{"name":"main","image":"bench/app:1",
                "resources":{"requests":{"cpu":"10m","memory":"16Mi"}}}]}""".formatted(restartPolicy);
    }

    /** What begins the work. */
    @FunctionalInterface
    private interface Start {
        void run() throws InterruptedException;
    }

    /**
     * Begins a work and waits until it is done.
     *
     * @param all what has to happen
     * @param done how many pods have done what they had to, at this moment
     */
    private static Figure measure(Subject subject, Start start, WatchedCount all, IntSupplier done, int pods)
            throws InterruptedException {
        long processor = subject.processorMicros();
        long began = System.nanoTime();
        start.run();
        boolean isDone = all.await(PATIENCE);
        double seconds = (System.nanoTime() - began) / 1e9;
        double ended = isDone ? pods : Math.max(1, done.getAsInt());
        String unfinished = isDone ? "" : ", when %.0f of %d pods had done so".formatted(ended, pods);
        return new Figure(
                String.format(Locale.ROOT, "%.1f s%s, %.0f pods/s", seconds, unfinished, ended / seconds),
                seconds / ended,
                (subject.processorMicros() - processor) / ended,
                "pod");
    }
}
