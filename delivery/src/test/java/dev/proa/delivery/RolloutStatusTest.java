package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolloutStatusTest {
    private static Deployment deployment(String status) {
        return new Deployment(Yamls.object("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: default, generation: 2}
                spec:
                  replicas: 3
                  selector: {matchLabels: {app: web}}
                  template: {metadata: {labels: {app: web, tier: front}}, spec: {containers: [{name: main, image: "web:1"}]}}
                status: %s
                """.formatted(status)));
    }

    private static Pod pod(String status) {
        return new Pod(Yamls.object(
                "{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: default, labels: {app: web}}, status: "
                        + status + "}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{observedGeneration: 1, replicas: 3, updatedReplicas: 3, availableReplicas: 3} | waiting for deployment \"web\" to be observed",
                "{observedGeneration: 2, replicas: 3} | 0 of 3 new pods made",
                "{observedGeneration: 2, replicas: 4, updatedReplicas: 3, availableReplicas: 4} | 1 old pod to end",
                "{observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 2} | 2 of 3 pods ready",
            })
    void saysHowFarItIs(String status, String message) {
        assertThat(RolloutStatus.of(deployment(status))).isEqualTo(new RolloutStatus.Going(message));
    }

    @Test
    void knowsWhenItIsDone() {
        assertThat(RolloutStatus.of(
                        deployment("{observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3}")))
                .isEqualTo(new RolloutStatus.Done());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RollingUpdate | 0 | {observedGeneration: 1, updatedReplicas: 3, availableReplicas: 3} | waiting for stateful set \"web\" to be observed",
                "RollingUpdate | 0 | {observedGeneration: 2, replicas: 3, updatedReplicas: 1, availableReplicas: 3} | 1 of 3 pods updated",
                "RollingUpdate | 2 | {observedGeneration: 2, replicas: 3, availableReplicas: 3} | 0 of 1 pods updated",
                "RollingUpdate | 2 | {observedGeneration: 2, replicas: 3, updatedReplicas: 1, availableReplicas: 2} | 2 of 3 pods ready",
                "RollingUpdate | 2 | {observedGeneration: 2, replicas: 3, updatedReplicas: 1, availableReplicas: 3} | done",
                "OnDelete      | 0 | {observedGeneration: 2, replicas: 3, availableReplicas: 3} | done",
            })
    void followsStatefulSets(String strategy, int partition, String status, String message) {
        StatefulSet set = new StatefulSet(Yamls.object("""
                apiVersion: apps/v1
                kind: StatefulSet
                metadata: {name: web, namespace: default, generation: 2}
                spec: {replicas: 3, updateStrategy: {type: %s, rollingUpdate: {partition: %d}}}
                status: %s
                """.formatted(strategy, partition, status)));
        assertThat(RolloutStatus.of(set)).isEqualTo(state(message));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RollingUpdate | {observedGeneration: 1} | waiting for daemon set \"web\" to be observed",
                "RollingUpdate | {observedGeneration: 2, desiredNumberScheduled: 2, updatedNumberScheduled: 1, numberAvailable: 2} | 1 of 2 pods updated",
                "RollingUpdate | {observedGeneration: 2, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1} | 1 of 2 pods ready",
                "OnDelete      | {observedGeneration: 2, desiredNumberScheduled: 2, numberAvailable: 2} | done",
            })
    void followsDaemonSets(String strategy, String status, String message) {
        DaemonSet set = new DaemonSet(Yamls.object("""
                apiVersion: apps/v1
                kind: DaemonSet
                metadata: {name: web, namespace: default, generation: 2}
                spec: {updateStrategy: {type: %s}}
                status: %s
                """.formatted(strategy, status)));
        assertThat(RolloutStatus.of(set)).isEqualTo(state(message));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "completions: 3 | {} | 0 of 3 pods succeeded",
                "completions: 3 | {active: 1, succeeded: 1, failed: 2} | 1 of 3 pods succeeded, 2 failed",
                "completions: 3 | {succeeded: 3, conditions: [{type: SuccessCriteriaMet, status: 'True'}]} | 3 of 3 pods succeeded",
                "completions: 3 | {succeeded: 3, conditions: [{type: Complete, status: 'True'}]} | done",
                "parallelism: 2 | {active: 2} | 2 pods run",
                "suspend: true  | {conditions: [{type: Suspended, status: 'True'}]} | done",
            })
    void followsJobs(String spec, String status, String message) {
        assertThat(RolloutStatus.of(job(spec, status))).isEqualTo(state(message));
    }

    @Test
    void knowsWhyAJobHasFailed() {
        assertThat(
                        RolloutStatus.of(
                                job(
                                        "completions: 1",
                                        "{conditions: [{type: FailureTarget, status: 'True'}, {type: Failed, status: 'True',"
                                                + " reason: DeadlineExceeded, message: Job was active longer than specified deadline}]}")))
                .isEqualTo(new RolloutStatus.Broken(
                        "job \"import\" has failed: DeadlineExceeded: Job was active longer than specified deadline"));
    }

    private static Job job(String spec, String status) {
        return new Job(Yamls.object("""
                apiVersion: batch/v1
                kind: Job
                metadata: {name: import, namespace: default}
                spec: {%s}
                status: %s
                """.formatted(spec, status)));
    }

    private static RolloutStatus state(String message) {
        return message.equals("done") ? new RolloutStatus.Done() : new RolloutStatus.Going(message);
    }

    @Test
    void knowsWhenItTookTooLong() {
        Deployment late =
                deployment("{observedGeneration: 2, replicas: 4, updatedReplicas: 1, conditions: [{type: Progressing,"
                        + " status: 'False', reason: ProgressDeadlineExceeded}]}");
        assertThat(RolloutStatus.of(late))
                .isEqualTo(new RolloutStatus.Broken("deployment \"web\" exceeded its progress deadline"));
        assertThat(RolloutStatus.hasOldPods(late)).isTrue();
    }

    @Test
    void isShownAsAnApp() {
        Deployment running = deployment(
                "{observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3, readyReplicas: 3}");
        Pod restarted = pod("{containerStatuses: [{name: main, ready: true, restartCount: 4, state: {running: {}}}]}");
        Service inside = service("inside", "{selector: {app: web}, ports: [{port: 80}]}");
        Service other = service("other", "{selector: {app: shop}, ports: [{port: 80, nodePort: 30001}]}");
        Service front = service("front", "{selector: {tier: front}, ports: [{port: 80, nodePort: 30002}]}");

        ApplicationStatus app = ApplicationStatus.of(
                new Workload.OfDeployment(running), List.of(restarted), List.of(inside, other, front), "127.0.0.1");

        assertThat(app)
                .isEqualTo(new ApplicationStatus(
                        "default", "web", "web:1", 3, 3, 4, true, "running", "http://127.0.0.1:30002"));
        assertThat(ApplicationStatus.of(new Workload.OfDeployment(running), List.of(), List.of(front), "")
                        .url())
                .isEmpty();
    }

    private static Service service(String name, String spec) {
        return new Service(Yamls.object("{apiVersion: v1, kind: Service, metadata: {name: " + name
                + ", namespace: default}, spec: " + spec + "}"));
    }
}
