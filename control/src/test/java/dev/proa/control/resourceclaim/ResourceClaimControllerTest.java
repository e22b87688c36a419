package dev.proa.control.resourceclaim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.resource.v1.AllocationResult;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.resource.v1.ResourceClaimTemplate;
import dev.proa.api.value.MapValue;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ResourceClaimControllerTest {
    private static final DeleteOptions AT_ONCE = DeleteOptions.EMPTY.withGracePeriodSeconds(0);
    private static final String REQUESTS = "devices: {requests: [{name: r, exactly: {deviceClassName: gpu}}]}";
    private static final MapValue ALLOCATION =
            Yaml.decodeMap("{devices: {results: [{request: r, driver: example.com, pool: p, device: d}]}}");

    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final ResourceClient<ResourceClaim> claims =
            cluster.client.resource(ResourceClaim.KIND).in("default");

    @BeforeEach
    void start() throws Exception {
        cluster.start(ResourceClaimController::new);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void template() {
        cluster.client
                .resource(ResourceClaimTemplate.KIND)
                .create(new ResourceClaimTemplate(Yaml.decodeMap("{apiVersion: resource.k8s.io/v1, kind:"
                        + " ResourceClaimTemplate, metadata: {name: t, namespace: default}, spec: {metadata: {labels: {a:"
                        + " b}}, spec: {" + REQUESTS + "}}}")));
    }

    private Pod pod(String name, String more, String claim) {
        return pods.create(new Pod(Yaml.decodeMap("{apiVersion: v1, kind: Pod, metadata: {name: " + name
                + ", namespace: default}, spec: {" + more + " containers: [{name: c, image: i, resources: {claims:"
                + " [{name: gpu}]}}], resourceClaims: [{name: gpu, " + claim + "}]}}")));
    }

    private String claimOf(String pod) throws Exception {
        return Await.until(
                pod + " has a claim",
                () -> pods.get(pod).status().resourceClaimStatuses().stream()
                        .map(status -> status.resourceClaimName())
                        .findFirst()
                        .orElse(""),
                name -> !name.isEmpty());
    }

    @Test
    void makesTheClaimOfAPodOnceAndNamesItInItsStatus() throws Exception {
        Pod pod = pod("p", "", "resourceClaimTemplateName: t");
        Await.until(
                "that is told",
                () -> cluster.events("FailedResourceClaimCreation")
                        .contains(
                                "PodResourceClaim gpu: resource claim template \"t\": resourceclaimtemplate.resource.k8s.io"
                                        + " \"t\" not found"));
        template();
        ResourceClaim claim = claims.get(claimOf("p"));
        assertThat(claim.name()).startsWith("p-gpu-");
        assertThat(Owners.isControlledBy(claim, pod)).isTrue();
        assertThat(claim.labels()).containsEntry("a", "b");
        assertThat(claim.annotations()).containsEntry("resource.kubernetes.io/pod-claim-name", "gpu");
        cluster.awaitSeen(Pod.KIND, pods.get("p"));
        for (int i = 0; i < 5; i++) {
            pods.patch("p", Patch.merge(MapValue.of("metadata", MapValue.of("labels", MapValue.of("n", "" + i)))));
        }
        pods.patchStatus("p", Patch.merge(Yaml.decodeMap("{status: {phase: Succeeded}}")));
        Await.until("the claim of a pod that is done goes", () -> claims.list().isEmpty());
    }

    @Test
    void releasesAClaimWhenItsLastPodIsDone() throws Exception {
        claims.create(new ResourceClaim(Yaml.decodeMap("{apiVersion: resource.k8s.io/v1, kind: ResourceClaim, metadata:"
                + " {name: shared, namespace: default, finalizers: [resource.kubernetes.io/delete-protection]}, spec: {"
                + REQUESTS + "}}")));
        Pod first = pod("first", "", "resourceClaimName: shared");
        Pod second = pod("second", "", "resourceClaimName: shared");
        allocate("shared", first, second);
        pods.delete("first", AT_ONCE);
        Await.until(
                "the first one's is gone",
                () -> claims.get("shared").status().reservedFor().size() == 1);
        assertThat(claims.get("shared").status().hasAllocation()).isTrue();
        pods.patchStatus("second", Patch.merge(Yaml.decodeMap("{status: {phase: Failed}}")));
        Await.until("it is free", () -> !claims.get("shared").status().hasAllocation());
        Await.until(
                "it may go", () -> claims.get("shared").metadata().finalizers().isEmpty());
        assertThat(claims.get("shared").status().reservedFor()).isEmpty();
    }

    private void allocate(String name, Pod... consumers) throws Exception {
        ResourceClaim claim = claims.get(name);
        claim = claim.withStatus(status -> status.withAllocation(new AllocationResult(ALLOCATION)));
        for (Pod consumer : consumers) {
            claim = ResourceClaims.reserve(claim, consumer);
        }
        cluster.awaitSeen(ResourceClaim.KIND, claims.updateStatus(claim));
    }

    @Test
    void reservesAnAllocatedClaimForAPodThatNamesItsNode() throws Exception {
        claims.create(new ResourceClaim(Yaml.decodeMap("{apiVersion: resource.k8s.io/v1, kind: ResourceClaim, metadata:"
                + " {name: shared, namespace: default}, spec: {" + REQUESTS + "}}")));
        allocate("shared");
        Pod pod = pod("p", "nodeName: node-a,", "resourceClaimName: shared");
        Await.until("it is reserved", () -> ResourceClaims.isReservedFor(claims.get("shared"), pod));
    }

    @Test
    void cutsLongNamesInProportion() {
        assertThat(ClaimTemplates.base("p", "gpu")).isEqualTo("p-gpu-");
        String base = ClaimTemplates.base("p".repeat(60), "c".repeat(20));
        assertThat(base).isEqualTo("p".repeat(41) + "-" + "c".repeat(13));
        assertThat(base).hasSizeLessThanOrEqualTo(57);
    }
}
