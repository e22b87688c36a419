package dev.proa.control.job;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.control.shared.Conditions;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** A cluster with the Job controller, under a clock that moves while a test waits. The test is the kubelet. */
final class JobWorld implements AutoCloseable {
    final SimulatedClock clock = new SimulatedClock();
    final TestCluster cluster = new TestCluster(clock);
    final ResourceClient<Job> jobs = cluster.client.resource(Job.KIND).in("default");
    final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");

    JobWorld() throws InterruptedException {
        cluster.start(JobController::new);
    }

    /** Creates a Job called {@code job} with pods that are not restarted; {@code spec} is what else it says, as JSON without braces. */
    Job create(String spec) {
        return create("job", "Never", spec);
    }

    Job create(String name, String restartPolicy, String spec) {
        return jobs.create(job(name, restartPolicy, spec));
    }

    static Job job(String name, String restartPolicy, String spec) {
        return new Job(Json.decodeMap("""
                {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"%s","namespace":"default"},
                 "spec":{%s"template":{"spec":{"restartPolicy":"%s","containers":[{"name":"main","image":"web:1"}]}}}}""".formatted(name, spec.isEmpty() ? "" : spec + ",", restartPolicy)));
    }

    Job job() {
        return jobs.get("job");
    }

    void change(String spec) {
        jobs.patch("job", Patch.merge(Json.decodeMap("{\"spec\":{" + spec + "}}")));
    }

    /** Waits, while time goes by. */
    void await(String what, BooleanSupplier condition) throws InterruptedException {
        Await.until(what, () -> {
            if (condition.getAsBoolean()) {
                return true;
            }
            clock.advance(Duration.ofMillis(200));
            return false;
        });
    }

    Job awaitJob(String what, Predicate<Job> condition) throws InterruptedException {
        await(what, () -> condition.test(job()));
        return job();
    }

    Job awaitCondition(String type) throws InterruptedException {
        return awaitJob("the condition " + type, job -> is(job, type));
    }

    static boolean is(Job job, String type) {
        MapValue condition = condition(job, type);
        return condition != null && condition.string("status").equals("True");
    }

    static MapValue condition(Job job, String type) {
        return Conditions.get(job.status().value().list("conditions"), type);
    }

    /** The pods that run, in the order of their index and their names. */
    List<Pod> active() {
        return pods.list().stream()
                .filter(Pods::isActive)
                .sorted(Comparator.comparingInt(JobPods::index).thenComparing(Pod::name))
                .toList();
    }

    List<Pod> awaitActive(int count) throws InterruptedException {
        await(
                count + " pods that run",
                () -> active().size() == count && job().status().active() == count);
        return active();
    }

    Pod activeOf(int index) {
        return active().stream()
                .filter(pod -> JobPods.index(pod) == index)
                .findFirst()
                .orElseThrow();
    }

    void succeed(Pod pod) {
        end(pod, "Succeeded", 0);
    }

    void fail(Pod pod) {
        end(pod, "Failed", 1);
    }

    void end(Pod pod, String phase, int exitCode) {
        MapValue terminated = MapValue.of("exitCode", (long) exitCode, "finishedAt", Times.format(clock.instant()));
        MapValue container = MapValue.of(
                "name",
                "main",
                "restartCount",
                0L,
                "ready",
                false,
                "image",
                "web:1",
                "imageID",
                "",
                "state",
                MapValue.of("terminated", terminated));
        status(pod, MapValue.of("phase", phase, "containerStatuses", ListValue.of(container)));
    }

    void status(Pod pod, MapValue status) {
        pods.patchStatus(pod.name(), Patch.merge(MapValue.of("status", status)));
    }

    /** How many requests of the controller there were for {@code verb} of paths that end so. */
    long writes(String verb, String end) {
        return cluster.server.writes().stream()
                .filter(request -> request.verb().equals(verb) && request.path().endsWith(end))
                .count();
    }

    void awaitEvent(String reason, String message) throws InterruptedException {
        Await.until(
                "the event " + reason + ": " + message,
                () -> cluster.events(reason),
                messages -> messages.contains(message));
    }

    @Override
    public void close() {
        cluster.close();
    }
}
