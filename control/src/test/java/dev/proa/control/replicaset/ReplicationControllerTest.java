package dev.proa.control.replicaset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodSpec;
import dev.proa.api.core.v1.ReplicationController;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What ReplicationControllers have of their own; the rest is as with ReplicaSets. */
class ReplicationControllerTest {
    private static final Map<String, String> LABELS = Map.of("app", "web");

    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<ReplicationController> controllers =
            cluster.client.resource(ReplicationController.KIND).in("default");
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");

    @BeforeEach
    void start() throws Exception {
        cluster.start(ReplicationControllerController::new).withReadyPods();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static PodSpec container() {
        return new PodSpec(MapValue.of("containers", ListValue.of(MapValue.of("name", "main", "image", "web:1"))));
    }

    private ReplicationController create(int replicas) {
        return controllers.create(ReplicationController.of("default", "web")
                .withSpec(spec -> spec.withReplicas(replicas)
                        .withTemplate(template ->
                                template.withMetadata(m -> m.withLabels(LABELS)).withSpec(container()))));
    }

    private ReplicationController awaitReady(int replicas) throws InterruptedException {
        return Await.until(
                replicas + " ready",
                () -> controllers.get("web"),
                controller -> controller.status().replicas() == replicas
                        && controller.status().readyReplicas() == replicas);
    }

    @Test
    void createsAndDeletesPodsAndCountsThem() throws Exception {
        ReplicationController web = create(3);
        ReplicationController ready = awaitReady(3);
        assertThat(ready.status().value().has("terminatingReplicas")).isFalse();
        assertThat(ready.status().fullyLabeledReplicas()).isEqualTo(3);
        assertThat(pods.list()).allSatisfy(pod -> {
            assertThat(pod.name()).startsWith("web-");
            assertThat(pod.metadata().ownerReferences().getFirst().kind()).isEqualTo("ReplicationController");
            assertThat(Owners.isControlledBy(pod, web)).isTrue();
        });
        controllers.patch("web", Patch.merge(MapValue.of("spec", MapValue.of("replicas", 1L))));
        awaitReady(1);
        Await.until("events", () -> cluster.events("SuccessfulDelete").size() == 2);
    }

    @Test
    void adoptsPodsWithItsLabels() throws Exception {
        Pod orphan = pods.create(Pod.of("default", "orphan")
                .withMetadata(m -> m.withLabels(LABELS))
                .withSpec(container()));
        create(1);
        awaitReady(1);
        assertThat(pods.list()).hasSize(1);
        assertThat(Owners.isControlledBy(pods.get(orphan.name()), controllers.get("web")))
                .isTrue();
    }
}
