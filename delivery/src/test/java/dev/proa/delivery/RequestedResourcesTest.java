package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodSpec;
import dev.proa.client.Client;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestedResourcesTest {
    private final Client client = new Client(new FakeTransport(new SimulatedClock()));

    private static PodSpec asking(String cpu) {
        return new Deployment(Yamls.object("""
                {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: default},
                 spec: {template: {spec: {containers: [{name: web, resources: {requests: {cpu: %s}}}]}}}}
                """.formatted(cpu)))
                .spec()
                .template()
                .spec();
    }

    private void pod(String name, String namespace, String node, String cpu, String phase) {
        String app = name.replaceAll("-.*", "");
        client.resource(Pod.KIND).in(namespace).create(new Pod(Yamls.object("""
                {apiVersion: v1, kind: Pod, metadata: {name: %s, namespace: %s, labels: {app.kubernetes.io/name: %s}},
                 spec: {nodeName: %s, containers: [{name: a, resources: {requests: {cpu: %s}}}],
                   initContainers: [{name: first, resources: {requests: {cpu: 10m}}},
                     {name: side, restartPolicy: Always, resources: {requests: {cpu: 10m}}}]},
                 status: {phase: %s}}
                """.formatted(
                        name, namespace, app, node, cpu, phase))));
    }

    private static List<RolloutProblem> unschedulable() {
        return List.of(new RolloutProblem(
                "", List.of("web-1"), "no node takes it: 0/1 nodes are available: 1 Insufficient cpu.", ""));
    }

    @Test
    void saysWhoAsksForHowMuchOfWhatThereIs() {
        client.resource(Node.KIND)
                .create(new Node(Yamls.object("{apiVersion: v1, kind: Node, metadata: {name: node-1},"
                        + " status: {allocatable: {cpu: '2', memory: 1Gi}}}")));
        pod("shop-1", "default", "node-1", "500m", "Running");
        pod("shop-2", "default", "node-1", "500m", "Pending");
        pod("mail-1", "team", "node-1", "600m", "Running");
        pod("done-1", "team", "node-1", "1", "Succeeded");
        pod("web-1", "default", "''", "500m", "Pending");
        assertThat(RequestedResources.explain(client, "web", asking("500m"), unschedulable()))
                .containsExactly(
                        "each pod of \"web\" asks for 500m of cpu:",
                        "  node node-1 has 2, and is asked for 1630m already: shop 1020m (2 pods), team/mail 610m (1 pod)",
                        "ask for less by requests.cpu, or have others ask for less: \"kubectl scale deployment NAME "
                                + "--replicas=1\", \"proa delete NAME\"");
        assertThat(RequestedResources.explain(client, "web", asking("3"), unschedulable()))
                .contains("no node has that much even when it is empty: ask for less by requests.cpu");
    }

    @Test
    void saysNothingOfOtherTroubles() {
        assertThat(RequestedResources.explain(
                        client, "web", asking("1"), List.of(new RolloutProblem("", List.of("a"), "no node", ""))))
                .isEmpty();
    }
}
