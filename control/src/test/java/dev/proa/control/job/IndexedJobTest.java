package dev.proa.control.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.EnvVar;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.Patch;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs whose pods have completion indexes. */
class IndexedJobTest {
    private JobWorld world;

    @BeforeEach
    void start() throws Exception {
        world = new JobWorld();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private void create(int completions, String more) {
        world.create("\"completionMode\":\"Indexed\",\"completions\":" + completions + ",\"parallelism\":" + completions
                + (more.isEmpty() ? "" : "," + more));
    }

    private List<Integer> indexes() {
        return world.active().stream().map(JobPods::index).toList();
    }

    @Test
    void givesEachPodItsIndex() throws Exception {
        create(3, "");
        List<Pod> pods = world.awaitActive(3);
        for (int i = 0; i < 3; i++) {
            Pod pod = pods.get(i);
            assertThat(pod.name()).startsWith("job-" + i + "-");
            assertThat(pod.spec().hostname()).isEqualTo("job-" + i);
            assertThat(pod.labels()).containsEntry(JobPods.INDEX, Integer.toString(i));
            assertThat(pod.annotations())
                    .containsEntry(JobPods.INDEX, Integer.toString(i))
                    .doesNotContainKey(JobPods.FAILURES);
            EnvVar variable = pod.spec().containers().getFirst().env().getFirst();
            assertThat(variable.name()).isEqualTo("JOB_COMPLETION_INDEX");
            assertThat(variable.valueFrom().fieldRef().fieldPath())
                    .isEqualTo("metadata.labels['batch.kubernetes.io/job-completion-index']");
        }
        world.succeed(pods.get(0));
        world.succeed(pods.get(2));
        Job job = world.awaitJob(
                "two of three", now -> now.status().completedIndexes().equals("0,2"));
        assertThat(job.status().succeeded()).isEqualTo(2);
        world.fail(pods.get(1));
        world.await("its index is tried again", () -> indexes().equals(List.of(1)));
        world.succeed(world.activeOf(1));
        job = world.awaitCondition("Complete");
        assertThat(job.status().completedIndexes()).isEqualTo("0-2");
        assertThat(job.status().succeeded()).isEqualTo(3);
        assertThat(job.status().failed()).isEqualTo(1);
    }

    @Test
    void limitsFailuresOfEachIndex() throws Exception {
        create(2, "\"backoffLimitPerIndex\":1");
        Pod first = world.awaitActive(2).getFirst();
        assertThat(first.annotations()).containsEntry(JobPods.FAILURES, "0");
        world.succeed(world.activeOf(1));
        world.fail(first);
        world.await("again", () -> indexes().equals(List.of(0)));
        assertThat(world.activeOf(0).annotations()).containsEntry(JobPods.FAILURES, "1");
        world.await("the first one is let go", () -> !JobPods.isTracked(world.pods.get(first.name())));
        world.fail(world.activeOf(0));
        Job job = world.awaitCondition("Failed");
        assertThat(JobWorld.condition(job, "Failed").string("reason")).isEqualTo("FailedIndexes");
        assertThat(job.status().failedIndexes()).isEqualTo("0");
        assertThat(job.status().completedIndexes()).isEqualTo("1");
        assertThat(job.status().failed()).isEqualTo(2);
    }

    @Test
    void failsWithTooManyFailedIndexes() throws Exception {
        create(4, "\"backoffLimitPerIndex\":0,\"maxFailedIndexes\":1");
        List<Pod> pods = world.awaitActive(4);
        world.fail(pods.get(0));
        world.awaitJob("one", job -> job.status().failedIndexes().equals("0"));
        assertThat(indexes()).containsExactly(1, 2, 3);
        world.fail(pods.get(1));
        Job job = world.awaitCondition("Failed");
        assertThat(JobWorld.condition(job, "Failed").string("reason")).isEqualTo("MaxFailedIndexesExceeded");
        assertThat(world.active()).isEmpty();
    }

    @Test
    void failsAnIndexByPolicyAndRemembersIgnoredFailures() throws Exception {
        create(2, """
                "backoffLimitPerIndex":1,"podFailurePolicy":{"rules":[
                 {"action":"FailIndex","onExitCodes":{"operator":"In","values":[42]}},
                 {"action":"Ignore","onExitCodes":{"operator":"In","values":[43]}}]}""");
        List<Pod> pods = world.awaitActive(2);
        world.end(pods.get(0), "Failed", 42);
        world.end(pods.get(1), "Failed", 43);
        world.awaitJob("failed", job -> job.status().failedIndexes().equals("0"));
        world.await("again", () -> indexes().equals(List.of(1)));
        assertThat(world.activeOf(1).annotations())
                .containsEntry(JobPods.FAILURES, "0")
                .containsEntry(JobPods.IGNORED_FAILURES, "1");
        assertThat(world.job().status().failed()).isEqualTo(1);
    }

    @Test
    void endsByItsSuccessPolicyAndDeletesTheRest() throws Exception {
        create(4, "\"successPolicy\":{\"rules\":[{\"succeededIndexes\":\"1-2\",\"succeededCount\":1}]}");
        List<Pod> pods = world.awaitActive(4);
        world.succeed(pods.get(0));
        world.awaitJob("counted", job -> job.status().succeeded() == 1);
        world.succeed(pods.get(2));
        Job job = world.awaitCondition("Complete");
        assertThat(JobWorld.condition(job, "Complete").string("reason")).isEqualTo("SuccessPolicy");
        assertThat(JobWorld.condition(job, "SuccessCriteriaMet").string("message"))
                .isEqualTo("Matched rules at index 0");
        assertThat(job.status().completedIndexes()).isEqualTo("0,2");
        assertThat(job.status().failed()).as("what still ran has not failed").isZero();
        world.await("deleted", () -> world.active().isEmpty());
    }

    @Test
    void getsMoreAndFewerIndexes() throws Exception {
        create(2, "");
        world.awaitActive(2);
        world.succeed(world.activeOf(1));
        world.awaitJob("one", job -> job.status().completedIndexes().equals("1"));
        world.change("\"completions\":4,\"parallelism\":4");
        world.await("more", () -> indexes().equals(List.of(0, 2, 3)));
        world.change("\"completions\":1,\"parallelism\":1");
        world.await("fewer", () -> indexes().equals(List.of(0)));
        world.awaitJob(
                "index 1 is none any more",
                job -> job.status().completedIndexes().isEmpty());
        world.succeed(world.activeOf(0));
        assertThat(world.awaitCondition("Complete").status().succeeded()).isEqualTo(1);
    }

    @Test
    void deletesPodsWithoutAnIndexOfTheirOwn() throws Exception {
        create(2, "");
        Pod pod = world.awaitActive(2).get(1);
        world.pods.patch(
                pod.name(),
                Patch.merge(dev.proa.api.codec.Json.decodeMap(
                        "{\"metadata\":{\"annotations\":{\"batch.kubernetes.io/job-completion-index\":\"0\"}}}")));
        world.change("\"activeDeadlineSeconds\":1000"); // annotations alone wake nobody
        world.await("one for each", () -> indexes().equals(List.of(0, 1)));
    }
}
