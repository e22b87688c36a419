package dev.proa.control.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.batch.v1.JobCondition;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Patch;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Pods;
import dev.proa.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs without indexes: counts, limits, suspension, and how pods are held and let go. */
class JobControllerTest {
    private JobWorld world;

    @BeforeEach
    void start() throws Exception {
        world = new JobWorld();
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void runsPodsUntilEnoughHaveSucceeded() throws Exception {
        Job created = world.create("\"parallelism\":2,\"completions\":3");
        List<Pod> first = world.awaitActive(2);
        assertThat(first).allSatisfy(pod -> {
            assertThat(pod.name()).startsWith("job-");
            assertThat(pod.metadata().finalizers()).containsExactly(JobPods.FINALIZER);
            assertThat(Owners.isControlledBy(pod, created)).isTrue();
            assertThat(pod.labels()).containsEntry("batch.kubernetes.io/controller-uid", created.uid());
        });
        first.forEach(world::succeed);
        world.awaitActive(1).forEach(world::succeed);
        Job job = world.awaitCondition("Complete");
        assertThat(job.status().succeeded()).isEqualTo(3);
        assertThat(job.status().value().get("active")).isNull();
        assertThat(job.status().value().get("ready")).isEqualTo(0L);
        assertThat(job.status().value().get("terminating")).isEqualTo(0L);
        assertThat(job.status().value().get("uncountedTerminatedPods")).isEqualTo(MapValue.EMPTY);
        assertThat(job.status().completionTime()).isNotNull();
        assertThat(job.status().conditions())
                .extracting(JobCondition::type, JobCondition::reason, JobCondition::message)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "SuccessCriteriaMet",
                                "CompletionsReached",
                                "Reached expected number of succeeded pods"),
                        org.assertj.core.groups.Tuple.tuple(
                                "Complete", "CompletionsReached", "Reached expected number of succeeded pods"));
        assertThat(world.pods.list()).hasSize(3).noneMatch(JobPods::isTracked);
        world.awaitEvent("Completed", "Job completed");
        assertThat(world.cluster.events("SuccessfulCreate")).isNotEmpty();
    }

    @Test
    void leavesPodsThatShareAQueueToEndByThemselves() throws Exception {
        world.create("\"parallelism\":3");
        List<Pod> pods = world.awaitActive(3);
        world.succeed(pods.get(0));
        world.awaitJob("counted", job -> job.status().succeeded() == 1);
        world.fail(pods.get(1));
        world.awaitJob("counted", job -> job.status().failed() == 1);
        assertThat(world.active()).hasSize(1);
        assertThat(JobWorld.is(world.job(), "Complete")).isFalse();
        world.succeed(pods.get(2));
        assertThat(world.awaitCondition("Complete").status().succeeded()).isEqualTo(2);
    }

    @Test
    void failsWithItsBackoffLimitAndWaitsLongerEachTime() throws Exception {
        world.create("\"backoffLimit\":1");
        world.fail(world.awaitActive(1).getFirst());
        world.awaitJob("counted", job -> job.status().failed() == 1);
        java.time.Instant failed = JobPods.finishedAt(world.pods.list().getFirst());
        Pod second = world.awaitActive(1).getFirst();
        assertThat(Duration.between(failed, world.clock.instant())).isGreaterThanOrEqualTo(Duration.ofSeconds(10));
        world.fail(second);
        Job job = world.awaitCondition("Failed");
        assertThat(job.status().failed()).isEqualTo(2);
        assertThat(job.status().conditions())
                .extracting(condition -> condition.type() + ": " + condition.reason())
                .containsExactly("FailureTarget: BackoffLimitExceeded", "Failed: BackoffLimitExceeded");
        world.awaitEvent("BackoffLimitExceeded", "Job has reached the specified backoff limit");
    }

    @Test
    void deletesWhatRunsWhenTooManyHaveFailedAndEndsOnlyAfterThem() throws Exception {
        world.create("\"backoffLimit\":0,\"parallelism\":2,\"completions\":2");
        List<Pod> pods = world.awaitActive(2);
        world.pods.patch(
                pods.get(1).name(),
                Patch.merge(MapValue.of(
                        "metadata", MapValue.of("finalizers", ListValue.of(JobPods.FINALIZER, "test/hold")))));
        world.fail(pods.get(0));
        Job job = world.awaitCondition("FailureTarget");
        world.awaitJob(
                "one is terminating",
                now -> now.status().terminating() == 1 && now.status().failed() == 2);
        assertThat(JobWorld.is(job, "Failed")).isFalse();
        assertThat(world.pods.get(pods.get(1).name()).metadata().finalizers()).containsExactly("test/hold");
        world.pods.patch(
                pods.get(1).name(), Patch.merge(MapValue.of("metadata", MapValue.of("finalizers", ListValue.EMPTY))));
        job = world.awaitCondition("Failed");
        assertThat(job.status().value().get("terminating")).isEqualTo(0L);
        assertThat(job.status().failed()).isEqualTo(2);
    }

    @Test
    void failsWhenContainersWereRestartedTooOften() throws Exception {
        world.create("job", "OnFailure", "\"backoffLimit\":2");
        Pod pod = world.awaitActive(1).getFirst();
        MapValue container =
                MapValue.of("name", "main", "restartCount", 2L, "ready", false, "image", "", "imageID", "");
        world.status(pod, MapValue.of("phase", "Running", "containerStatuses", ListValue.of(container)));
        world.awaitCondition("Failed");
        assertThat(world.job().status().failed()).isEqualTo(1);
    }

    @Test
    void failsAtItsDeadline() throws Exception {
        world.create("\"activeDeadlineSeconds\":30");
        world.awaitActive(1);
        java.time.Instant started = world.job().status().startTime();
        Job job = world.awaitCondition("Failed");
        assertThat(Duration.between(started, world.clock.instant())).isGreaterThanOrEqualTo(Duration.ofSeconds(30));
        assertThat(JobWorld.condition(job, "Failed").string("reason")).isEqualTo("DeadlineExceeded");
        world.awaitEvent("DeadlineExceeded", "Job was active longer than specified deadline");
        assertThat(world.active()).isEmpty();
    }

    @Test
    void takesANewDeadlineIntoAccount() throws Exception {
        world.create("\"activeDeadlineSeconds\":100000");
        world.awaitActive(1);
        world.change("\"activeDeadlineSeconds\":2");
        world.awaitCondition("Failed");
    }

    @Test
    void suspendsAndResumes() throws Exception {
        world.create("\"parallelism\":2,\"completions\":2,\"suspend\":true");
        Job job = world.awaitCondition("Suspended");
        assertThat(job.status().hasStartTime()).isFalse();
        assertThat(world.pods.list()).isEmpty();
        world.awaitEvent("Suspended", "Job suspended");

        world.change("\"suspend\":false");
        world.awaitActive(2);
        job = world.job();
        assertThat(JobWorld.condition(job, "Suspended").string("status")).isEqualTo("False");
        assertThat(JobWorld.condition(job, "Suspended").string("reason")).isEqualTo("JobResumed");
        assertThat(job.status().hasStartTime()).isTrue();
        world.awaitEvent("Resumed", "Job resumed");

        world.change("\"suspend\":true");
        job = world.awaitCondition("Suspended");
        world.await("no pod is left", () -> world.pods.list().isEmpty());
        assertThat(job.status().failed()).as("they have not failed").isZero();
        assertThat(world.job().status().hasStartTime()).isFalse();

        world.change("\"suspend\":false");
        world.awaitActive(2).forEach(world::succeed);
        world.awaitCondition("Complete");
    }

    @Test
    void changesTheNumberOfPodsWithItsParallelism() throws Exception {
        world.create("\"parallelism\":4,\"completions\":10");
        world.awaitActive(4);
        world.change("\"parallelism\":1");
        world.awaitActive(1);
        assertThat(world.job().status().failed()).isZero();
        world.change("\"parallelism\":0");
        world.await("none", () -> world.pods.list().isEmpty());
    }

    @Test
    void replacesPodsAtOnceOrOnlyOnceTheyHaveEnded() throws Exception {
        for (String policy : List.of("TerminatingOrFailed", "Failed")) {
            world.create(
                    policy.toLowerCase(java.util.Locale.ROOT), "Never", "\"podReplacementPolicy\":\"" + policy + "\"");
        }
        world.await("both run", () -> world.active().size() == 2);
        for (Pod pod : world.active()) {
            world.pods.patch(
                    pod.name(),
                    Patch.merge(MapValue.of(
                            "metadata", MapValue.of("finalizers", ListValue.of(JobPods.FINALIZER, "test/hold")))));
            world.pods.delete(pod.name());
        }
        world.await("a new one", () -> world.active().size() == 1);
        assertThat(world.active().getFirst().labels()).containsEntry("job-name", "terminatingorfailed");
        world.await(
                "the other is only counted",
                () -> world.jobs.get("failed").status().terminating() == 1
                        && world.jobs.get("terminatingorfailed").status().failed() == 1);
        assertThat(world.jobs.get("failed").status().failed()).isZero();

        Pod going = world.pods.list().stream()
                .filter(pod -> "failed".equals(pod.labels().get("job-name")))
                .findFirst()
                .orElseThrow();
        world.fail(going);
        world.await("replaced", () -> world.active().size() == 2);
        assertThat(world.jobs.get("failed").status().failed()).isEqualTo(1);
    }

    @Test
    void leavesJobsOfOthersAlone() throws Exception {
        world.create("other", "Never", "\"managedBy\":\"example.com/other\"");
        world.create("");
        world.awaitActive(1);
        assertThat(world.jobs.get("other").status().value()).isEqualTo(MapValue.EMPTY);
    }

    @Test
    void adoptsPodsAndLetsThemGo() throws Exception {
        Pod orphan = world.pods.create(Pod.of("default", "orphan")
                .withSpec(spec -> new dev.proa.api.core.v1.PodSpec(
                        JobWorld.job("x", "Never", "").spec().template().spec().value()))
                .withMetadata(m -> m.withLabels(Map.of("app", "mine"))));
        world.cluster.awaitSeen(Pod.KIND, orphan);
        Job job = JobWorld.job(
                        "job", "Never", "\"manualSelector\":true,\"selector\":{\"matchLabels\":{\"app\":\"mine\"}}")
                .withSpec(spec ->
                        spec.withTemplate(template -> template.withMetadata(m -> m.withLabels(Map.of("app", "mine")))));
        Job created = world.jobs.create(job);
        world.await("adopted", () -> Owners.isControlledBy(world.pods.get("orphan"), created));
        assertThat(world.pods.get("orphan").metadata().finalizers()).containsExactly(JobPods.FINALIZER);
        world.awaitActive(1);
        world.pods.patch(
                "orphan", Patch.merge(MapValue.of("metadata", MapValue.of("labels", MapValue.of("app", "free")))));
        world.await(
                "released",
                () -> world.pods.get("orphan").metadata().ownerReferences().isEmpty());
        assertThat(world.pods.get("orphan").metadata().finalizers()).isEmpty();
        world.await("replaced", () -> world.active().size() == 2);
    }

    @Test
    void removesFinalizersOfPodsThatOutliveTheirJob() throws Exception {
        world.create("\"parallelism\":2");
        List<Pod> pods = world.awaitActive(2);
        world.jobs.delete("job", new DeleteOptions(MapValue.of("propagationPolicy", "Background")));
        for (Pod pod : pods) { // as the garbage collector does
            world.pods.delete(pod.name());
        }
        world.await("gone", () -> world.pods.list().isEmpty());
    }

    @Test
    void saysWhyPodsCannotBeCreatedAndTriesAgain() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        world.cluster.server.intercept(request -> {
            if (request.verb().equals("create") && request.path().endsWith("/pods") && refused.incrementAndGet() <= 3) {
                throw StatusException.of(Reason.Forbidden, "exceeded quota: q", MapValue.EMPTY);
            }
            return request;
        });
        world.create("\"parallelism\":3,\"completions\":3");
        world.awaitActive(3);
        Await.until("the event", () -> !world.cluster.events("FailedCreate").isEmpty());
        assertThat(world.cluster.events("FailedCreate")).containsExactly("Error creating: exceeded quota: q");
    }

    @Test
    void appliesThePodFailurePolicy() throws Exception {
        world.create("""
                "backoffLimit":0,"parallelism":2,"completions":2,"podFailurePolicy":{"rules":[
                 {"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget","status":"True"}]},
                 {"action":"FailJob","onExitCodes":{"containerName":"main","operator":"In","values":[42]}}]}""");
        List<Pod> pods = world.awaitActive(2);
        MapValue disrupted = MapValue.of("type", "DisruptionTarget", "status", "True", "reason", "x", "message", "y");
        world.status(pods.get(0), MapValue.of("phase", "Failed", "conditions", ListValue.of(disrupted)));
        world.await("replaced", () -> world.pods.list().size() == 3);
        assertThat(world.job().status().failed()).isZero();
        world.end(world.awaitActive(2).getFirst(), "Failed", 42);
        Job job = world.awaitCondition("FailureTarget");
        assertThat(JobWorld.condition(job, "FailureTarget").string("reason")).isEqualTo("PodFailurePolicy");
        assertThat(JobWorld.condition(job, "FailureTarget").string("message"))
                .startsWith("Container main for pod default/job-")
                .endsWith(" failed with exit code 42 matching FailJob rule at index 1");
        world.awaitCondition("Failed");
        assertThat(world.active()).isEmpty();
    }

    @Test
    void countsReadyPods() throws Exception {
        world.create("\"parallelism\":2,\"completions\":2");
        List<Pod> pods = world.awaitActive(2);
        pods.forEach(world.cluster::markReady);
        world.awaitJob("ready", job -> job.status().ready() == 2);
        pods.forEach(world::succeed);
        world.awaitCondition("Complete");
        assertThat(world.job().status().value().get("ready")).isEqualTo(0L);
        assertThat(world.pods.list()).allMatch(Pods::isFinished);
    }
}
