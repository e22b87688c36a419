package dev.proa.control.replicaset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodSpec;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ResourceClient;
import dev.proa.client.Retry;
import dev.proa.client.clock.Clock;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplicaSetControllerTest {
    private static final PodSpec CONTAINER =
            new PodSpec(MapValue.of("containers", ListValue.of(MapValue.of("name", "main", "image", "web:1"))));

    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<ReplicaSet> sets =
            cluster.client.resource(ReplicaSet.KIND).in("default");
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");

    @BeforeEach
    void start() throws Exception {
        cluster.start(ReplicaSetController::new);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    static ReplicaSet set(String name, int replicas) {
        Map<String, String> labels = Map.of("app", name);
        return ReplicaSet.of("default", name)
                .withSpec(spec -> spec.withReplicas(replicas)
                        .withSelector(selector -> selector.withMatchLabels(labels))
                        .withTemplate(template ->
                                template.withMetadata(m -> m.withLabels(labels)).withSpec(CONTAINER)));
    }

    private ReplicaSet awaitStatus(String name, int replicas) throws InterruptedException {
        return Await.until(
                name + " has " + replicas,
                () -> sets.get(name),
                set -> set.status().replicas() == replicas
                        && set.status().observedGeneration() == set.metadata().generation());
    }

    @Test
    void createsWhatIsMissingOnceAndSaysSo() throws Exception {
        ReplicaSet web = sets.create(set("web", 25));
        awaitStatus("web", 25);
        assertThat(pods.list()).hasSize(25).allSatisfy(pod -> {
            assertThat(pod.name()).startsWith("web-");
            OwnerReference owner = pod.metadata().ownerReferences().getFirst();
            assertThat(owner.uid()).isEqualTo(web.uid());
            assertThat(owner.controller()).isTrue();
            assertThat(owner.blockOwnerDeletion()).isTrue();
        });
        Await.until("events", () -> !cluster.events("SuccessfulCreate").isEmpty());
        assertThat(cluster.events("SuccessfulCreate").getFirst()).startsWith("Created pod: web-");
    }

    @Test
    void replacesDeletedPodsAndShrinks() throws Exception {
        sets.create(set("web", 3));
        awaitStatus("web", 3);
        pods.delete(pods.list().getFirst().name());
        Await.until("a new one", () -> pods.list().size() == 3);

        Retry.onConflict(Clock.system(), () -> sets.update(sets.get("web").withSpec(spec -> spec.withReplicas(1))));
        Await.until("one is left", () -> pods.list().size() == 1);
        awaitStatus("web", 1);
    }

    @Test
    void countsReadyPods() throws Exception {
        sets.create(set("web", 2));
        awaitStatus("web", 2);
        cluster.markReady(pods.list().getFirst());
        Await.until("one is ready", () -> sets.get("web").status().readyReplicas() == 1);
        assertThat(sets.get("web").status().availableReplicas()).isEqualTo(1);
        assertThat(sets.get("web").status().fullyLabeledReplicas()).isEqualTo(2);
    }

    @Test
    void adoptsOrphansAndReleasesWhatItsSelectorNoLongerMatches() throws Exception {
        Pod orphan = pods.create(
                Pod.of("default", "orphan").withSpec(CONTAINER).withMetadata(m -> m.withLabels(Map.of("app", "web"))));
        cluster.awaitSeen(Pod.KIND, orphan); // or else it may be replaced before it is known
        ReplicaSet web = sets.create(set("web", 1));
        Await.until("adopted", () -> Owners.isControlledBy(pods.get("orphan"), web));
        awaitStatus("web", 1);
        assertThat(pods.list()).extracting(Pod::uid).containsExactly(orphan.uid());

        Retry.onConflict(
                Clock.system(),
                () -> pods.update(pods.get("orphan").withMetadata(m -> m.withLabels(Map.of("app", "debug")))));
        Await.until("replaced", () -> pods.list().size() == 2);
        Await.until(
                "released",
                () -> pods.get("orphan").metadata().ownerReferences().isEmpty());
    }

    @Test
    void leavesOthersPodsAlone() throws Exception {
        ReplicaSet other = ReplicaSet.of("default", "other").withMetadata(m -> m.withUid("somebody"));
        pods.create(Pod.of("default", "theirs")
                .withSpec(CONTAINER)
                .withMetadata(m -> m.withLabels(Map.of("app", "web"))
                        .withOwnerReferences(List.of(Owners.controllerReference(ReplicaSet.KIND, other)))));
        sets.create(set("web", 1));
        awaitStatus("web", 1);
        assertThat(pods.list()).hasSize(2);
    }

    @Test
    void saysWhyPodsCannotBeCreatedAndTriesAgain() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        cluster.server.intercept(request -> {
            if (request.verb().equals("create") && request.path().endsWith("/pods") && refused.incrementAndGet() <= 3) {
                throw StatusException.of(Reason.Forbidden, "exceeded quota: q", MapValue.EMPTY);
            }
            return request;
        });
        sets.create(set("web", 5));
        Await.until("the event", () -> !cluster.events("FailedCreate").isEmpty());
        assertThat(cluster.events("FailedCreate")).containsExactly("Error creating: exceeded quota: q");
        awaitStatus("web", 5);
        Await.until("healed", () -> sets.get("web").status().conditions().isEmpty());
        assertThat(refused.get()).as("slow start: one try at a time").isEqualTo(8);
    }

    @Test
    void writesNoCountsToAnotherSetOfTheName() throws Exception {
        AtomicReference<ReplicaSet> another = new AtomicReference<>();
        cluster.server.intercept(request -> {
            if (request.verb().equals("update") && request.path().endsWith("/web/status") && another.get() == null) {
                sets.delete("web");
                another.set(sets.create(set("web", 0)));
            }
            return request;
        });
        sets.create(set("web", 2));
        Await.until("the other one has a status", () -> {
            ReplicaSet found = sets.find("web"); // there is none for a moment
            return found != null && found.status().observedGeneration() == 1;
        });
        assertThat(cluster.server.writes())
                .filteredOn(request -> request.path().endsWith("/web/status")
                        && request.body() instanceof MapValue body
                        && body.map("metadata")
                                .string("uid")
                                .equals(another.get().uid()))
                .hasSize(1)
                .allMatch(request -> request.body() instanceof MapValue body
                        && body.map("status").integer("replicas", 0) == 0);
    }

    @Test
    void expectsNothingOfASetThatAnotherOneOfItsNameExpected() throws Exception {
        sets.create(set("web", 1));
        awaitStatus("web", 1);
        Set<String> unseen = ConcurrentHashMap.newKeySet();
        cluster.server.intercept(request -> {
            if (request.verb().equals("watch") && unseen.stream().anyMatch(request.path()::endsWith)) {
                throw StatusException.serviceUnavailable("restarting");
            }
            return request;
        });
        unseen.add("/pods");
        cluster.server.breakWatches();
        Retry.onConflict(Clock.system(), () -> sets.update(sets.get("web").withSpec(spec -> spec.withReplicas(2))));
        Await.until("another pod, which is not seen", () -> pods.list().size() == 2);
        unseen.add("/replicasets");
        cluster.server.breakWatches();
        sets.delete("web");
        Map<String, String> labels = Map.of("app", "other");
        sets.create(set("web", 2)
                .withSpec(spec -> spec.withSelector(selector -> selector.withMatchLabels(labels))
                        .withTemplate(template ->
                                template.withMetadata(m -> m.withLabels(labels)).withSpec(CONTAINER))));
        unseen.remove("/replicasets");
        Await.until(
                "pods of the new set",
                () -> pods.list().stream()
                                .filter(pod -> "other".equals(pod.labels().get("app")))
                                .count()
                        == 2);
    }
}
