package dev.proa.bench;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.bench.Line.Figure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

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
        figures.put(
                "%d Jobs of %d pods to all complete".formatted(jobs, PODS_OF_A_JOB), jobs(subject, jobs));
        return figures;
    }

    private static Figure statefulSet(Subject subject, int replicas) throws InterruptedException {
        String path = "/apis/apps/v1/namespaces/" + subject.namespace("sets") + "/statefulsets";
        AtomicInteger ready = new AtomicInteger();
        return measure(
                subject,
                path,
                set -> {
                    ready.set((int) set.map("status").integer("readyReplicas", 0));
                    return ready.get() == replicas;
                },
                1,
                () -> subject.create(path, Json.decodeMap("""
                        {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"set"},"spec":{"replicas":%d,"serviceName":"set",
                        "selector":{"matchLabels":{"app":"set"}},"template":{"metadata":{"labels":{"app":"set"}},"spec":%s}}}
                        """.formatted(replicas, podSpec("Always")))),
                ready::get,
                replicas);
    }

    private static Figure jobs(Subject subject, int jobs) throws InterruptedException {
        String path = "/apis/batch/v1/namespaces/" + subject.namespace("jobs") + "/jobs";
        Set<String> complete = new HashSet<>();
        AtomicInteger pods = new AtomicInteger();
        return measure(
                subject,
                path,
                job -> {
                    boolean isNew = job.map("status").has("completionTime")
                            && complete.add(job.map("metadata").string("name"));
                    pods.addAndGet(isNew ? PODS_OF_A_JOB : 0);
                    return isNew;
                },
                jobs,
                () -> subject.rate(CLIENTS, jobs, "write", i -> subject.create(path, job(i))),
                pods::get,
                jobs * PODS_OF_A_JOB);
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
     * @param path of the list that is watched
     * @param ends whether an object has ended what it had to do, and had not before
     * @param count how many objects have to
     * @param done how many pods have done what they had to, when time is over
     */
    private static Figure measure(
            Subject subject,
            String path,
            Predicate<MapValue> ends,
            int count,
            Start start,
            IntSupplier done,
            int pods)
            throws InterruptedException {
        String version = Json.decodeMap(subject.get(path)).map("metadata").string("resourceVersion");
        try (InputStream events = subject.watch(path + "?watch=1&resourceVersion=" + version)) {
            FutureTask<Boolean> all = new FutureTask<>(() -> watch(events, ends, count));
            Thread.ofVirtual().start(all);
            long processor = subject.processorMicros();
            long began = System.nanoTime();
            start.run();
            String unfinished = "";
            try {
                all.get(PATIENCE.toNanos() - (System.nanoTime() - began), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                unfinished = ", not all of them: %d pods in that time".formatted(done.getAsInt());
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            double ended = unfinished.isEmpty() ? pods : Math.max(1, done.getAsInt());
            return new Figure(
                    String.format(Locale.ROOT, "%.1f s, %.0f pods/s%s", seconds, ended / seconds, unfinished),
                    seconds / ended,
                    (subject.processorMicros() - processor) / ended,
                    "pod");
        } catch (ExecutionException e) {
            throw new IllegalStateException(path, e.getCause());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean watch(InputStream events, Predicate<MapValue> ends, int count) throws IOException {
        int left = count;
        BufferedReader lines = new BufferedReader(new InputStreamReader(events, StandardCharsets.UTF_8));
        while (left > 0) {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("the watch ended while %d of %d were to come".formatted(left, count));
            }
            left -= ends.test(Json.decodeMap(line).map("object")) ? 1 : 0;
        }
        return true;
    }
}
