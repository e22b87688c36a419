package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.Client;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class RolloutFollowerTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final Client client = new Client(new FakeTransport(clock));

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
        RolloutFollower follower = new RolloutFollower(
                client,
                (namespace, pod, container, lines) -> "starting",
                clock,
                new Progress() {
                    @Override
                    public void step(String message) {}

                    @Override
                    public void detail(String message) {}
                },
                new Advice(Path.of("/src/web"), true),
                Changes.looking(clock, Duration.ofMillis(50)));
        Throwable failure = catchThrowable(() -> follower.follow(
                "Deployment", "default", "web", Duration.ofSeconds(60), clock.instant().plusSeconds(60)));
        assertThat(failure)
                .isInstanceOf(DeliveryFailure.class)
                .hasMessageStartingWith("deployment \"web\" exceeded its progress deadline\n"
                        + "  container web of pod web-2: it runs, but is not ready; it said last:\n")
                .hasMessageContaining("what listens: *:2222")
                .hasMessageContaining("proa deploy /src/web --port 2222");
        assertThat(failure.getMessage()).doesNotContain("1111");
    }
}
