package dev.proa.control.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.DeploymentCondition;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.IntOrString;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ResourceClient;
import dev.proa.client.Retry;
import dev.proa.client.clock.Clock;
import dev.proa.control.replicaset.ReplicaSetController;
import dev.proa.control.shared.Templates;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeploymentControllerTest {
    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<Deployment> deployments =
            cluster.client.resource(Deployment.KIND).in("default");
    private final ResourceClient<ReplicaSet> sets =
            cluster.client.resource(ReplicaSet.KIND).in("default");

    @BeforeEach
    void start() throws Exception {
        cluster.start(ReplicaSetController::new, DeploymentController::new);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static Deployment deployment(int replicas, String image) {
        Map<String, String> labels = Map.of("app", "web");
        return withImage(
                Deployment.of("default", "web")
                        .withSpec(spec -> spec.withReplicas(replicas)
                                .withProgressDeadlineSeconds(600)
                                .withRevisionHistoryLimit(10)
                                .withSelector(selector -> selector.withMatchLabels(labels))
                                .withTemplate(template -> template.withMetadata(m -> m.withLabels(labels)))
                                .withStrategy(strategy -> strategy.withType("RollingUpdate")
                                        .withRollingUpdate(r -> r.withMaxSurge(IntOrString.of("25%"))
                                                .withMaxUnavailable(IntOrString.of("25%"))))),
                image);
    }

    private static Deployment withImage(Deployment deployment, String image) {
        return deployment.withSpec(spec ->
                spec.withTemplate(template -> template.withSpec(new dev.proa.api.core.v1.PodSpec(
                        MapValue.of("containers", ListValue.of(MapValue.of("name", "web", "image", image)))))));
    }

    private void change(UnaryOperator<Deployment> change) throws InterruptedException {
        Retry.onConflict(Clock.system(), () -> deployments.update(change.apply(deployments.get("web"))));
    }

    private Deployment awaitComplete() throws InterruptedException {
        return Await.until("the rollout ends", () -> deployments.get("web"), web -> {
            MapValue progressing = RolloutStatus.progressing(web.status());
            return RolloutStatus.isComplete(web, web.status())
                    && progressing != null
                    && progressing.string("reason").equals("NewReplicaSetAvailable");
        });
    }

    private List<ReplicaSet> byRevision() {
        return sets.list().stream()
                .sorted(Comparator.comparingLong(Revisions::of))
                .toList();
    }

    @Test
    void rollsOutAndBackAndKeepsHistory() throws Exception {
        cluster.withReadyPods();
        deployments.create(deployment(4, "web:1"));
        Deployment first = awaitComplete();
        assertThat(first.annotations()).containsEntry(Revisions.REVISION, "1");
        assertThat(first.status().conditions())
                .extracting(DeploymentCondition::type, DeploymentCondition::status, DeploymentCondition::reason)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("Available", "True", "MinimumReplicasAvailable"),
                        org.assertj.core.groups.Tuple.tuple("Progressing", "True", "NewReplicaSetAvailable"));
        String name = sets.list().getFirst().name();
        Await.until("the event", () -> !cluster.events("ScalingReplicaSet").isEmpty());
        assertThat(cluster.events("ScalingReplicaSet"))
                .containsExactly("Scaled up replica set " + name + " from 0 to 4");

        change(web -> withImage(web, "web:2"));
        Await.until("seen", () -> sets.list().size() == 2);
        assertThat(awaitComplete().annotations()).containsEntry(Revisions.REVISION, "2");
        assertThat(byRevision()).extracting(set -> set.spec().replicas()).containsExactly(0, 4);
        assertThat(cluster.pods())
                .hasSize(4)
                .allMatch(pod -> pod.spec().containers().getFirst().image().equals("web:2"));

        change(web -> withImage(web, "web:1"));
        Await.until(
                "revision 3",
                () -> "3".equals(deployments.get("web").annotations().get(Revisions.REVISION)));
        awaitComplete();
        List<ReplicaSet> history = byRevision();
        assertThat(history).hasSize(2);
        assertThat(history.getLast().name()).isEqualTo(name);
        assertThat(history.getLast().annotations())
                .containsEntry(Revisions.REVISION, "3")
                .containsEntry(Revisions.HISTORY, "1");
    }

    @Test
    void scalesWithoutANewRevision() throws Exception {
        cluster.withReadyPods();
        deployments.create(deployment(2, "web:1"));
        awaitComplete();
        change(web -> web.withSpec(spec -> spec.withReplicas(5)));
        Await.until("five pods", () -> cluster.pods().size() == 5);
        assertThat(awaitComplete().annotations()).containsEntry(Revisions.REVISION, "1");
        assertThat(sets.list()).hasSize(1);
    }

    @Test
    void holdsARolloutThatIsPaused() throws Exception {
        cluster.withReadyPods();
        deployments.create(deployment(2, "web:1"));
        awaitComplete();
        change(web -> withImage(web, "web:2").withSpec(spec -> spec.withPaused(true)));
        Await.until("marked", () -> {
            MapValue progressing =
                    RolloutStatus.progressing(deployments.get("web").status());
            return progressing != null && progressing.string("reason").equals("DeploymentPaused");
        });
        assertThat(sets.list()).hasSize(1);
        change(web -> web.withSpec(spec -> spec.withPaused(false)));
        Await.until("rolled", () -> sets.list().size() == 2);
        awaitComplete();
    }

    @Test
    void recreateWaitsForTheLastOldPod() throws Exception {
        cluster.withReadyPods();
        deployments.create(deployment(2, "web:1")
                .withSpec(spec -> spec.withStrategy(
                        new dev.proa.api.apps.v1.DeploymentStrategy(MapValue.of("type", "Recreate")))));
        awaitComplete();
        // A finalizer keeps one old pod around, as a slow shutdown would
        Pod slow = cluster.pods().getFirst();
        ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
        Retry.onConflict(
                Clock.system(),
                () -> pods.update(pods.get(slow.name()).withMetadata(m -> m.withFinalizers(List.of("test/slow")))));
        change(web -> withImage(web, "web:2"));
        Await.until("the others are gone", () -> cluster.pods().size() == 1);
        assertThat(sets.list()).hasSize(1);
        Retry.onConflict(
                Clock.system(), () -> pods.update(pods.get(slow.name()).withMetadata(m -> m.withoutFinalizers())));
        Await.until("new pods", () -> cluster.pods().size() == 2);
        awaitComplete();
    }

    @Test
    void cleansUpOldRevisionsBeyondTheLimit() throws Exception {
        cluster.withReadyPods();
        deployments.create(deployment(1, "web:0").withSpec(spec -> spec.withRevisionHistoryLimit(2)));
        awaitComplete();
        for (int i = 1; i <= 4; i++) {
            String image = "web:" + i;
            change(web -> withImage(web, image));
            String revision = Integer.toString(i + 1);
            Await.until(
                    "revision " + revision,
                    () -> revision.equals(deployments.get("web").annotations().get(Revisions.REVISION)));
            awaitComplete();
        }
        Await.until("two old sets are left", () -> sets.list().size() == 3);
        assertThat(byRevision()).extracting(Revisions::of).containsExactly(3L, 4L, 5L);
    }

    @Test
    void avoidsANameThatIsTakenByAnotherTemplate() throws Exception {
        cluster.withReadyPods();
        Deployment wanted = deployments.dryRun().create(deployment(1, "web:1")); // with its defaults
        String taken = "web-" + Templates.hash(wanted.spec().template(), 0);
        Map<String, String> other = Map.of("app", "other");
        sets.create(ReplicaSet.of("default", taken)
                .withSpec(spec -> spec.withReplicas(0)
                        .withSelector(s -> s.withMatchLabels(other))
                        .withTemplate(wanted.spec().template().withMetadata(m -> m.withLabels(other)))));
        deployments.create(deployment(1, "web:1"));
        assertThat(awaitComplete().status().collisionCount()).isEqualTo(1);
    }
}
