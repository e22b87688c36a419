package dev.proa.control.statefulset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodSpec;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ResourceClient;
import dev.proa.client.Retry;
import dev.proa.client.Transport.Request;
import dev.proa.client.clock.Clock;
import dev.proa.control.history.Revisions;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatefulSetControllerTest {
    private static final Map<String, String> LABELS = Map.of("app", "web");

    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<StatefulSet> sets =
            cluster.client.resource(StatefulSet.KIND).in("default");
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final ResourceClient<ControllerRevision> revisions =
            cluster.client.resource(ControllerRevision.KIND).in("default");

    @BeforeEach
    void start() throws Exception {
        cluster.start(StatefulSetController::new);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static StatefulSet set(int replicas, String policy) {
        return StatefulSet.of("default", "web")
                .withSpec(spec -> spec.withReplicas(replicas)
                        .withServiceName("web")
                        .withPodManagementPolicy(policy)
                        .withSelector(selector -> selector.withMatchLabels(LABELS))
                        .withTemplate(template ->
                                template.withMetadata(m -> m.withLabels(LABELS)).withSpec(container("web:1"))));
    }

    private static PodSpec container(String image) {
        return new PodSpec(MapValue.of("containers", ListValue.of(MapValue.of("name", "main", "image", image))));
    }

    private void change(UnaryOperator<StatefulSet> change) throws InterruptedException {
        Retry.onConflict(Clock.system(), () -> sets.update(change.apply(sets.get("web"))));
    }

    private StatefulSet awaitReady(int replicas) throws InterruptedException {
        return Await.until(
                replicas + " are ready",
                () -> sets.get("web"),
                set -> set.status().readyReplicas() == replicas
                        && set.status().replicas() == replicas
                        && set.status().observedGeneration() == set.metadata().generation());
    }

    private List<Request> podWrites(String verb) {
        return cluster.server.writes().stream()
                .filter(request -> request.verb().equals(verb) && request.path().contains("/pods"))
                .toList();
    }

    @Test
    void createsAndUpdatesManyWithoutAskingTwice() throws Exception {
        cluster.withReadyPods();
        sets.create(set(150, "Parallel"));
        awaitReady(150);
        change(set -> set.withSpec(spec -> spec.withReplicas(20)));
        awaitReady(20);
        assertThat(podWrites("create")).hasSize(150);
        assertThat(podWrites("delete")).hasSize(130);
    }

    @Test
    void updatesInOrderFromTheLast() throws Exception {
        cluster.withReadyPods();
        sets.create(set(4, "OrderedReady"));
        awaitReady(4);
        change(set -> set.withSpec(spec -> spec.withTemplate(template -> template.withSpec(container("web:2")))));
        Await.until(
                "updated",
                () -> sets.get("web"),
                set -> set.status().currentRevision().equals(set.status().updateRevision())
                        && set.status().updatedReplicas() == 4
                        && pods.list().stream()
                                .allMatch(pod -> pod.spec()
                                        .containers()
                                        .getFirst()
                                        .image()
                                        .equals("web:2")));
        assertThat(podWrites("delete").stream().map(request -> request.path().replaceAll(".*/", "")))
                .containsExactly("web-3", "web-2", "web-1", "web-0");
        assertThat(podWrites("create")).hasSize(8);
    }

    @Test
    void doesNotActOnWhatItHasNotSeen() throws Exception {
        sets.create(set(3, "Parallel"));
        Await.until("all seen", () -> sets.get("web").status().replicas() == 3);
        var unseen = ConcurrentHashMap.<String>newKeySet();
        unseen.add("/pods");
        cluster.server.intercept(request -> {
            if (request.verb().equals("watch") && unseen.stream().anyMatch(request.path()::endsWith)) {
                throw StatusException.serviceUnavailable("restarting");
            }
            return request;
        });
        cluster.server.breakWatches();
        change(set -> set.withSpec(spec -> spec.withReplicas(5)));
        Await.until("the others, which are not seen", () -> pods.list().size() == 5);
        change(set -> set.withMetadata(m -> m.withAnnotations(Map.of("look", "again"))));
        unseen.clear();
        Await.until("all seen", () -> sets.get("web").status().replicas() == 5);
        assertThat(podWrites("create")).hasSize(5);
    }

    @Test
    void saysWhyAPodCannotBeCreatedAndTriesAgain() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        cluster.server.intercept(request -> {
            if (request.verb().equals("create") && request.path().endsWith("/pods") && refused.incrementAndGet() <= 3) {
                throw StatusException.of(Reason.Forbidden, "exceeded quota: q", MapValue.EMPTY);
            }
            return request;
        });
        sets.create(set(5, "Parallel"));
        Await.until("all", () -> pods.list().size() == 5);
        assertThat(refused.get()).as("slow start: one try at a time").isEqualTo(8);
        Await.until("the event", () -> !cluster.events("FailedCreate").isEmpty());
        assertThat(cluster.events("FailedCreate"))
                .containsExactly("Create Pod web-0 in StatefulSet web failed error: exceeded quota: q");
    }

    @Test
    void waitsForAClaimThatIsBeingDeleted() throws Exception {
        ResourceClient<PersistentVolumeClaim> claims =
                cluster.client.resource(PersistentVolumeClaim.KIND).in("default");
        PersistentVolumeClaim template = new PersistentVolumeClaim(MapValue.of(
                "metadata",
                MapValue.of("name", "data"),
                "spec",
                MapValue.of(
                        "accessModes",
                        ListValue.of("ReadWriteOnce"),
                        "resources",
                        MapValue.of("requests", MapValue.of("storage", "1Gi")))));
        PersistentVolumeClaim former = claims.create(new PersistentVolumeClaim(
                        template.value().with("apiVersion", "v1").with("kind", "PersistentVolumeClaim"))
                .withMetadata(
                        m -> m.withName("data-web-0").withNamespace("default").withFinalizers(List.of("a.b/c"))));
        claims.delete("data-web-0");
        cluster.awaitSeen(PersistentVolumeClaim.KIND, former);
        sets.create(set(1, "OrderedReady").withSpec(spec -> spec.withVolumeClaimTemplates(List.of(template))));
        Await.until("the event", () -> !cluster.events("FailedCreate").isEmpty());
        assertThat(cluster.events("FailedCreate"))
                .containsExactly("Create Pod web-0 in StatefulSet web failed error: pvc data-web-0 is being deleted");
        assertThat(pods.list()).isEmpty();

        Retry.onConflict(
                Clock.system(),
                () -> claims.update(claims.get("data-web-0").withMetadata(m -> m.withFinalizers(List.of()))));
        Await.until("the pod", () -> pods.list().size() == 1);
        assertThat(claims.get("data-web-0").uid()).isNotEqualTo(former.uid());
        assertThat(claims.get("data-web-0").labels()).isEqualTo(LABELS);
    }

    @Test
    void evadesTheNameOfAnotherRevision() throws Exception {
        StatefulSet web = sets.create(set(0, "OrderedReady"));
        Await.until("observed", () -> sets.get("web").status().observedGeneration() == 1);
        StatefulSet next = web.withSpec(
                spec -> spec.withReplicas(1).withTemplate(template -> template.withSpec(container("web:2"))));
        StatefulSet defaulted =
                sets.dryRun().update(next.withMetadata(sets.get("web").metadata()));
        ControllerRevision taken =
                Revisions.of(StatefulSet.KIND, web, defaulted.spec().template(), 1, 0);
        revisions.create(taken.withData(MapValue.of("somebody", "else's"))
                .withMetadata(m -> m.withLabels(Map.of()).withOwnerReferences(List.of())));
        change(set -> set.withSpec(next.spec()));
        StatefulSet evaded =
                Await.until("evaded", () -> sets.get("web"), set -> set.status().collisionCount() == 1);
        assertThat(evaded.status().updateRevision()).isNotEqualTo(taken.name());
        assertThat(Revisions.template(revisions.get(evaded.status().updateRevision())))
                .isEqualTo(evaded.spec().template());
    }
}
