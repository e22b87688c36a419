package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.batch.v1.Job;
import dev.proa.api.batch.v1.JobStatus;
import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class RolloutFollowerTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final Client client = new Client(new FakeTransport(clock));
    private final List<String> said = new ArrayList<>();

    private void pod(String name, boolean ready, int port) {
        Pod pod = client.resource(Pod.KIND).in("default").create(new Pod(Yamls.object("""
                {apiVersion: v1, kind: Pod, metadata: {name: %s, namespace: default, labels: {app: web, pod-template-hash: h}},
                 status: {conditions: [{type: Ready, status: '%s'}],
                   containerStatuses: [{name: web, ready: %s, state: {running: {}}}]}}
                """.formatted(
                        name, ready ? "True" : "False", ready))));
        client.resource(Event.KIND).in("default").create(new Event(Yamls.object("""
                {apiVersion: v1, kind: Event, metadata: {name: %1$s, namespace: default}, type: Warning, reason: Unhealthy,
                 involvedObject: {kind: Pod, name: %1$s, uid: %2$s},
                 message: 'Startup probe failed: dial tcp 10.0.0.1:8080: connect: connection refused (in the pod, what listens: *:%3$d)'}
                """.formatted(name, pod.uid(), port))));
    }

    /** It was not ready at first either, which its events go on to say. */
    @Test
    void listensOnlyToPodsThatAreNotReady() {
        Deployment deployment =
                client.resource(Deployment.KIND).in("default").create(new Deployment(Yamls.object("""
                        {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: default,
                           annotations: {deployment.kubernetes.io/revision: '1'}},
                         spec: {replicas: 2, selector: {matchLabels: {app: web}},
                           template: {spec: {containers: [{name: web}]}}},
                         status: {observedGeneration: 1,
                           conditions: [{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded}]}}
                        """)));
        client.resource(ReplicaSet.KIND).in("default").create(new ReplicaSet(Yamls.object("""
                {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-h, namespace: default,
                   labels: {app: web, pod-template-hash: h}, annotations: {deployment.kubernetes.io/revision: '1'},
                   ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: %s}]}}
                """.formatted(
                        deployment.uid()))));
        pod("web-1", true, 1111);
        pod("web-2", false, 2222);
        RolloutFollower follower = follower(clock);
        Throwable failure = catchThrowable(() -> follower.follow(
                "Deployment",
                "default",
                "web",
                Duration.ofSeconds(60),
                clock.instant().plusSeconds(60)));
        assertThat(failure)
                .isInstanceOf(DeliveryFailure.class)
                .hasMessageStartingWith("deployment \"web\" exceeded its progress deadline\n"
                        + "  container web of pod web-2: it runs, but is not ready; it said last:\n")
                .hasMessageContaining("what listens: *:2222")
                .hasMessageContaining("proa deploy /src/web --port 2222");
        assertThat(failure.getMessage()).doesNotContain("1111");
    }

    private RolloutFollower follower(Clock by) {
        return new RolloutFollower(
                client,
                (namespace, pod, container, lines) -> "starting",
                by,
                new Progress() {
                    @Override
                    public void step(String message) {
                        said.add(message);
                    }

                    @Override
                    public void detail(String message) {
                        said.add(message);
                    }
                },
                new Advice(Path.of("/src/web"), true),
                Changes.looking(by, Duration.ofMillis(50)));
    }

    /** With {@code rollout.proa.dev/restore-on-abort} the controller makes it healthy again, with the version before. */
    @Test
    void aVersionThatTheControllerTookBackIsNoSuccess() {
        client.resource(Rollout.KIND).in("default").create(new Rollout(Yamls.object("""
                {apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: web, namespace: default,
                   annotations: {rollout.proa.dev/restored: Rollout aborted update to revision 2}},
                 spec: {replicas: 1, selector: {matchLabels: {app: web}}, template: {spec: {containers: [{name: web}]}},
                   strategy: {canary: {}}},
                 status: {observedGeneration: '0', phase: Healthy}}
                """)));
        RolloutFollower follower = new RolloutFollower(
                client,
                (namespace, pod, container, lines) -> "",
                clock,
                new Progress() {
                    @Override
                    public void step(String message) {}

                    @Override
                    public void detail(String message) {}
                },
                Advice.general(),
                workload -> {
                    client.resource(Rollout.KIND).in("default").patch("web", Patch.merge(Yamls.object("""
                                    {metadata: {annotations: {rollout.proa.dev/restored: Rollout aborted update to revision 4}}}
                                    """)));
                    Rollout now = client.resource(Rollout.KIND).in("default").get("web");
                    client.resource(Rollout.KIND)
                            .in("default")
                            .patchStatus(
                                    "web",
                                    Patch.merge(MapValue.of(
                                            "status",
                                            MapValue.of(
                                                    "observedGeneration",
                                                    String.valueOf(
                                                            now.metadata().generation())))));
                    return Changes.looking(clock, Duration.ofMillis(50)).watch(workload);
                });
        assertThat(catchThrowable(() -> follower.follow(
                        "Rollout",
                        "default",
                        "web",
                        Duration.ofSeconds(60),
                        clock.instant().plusSeconds(60))))
                .isInstanceOf(DeliveryFailure.class)
                .hasMessage("the new version of \"web\" was taken back: Rollout aborted update to revision 4");
    }

    private Job job(String status) {
        return client.resource(Job.KIND).in("default").create(new Job(Yamls.object("""
                {apiVersion: batch/v1, kind: Job, metadata: {name: import, namespace: default},
                 spec: {completions: 1, selector: {matchLabels: {job: import}}, template: {spec: {containers: [{name: main}]}}},
                 status: %s}
                """.formatted(status))));
    }

    private void podOf(Job job, String status) {
        client.resource(Pod.KIND).in("default").create(new Pod(Yamls.object("""
                {apiVersion: v1, kind: Pod, metadata: {name: import-1, namespace: default,
                   labels: {job: import, batch.kubernetes.io/controller-uid: '%s'}},
                 status: %s}
                """.formatted(job.uid(), status))));
    }

    @Test
    void saysWhyAJobHasFailed() {
        podOf(
                job(
                        "{failed: 1, conditions: [{type: Failed, status: 'True', reason: BackoffLimitExceeded, message: too often}]}"),
                "{phase: Failed, containerStatuses: [{name: main, state: {terminated: {exitCode: 3, reason: Error}}}]}");
        assertThat(catchThrowable(() -> follower(clock)
                        .follow(
                                "Job",
                                "default",
                                "import",
                                Duration.ofSeconds(60),
                                clock.instant().plusSeconds(60))))
                .isInstanceOf(DeliveryFailure.class)
                .hasMessageStartingWith("job \"import\" has failed: BackoffLimitExceeded: too often\n"
                        + "  container main of pod import-1: it ended with exit code 3; it said last:\n"
                        + "    starting\n")
                .hasMessageEndingWith("Look closer with: kubectl describe job import; kubectl logs job/import");
        assertThat(said).containsExactly("Running import");
    }

    /** A Job counts itself how often its pods may fail. */
    @Test
    void waitsWhileAJobTriesAgain() throws Exception {
        Job job = job("{active: 1}");
        podOf(
                job,
                "{phase: Running, containerStatuses: [{name: main, restartCount: 2, state: {waiting: {reason: CrashLoopBackOff}}}]}");
        Clock passing = new PassingClock(clock);
        clock.schedule(
                Duration.ofMinutes(2),
                () -> client.resource(Job.KIND)
                        .in("default")
                        .updateStatus(client.resource(Job.KIND)
                                .in("default")
                                .get("import")
                                .withStatus(new JobStatus(Yamls.object(
                                        "{succeeded: 1, conditions: [{type: Complete, status: 'True'}]}")))));
        follower(passing)
                .follow(
                        "Job",
                        "default",
                        "import",
                        Duration.ofMinutes(5),
                        clock.instant().plus(Duration.ofMinutes(5)));
        assertThat(said).containsExactly("Running import", "0 of 1 pods succeeded", "container main: CrashLoopBackOff");
    }
}
