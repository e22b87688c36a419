package dev.proa.control.daemonset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.Retry;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.EventHandler;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DaemonSetControllerTest {
    private static final String ROLLING = "{type: RollingUpdate, rollingUpdate: {maxUnavailable: 1, maxSurge: 0}}";

    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<DaemonSet> sets =
            cluster.client.resource(DaemonSet.KIND).in("default");
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final ResourceClient<Node> nodes = cluster.client.resource(Node.KIND);
    private final ResourceClient<ControllerRevision> revisions =
            cluster.client.resource(ControllerRevision.KIND).in("default");

    @BeforeEach
    void start() throws Exception {
        cluster.start(DaemonSetController::new);
        for (String name : List.of("a", "b", "c")) {
            nodes.create(Samples.node(name));
        }
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static DaemonSet fresh(String strategy) {
        return new DaemonSet(Samples.set(strategy)
                .value()
                .withMap("metadata", m -> m.without("uid").without("generation")));
    }

    private static Set<String> nodesOf(Collection<Pod> pods) {
        return pods.stream().map(DaemonPods::node).collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> there() {
        return nodesOf(pods.list().stream().filter(pod -> !pod.isDeleting()).toList());
    }

    private DaemonSet awaitSet(Predicate<DaemonSet> condition) throws InterruptedException {
        return Await.until("agent", () -> sets.get("agent"), condition);
    }

    private void image(String image) throws InterruptedException {
        sets.patch(
                "agent",
                Patch.strategic(Yaml.decodeMap(
                        "{spec: {template: {spec: {containers: [{name: main, image: '" + image + "'}]}}}}")));
    }

    @Test
    void hasAPodOnEachNodeAlsoWhenNodesChange() throws Exception {
        cluster.withReadyPods();
        DaemonSet set = sets.create(fresh(ROLLING));
        Await.until("a pod for each", () -> there().equals(Set.of("a", "b", "c")));
        DaemonSet counted = awaitSet(s -> s.status().numberAvailable() == 3);
        assertThat(counted.status().desiredNumberScheduled()).isEqualTo(3);
        assertThat(counted.status().updatedNumberScheduled()).isEqualTo(3);
        assertThat(counted.status().observedGeneration()).isEqualTo(1);
        assertThat(pods.list()).allMatch(pod -> Owners.isControlledBy(pod, set));

        nodes.create(Samples.node("d"));
        Await.until("the new node", () -> there().contains("d"));
        nodes.patch("a", Patch.merge(Yaml.decodeMap("{spec: {taints: [{key: x, effect: NoExecute}]}}")));
        Await.until("not on a", () -> !there().contains("a"));
        awaitSet(s -> s.status().desiredNumberScheduled() == 3 && s.status().numberMisscheduled() == 0);
        nodes.patch("a", Patch.merge(Yaml.decodeMap("{spec: {taints: null}}")));
        Await.until("on a again", () -> there().contains("a"));
        nodes.delete("d");
        Await.until("its pod, which nobody bound, goes", () -> !there().contains("d"));
        assertThat(there()).containsExactly("a", "b", "c");
    }

    @Test
    void hasOnePodForEachOfManyNodesThoughItCreatesThemInBursts() throws Exception {
        int many = DaemonPodWriter.BURST + 20;
        for (int i = 0; i < many; i++) {
            nodes.create(Samples.node("many-" + i));
        }
        sets.create(fresh(ROLLING));
        awaitSet(s -> s.status().currentNumberScheduled() == many + 3);
        assertThat(pods.list()).hasSize(many + 3);
        assertThat(there()).hasSize(many + 3);
    }

    /** Those that were asked about in vain would wait for a clock that stands still. */
    @Test
    void replacesManyFailedPodsInBurstsWithoutDelay() throws Exception {
        SimulatedClock clock = new SimulatedClock();
        Instant end = clock.instant().plusMillis(900); // large sets are synced a little later, the back-off is a second
        try (TestCluster still = new TestCluster(clock)) {
            ResourceClient<Pod> all = still.client.resource(Pod.KIND).in("default");
            DaemonSet set = Samples.set("{type: OnDelete}");
            int many = DaemonPodWriter.BURST + 5;
            for (int i = 0; i < many; i++) {
                String name = "failed-" + i;
                still.client.resource(Node.KIND).create(Samples.node(name));
                Pod pod = DaemonPods.on(DaemonPods.prototype(set, "h"), name);
                all.create(new Pod(pod.value()
                        .withMap("metadata", m -> m.with("name", name).without("ownerReferences"))));
                all.patchStatus(name, Patch.merge(MapValue.of("status", MapValue.of("phase", "Failed"))));
            }
            still.client.resource(DaemonSet.KIND).in("default").create(fresh("{type: OnDelete}"));
            still.start(DaemonSetController::new);
            Await.until("all are replaced", () -> {
                if (clock.instant().isBefore(end)) {
                    clock.advance(Duration.ofMillis(1));
                }
                List<Pod> now = all.list();
                return now.size() == many
                        && now.stream().noneMatch(pod -> pod.name().startsWith("failed-"));
            });
        }
    }

    @Test
    void rollsOutANewTemplateAndBack() throws Exception {
        cluster.withReadyPods();
        sets.create(fresh(ROLLING));
        awaitSet(s -> s.status().numberAvailable() == 3);
        String first = revisions.list().getFirst().labels().get("controller-revision-hash");
        assertThat(pods.list()).allMatch(pod -> first.equals(pod.labels().get("controller-revision-hash")));

        image("agent:2");
        awaitSet(s -> s.status().observedGeneration() == 2
                && s.status().updatedNumberScheduled() == 3
                && s.status().numberAvailable() == 3);
        assertThat(pods.list())
                .hasSize(3)
                .allMatch(pod -> pod.spec().containers().getFirst().image().equals("agent:2"));
        assertThat(revisions.list()).extracting(ControllerRevision::revision).containsExactlyInAnyOrder(1L, 2L);

        image("agent:1");
        awaitSet(s -> s.status().observedGeneration() == 3 && s.status().updatedNumberScheduled() == 3);
        assertThat(revisions.list()).extracting(ControllerRevision::revision).containsExactlyInAnyOrder(2L, 3L);
        assertThat(pods.list()).allMatch(pod -> first.equals(pod.labels().get("controller-revision-hash")));
    }

    @Test
    void neverHasANodeWithoutPodWhenItSurges() throws Exception {
        cluster.withReadyPods();
        sets.create(fresh("{type: RollingUpdate, rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}"));
        awaitSet(s -> s.status().numberAvailable() == 3);
        AtomicInteger fewest = new AtomicInteger(3);
        cluster.informers.informer(Pod.KIND).addHandler(new EventHandler<Pod>() {
            @Override
            public void deleted(Pod last) {
                int ready = (int) cluster.informers.informer(Pod.KIND).list("default").stream()
                        .filter(Pods::isReady)
                        .count();
                fewest.accumulateAndGet(ready, Math::min);
            }
        });
        image("agent:2");
        awaitSet(s -> s.status().observedGeneration() == 2 && s.status().updatedNumberScheduled() == 3);
        Await.until("the old ones are gone", () -> pods.list().size() == 3);
        assertThat(fewest.get()).isEqualTo(3);
    }

    @Test
    void leavesOldPodsToWhoeverDeletesThem() throws Exception {
        cluster.withReadyPods();
        sets.create(fresh("{type: OnDelete}"));
        awaitSet(s -> s.status().numberAvailable() == 3);
        image("agent:2");
        awaitSet(s -> s.status().observedGeneration() == 2 && s.status().updatedNumberScheduled() == 0);
        pods.delete(pods.list().getFirst().name());
        awaitSet(s -> s.status().updatedNumberScheduled() == 1);
    }

    @Test
    void replacesFailedPodsAndSaysSo() throws Exception {
        sets.create(fresh(ROLLING));
        Await.until("a pod for each", () -> there().size() == 3);
        Pod failing = pods.list().getFirst();
        pods.patchStatus(failing.name(), Patch.merge(MapValue.of("status", MapValue.of("phase", "Failed"))));
        Await.until("replaced", () -> pods.find(failing.name()) == null && there().size() == 3);
        Await.until("the event", () -> !cluster.events("FailedDaemonPod").isEmpty());
        assertThat(cluster.events("FailedDaemonPod"))
                .containsExactly("Found failed daemon pod default/" + failing.name() + " on node "
                        + DaemonPods.node(failing) + ", will try to kill it");
    }

    @Test
    void adoptsPodsAndRevisionsThatWereLeftBehind() throws Exception {
        DaemonSet first = sets.create(fresh(ROLLING));
        Await.until("a pod for each", () -> there().size() == 3);
        Set<String> before = pods.list().stream().map(Pod::uid).collect(Collectors.toSet());
        sets.delete("agent"); // no garbage collector runs
        for (Pod pod : pods.list()) {
            Retry.onConflict(
                    Clock.system(),
                    () -> pods.update(pods.get(pod.name()).withMetadata(m -> m.withOwnerReferences(List.of()))));
        }
        ControllerRevision revision = revisions.list().getFirst();
        revisions.update(revision.withMetadata(m -> m.withOwnerReferences(List.of())));
        Await.until(
                "orphans are seen",
                () -> cluster.informers.informer(Pod.KIND).list("default").stream()
                        .allMatch(pod -> Owners.controllerOf(pod) == null));
        DaemonSet second = sets.create(fresh(ROLLING));
        Await.until("adopted", () -> pods.list().stream().allMatch(pod -> Owners.isControlledBy(pod, second)));
        awaitSet(s -> s.status().currentNumberScheduled() == 3 && s.status().updatedNumberScheduled() == 3);
        assertThat(pods.list()).extracting(Pod::uid).containsExactlyInAnyOrderElementsOf(before);
        assertThat(revisions.list()).hasSize(1).allMatch(found -> Owners.isControlledBy(found, second));
        assertThat(first.uid()).isNotEqualTo(second.uid());
    }

    @Test
    void keepsNoMoreRevisionsThanItShould() throws Exception {
        cluster.withReadyPods();
        sets.create(fresh(ROLLING).withSpec(spec -> spec.withRevisionHistoryLimit(1)));
        for (int i = 2; i <= 4; i++) {
            image("agent:" + i);
            int generation = i;
            awaitSet(s ->
                    s.status().observedGeneration() == generation && s.status().updatedNumberScheduled() == 3);
        }
        Await.until("two are left", () -> revisions.list().size() == 2);
    }

    @Test
    void triesOnePodAtATimeWhileNoneCanBeCreated() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        cluster.server.intercept(request -> {
            if (request.verb().equals("create") && request.path().endsWith("/pods") && refused.incrementAndGet() <= 2) {
                throw StatusException.of(Reason.Forbidden, "exceeded quota: q", MapValue.EMPTY);
            }
            return request;
        });
        sets.create(fresh(ROLLING));
        Await.until("a pod for each", () -> there().size() == 3);
        assertThat(refused.get()).isEqualTo(5);
        assertThat(cluster.events("FailedCreate")).contains("Error creating: exceeded quota: q");
    }
}
