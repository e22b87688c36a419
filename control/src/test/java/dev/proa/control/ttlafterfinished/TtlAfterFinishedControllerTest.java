package dev.proa.control.ttlafterfinished;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TtlAfterFinishedControllerTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final TestCluster cluster = new TestCluster(clock);
    private final ResourceClient<Job> jobs = cluster.client.resource(Job.KIND).in("default");

    @BeforeEach
    void start() throws Exception {
        cluster.start(TtlAfterFinishedController::new);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private Job finished(String name, String ttl) throws InterruptedException {
        jobs.create(new Job(Json.decodeMap("""
                {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"%s","namespace":"default"},
                 "spec":{%s"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"web:1"}]}}}}""".formatted(name, ttl))));
        String now = Times.format(clock.instant());
        Job job = jobs.patchStatus(name, Patch.merge(Json.decodeMap("""
                {"status":{"startTime":"%1$s","completionTime":"%1$s","conditions":[
                 {"type":"SuccessCriteriaMet","status":"True","lastTransitionTime":"%1$s"},
                 {"type":"Complete","status":"True","lastTransitionTime":"%1$s"}]}}""".formatted(now))));
        return cluster.awaitSeen(Job.KIND, job);
    }

    @Test
    void deletesJobsWhenTheirTimeIsOver() throws Exception {
        finished("kept", "");
        finished("later", "\"ttlSecondsAfterFinished\":600,");
        finished("soon", "\"ttlSecondsAfterFinished\":30,");
        Await.until("both wait", () -> clock.waiting() >= TestCluster.TIMERS + 2);
        clock.advance(Duration.ofSeconds(29));
        assertThat(jobs.list()).hasSize(3);
        clock.advance(Duration.ofSeconds(1));
        // Foreground: the object stays until the garbage collector, which does not run here, has deleted its pods.
        Await.until("soon is deleted", () -> jobs.get("soon").isDeleting());
        assertThat(jobs.get("soon").metadata().finalizers()).containsExactly("foregroundDeletion");
        assertThat(jobs.get("later").isDeleting()).isFalse();
        assertThat(jobs.get("kept").isDeleting()).isFalse();
    }

    @Test
    void goesByTheSecondsThatTheJobSaysLast() throws Exception {
        finished("job", "\"ttlSecondsAfterFinished\":30,");
        Job changed = jobs.patch("job", Patch.merge(MapValue.of("spec", MapValue.of("ttlSecondsAfterFinished", 100L))));
        cluster.awaitSeen(Job.KIND, changed);
        clock.advance(Duration.ofSeconds(60));
        assertThat(jobs.get("job").isDeleting()).isFalse();
        Await.until("deleted", () -> {
            clock.advance(Duration.ofSeconds(1));
            return jobs.get("job").isDeleting();
        });
    }

    @Test
    void deletesAtOnceWithoutSeconds() throws Exception {
        Instant before = clock.instant();
        finished("job", "\"ttlSecondsAfterFinished\":0,");
        Await.until("deleted", () -> jobs.get("job").isDeleting());
        assertThat(clock.instant()).isEqualTo(before);
    }
}
