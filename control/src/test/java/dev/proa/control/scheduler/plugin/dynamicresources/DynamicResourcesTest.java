package dev.proa.control.scheduler.plugin.dynamicresources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.resource.v1.DeviceClass;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.resource.v1.ResourceClaimTemplate;
import dev.proa.api.resource.v1.ResourceSlice;
import dev.proa.api.value.MapValue;
import dev.proa.client.ResourceClient;
import dev.proa.control.resourceclaim.ResourceClaimController;
import dev.proa.control.resourceclaim.ResourceClaims;
import dev.proa.control.scheduler.Scheduler;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The scheduler with the controller of ResourceClaims; the tests are the driver. */
class DynamicResourcesTest {
    private static final DeleteOptions AT_ONCE = DeleteOptions.EMPTY.withGracePeriodSeconds(0);

    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final ResourceClient<ResourceClaim> claims =
            cluster.client.resource(ResourceClaim.KIND).in("default");

    @BeforeEach
    void start() throws Exception {
        for (String node : List.of("node-a", "node-b")) {
            cluster.client.resource(Node.KIND).create(new Node(Yaml.decodeMap("""
                    {apiVersion: v1, kind: Node, metadata: {name: %s},
                     status: {allocatable: {cpu: "4", memory: 8Gi, pods: "110"}, capacity: {cpu: "4", memory: 8Gi, pods: "110"}}}
                    """.formatted(node))));
        }
        cluster.client
                .resource(DeviceClass.KIND)
                .create(new DeviceClass(Yaml.decodeMap("{apiVersion: resource.k8s.io/v1,"
                        + " kind: DeviceClass, metadata: {name: gpu}, spec: {selectors: [{cel: {expression: 'device.driver =="
                        + " \"example.com\"'}}]}}")));
        Scheduler scheduler = new Scheduler(cluster.schedulerContext());
        cluster.start(ResourceClaimController::new, context -> scheduler);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void publish(String node, String... devices) {
        String list = String.join(
                ", ",
                List.of(devices).stream()
                        .map(device -> "{name: " + device + "}")
                        .toList());
        cluster.client
                .resource(ResourceSlice.KIND)
                .create(new ResourceSlice(
                        Yaml.decodeMap("{apiVersion: resource.k8s.io/v1, kind: ResourceSlice, metadata:"
                                + " {name: on-" + node + "}, spec: {driver: example.com, nodeName: " + node
                                + ", pool: {name: "
                                + node + ", generation: 1, resourceSliceCount: 1}, devices: [" + list + "]}}")));
    }

    private void template(String type) {
        cluster.client
                .resource(ResourceClaimTemplate.KIND)
                .create(new ResourceClaimTemplate(Yaml.decodeMap("{apiVersion: resource.k8s.io/v1, kind:"
                        + " ResourceClaimTemplate, metadata: {name: t, namespace: default}, spec: {spec: {devices:"
                        + " {requests: [{name: r, exactly: {deviceClassName: " + type + "}}]}}}}")));
    }

    private Pod pod(String name, String claim) {
        return pods.create(new Pod(Yaml.decodeMap("{apiVersion: v1, kind: Pod, metadata: {name: " + name
                + ", namespace: default}, spec: {containers: [{name: c, image: i, resources: {claims: [{name: gpu}]}}],"
                + " resourceClaims: [{name: gpu, " + claim + "}]}}")));
    }

    private void awaitNode(String pod, String node) throws Exception {
        Await.until(pod + " is on " + node, () -> pods.get(pod).spec().nodeName(), node::equals);
    }

    private void awaitWaiting(String pod, String why) throws Exception {
        Await.until(
                pod + " waits",
                () -> {
                    MapValue condition = Pods.condition(pods.get(pod), "PodScheduled");
                    return condition == null ? "" : condition.string("message");
                },
                message -> message.startsWith(why));
    }

    @Test
    void aPodGoesWhereItsDeviceIs() throws Exception {
        publish("node-b", "d1");
        template("gpu");
        Pod pod = pod("p", "resourceClaimTemplateName: t");
        awaitNode("p", "node-b");
        ResourceClaim claim = claims.list().getFirst();
        assertThat(claim.status().allocation().devices().results())
                .singleElement()
                .satisfies(result -> {
                    assertThat(result.device()).isEqualTo("d1");
                    assertThat(result.driver()).isEqualTo("example.com");
                });
        assertThat(ResourceClaims.isReservedFor(claim, pod)).isTrue();
        assertThat(claim.metadata().finalizers()).containsExactly("resource.kubernetes.io/delete-protection");

        pod("q", "resourceClaimTemplateName: t");
        awaitWaiting("q", "0/2 nodes are available: 2 cannot allocate all claims. still not schedulable");
        pods.delete("p", AT_ONCE);
        // nobody collects garbage here
        claims.delete(claim.name());
        awaitNode("q", "node-b");
    }

    @Test
    void aPodWaitsForTheClassOfItsClaimAndForDevices() throws Exception {
        template("other");
        pod("p", "resourceClaimTemplateName: t");
        awaitWaiting("p", "0/2 nodes are available: request r: device class other does not exist. no new claims");
        cluster.client
                .resource(DeviceClass.KIND)
                .create(new DeviceClass(Yaml.decodeMap("{apiVersion: resource.k8s.io/v1,"
                        + " kind: DeviceClass, metadata: {name: other}, spec: {}}")));
        awaitWaiting("p", "0/2 nodes are available: 2 cannot allocate all claims.");
        publish("node-a", "d1");
        awaitNode("p", "node-a");
    }

    @Test
    void devicesAreNeverGivenTwice() throws Exception {
        publish("node-a", "d1", "d2", "d3");
        publish("node-b", "d1", "d2");
        template("gpu");
        for (int i = 0; i < 7; i++) {
            pod("p" + i, "resourceClaimTemplateName: t");
        }
        Await.until(
                "five are bound",
                () -> pods.list().stream()
                                .filter(pod -> !pod.spec().nodeName().isEmpty())
                                .count()
                        == 5);
        assertThat(claims.list().stream()
                        .flatMap(claim -> claim.status().allocation().devices().results().stream())
                        .map(DeviceId::of))
                .hasSize(5)
                .doesNotHaveDuplicates();
    }

    @Test
    void podsShareAClaimOnItsNode() throws Exception {
        publish("node-b", "d1");
        claims.create(new ResourceClaim(Yaml.decodeMap("{apiVersion: resource.k8s.io/v1, kind: ResourceClaim, metadata:"
                + " {name: shared, namespace: default}, spec: {devices: {requests: [{name: r, exactly:"
                + " {deviceClassName: gpu}}]}}}")));
        pod("p", "resourceClaimName: shared");
        pod("q", "resourceClaimName: shared");
        awaitNode("p", "node-b");
        awaitNode("q", "node-b");
        Await.until(
                "both have it",
                () -> claims.get("shared").status().reservedFor().size() == 2);
        pods.delete("p", AT_ONCE);
        pods.delete("q", AT_ONCE);
        Await.until("it is free", () -> !claims.get("shared").status().hasAllocation());
    }
}
