package dev.proa.control.disruption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.codec.Json;
import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.pod.DisruptionAllowed;
import dev.proa.api.policy.v1.PodDisruptionBudget;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport.Request;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DisruptionControllerTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final TestCluster cluster = new TestCluster(clock);
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final ResourceClient<PodDisruptionBudget> budgets =
            cluster.client.resource(PodDisruptionBudget.KIND).in("default");

    @BeforeEach
    void start() throws Exception {
        cluster.start(DisruptionController::new);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void budget(String spec) {
        budgets.create(new PodDisruptionBudget(Yaml.decodeMap(
                "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: web, namespace: default}, spec: {selector:"
                        + " {matchLabels: {app: web}}, " + spec + "}}")));
    }

    private PodDisruptionBudget awaitBudget(Predicate<PodDisruptionBudget> condition) throws InterruptedException {
        return Await.until("the budget", () -> budgets.get("web"), condition);
    }

    private PodDisruptionBudget awaitCounts(int allowed, int healthy, int desired, int expected)
            throws InterruptedException {
        return awaitBudget(budget -> budget.status().observedGeneration() == 1
                && budget.status().disruptionsAllowed() == allowed
                && budget.status().currentHealthy() == healthy
                && budget.status().desiredHealthy() == desired
                && budget.status().expectedPods() == expected);
    }

    private static String reason(PodDisruptionBudget budget) {
        MapValue condition = DisruptionAllowed.of(budget.status().value());
        return condition == null ? "" : condition.string("reason");
    }

    /** @param owner its reference in YAML; empty for none */
    private Pod pod(String name, boolean ready, String owner) {
        return cluster.createPod(new Pod(Yaml.decodeMap("""
                {apiVersion: v1, kind: Pod,
                 metadata: {name: %s, namespace: default, labels: {app: web}, ownerReferences: [%s]},
                 spec: {nodeName: node1, containers: [{name: main, image: web:1}]},
                 status: {phase: Running, conditions: [{type: Ready, status: "%s"}]}}""".formatted(name, owner, ready ? "True" : "False"))));
    }

    private static String ownedBy(Kind<?> kind, KubeObject owner) {
        return Json.toString(Owners.controllerReference(kind, owner).value());
    }

    private static <T extends KubeObject> MapValue workload(Kind<T> kind, String name, int replicas, String owner) {
        return Yaml.decodeMap("""
                {apiVersion: %s, kind: %s, metadata: {name: %s, namespace: default, ownerReferences: [%s]},
                 spec: {replicas: %d, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}},
                  spec: {containers: [{name: main, image: web:1}]}}}}""".formatted(kind.apiVersion(), kind.kind(), name, owner, replicas));
    }

    /** A replica set that is seen, so that its pods are not counted before. */
    private ReplicaSet replicaSet(String name, int replicas, String owner) throws InterruptedException {
        return cluster.awaitSeen(
                ReplicaSet.KIND,
                cluster.client
                        .resource(ReplicaSet.KIND)
                        .create(new ReplicaSet(workload(ReplicaSet.KIND, name, replicas, owner))));
    }

    @Test
    void allowsWhatIsMoreThanTheNumberThatMustBeAvailable() throws Exception {
        budget("minAvailable: 2");
        assertThat(reason(awaitCounts(0, 0, 2, 0))).isEqualTo("InsufficientPods");
        Await.until("it says so", () -> cluster.events("NoPods").contains("No matching pods found"));
        for (int i = 0; i < 4; i++) {
            pod("p" + i, i != 3, "");
        }
        PodDisruptionBudget counted = awaitCounts(1, 3, 2, 4);
        assertThat(reason(counted)).isEqualTo("SufficientPods");
        pods.delete("p0");
        assertThat(reason(awaitBudget(b -> b.status().currentHealthy() == 2))).isEqualTo("InsufficientPods");
    }

    @Test
    void takesPercentagesOfWhatControllersWant() throws Exception {
        Deployment web = cluster.awaitSeen(
                Deployment.KIND,
                cluster.client
                        .resource(Deployment.KIND)
                        .create(new Deployment(workload(Deployment.KIND, "web", 10, ""))));
        ReplicaSet set = replicaSet("web-1", 3, ownedBy(Deployment.KIND, web));
        ReplicaSet other = replicaSet("other", 2, "");
        for (int i = 0; i < 9; i++) {
            pod("p" + i, true, ownedBy(ReplicaSet.KIND, set));
        }
        pod("q", true, ownedBy(ReplicaSet.KIND, other));
        budget("maxUnavailable: 20%");
        awaitCounts(1, 10, 9, 12);
        budgets.delete("web");
        budget("minAvailable: 50%");
        awaitCounts(4, 10, 6, 12);
        budgets.delete("web");
        budget("maxUnavailable: 20");
        awaitCounts(10, 10, 0, 12);
    }

    @Test
    void readsTheScaleOfOtherControllers() throws Exception {
        cluster.client
                .transport()
                .call(new Request(
                        "create",
                        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                        Map.of(),
                        Yaml.decodeMap("""
                {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: sets.example.com},
                 spec: {group: example.com, scope: Namespaced, names: {plural: sets, kind: Set},
                  versions: [{name: v1, served: true, storage: true,
                   subresources: {scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}},
                   schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]}}"""),
                        null));
        MapValue set = Await.until(
                "it is served",
                () -> {
                    try {
                        return cluster.client
                                .transport()
                                .call(new Request(
                                        "create",
                                        "/apis/example.com/v1/namespaces/default/sets",
                                        Map.of(),
                                        Yaml.decodeMap(
                                                "{apiVersion: example.com/v1, kind: Set, metadata: {name: mine}, spec: {replicas: 4}}"),
                                        null));
                    } catch (StatusException e) {
                        return null;
                    }
                },
                found -> found != null);
        pod(
                "p",
                true,
                "{apiVersion: example.com/v1, kind: Set, name: mine, controller: true, uid: "
                        + set.map("metadata").string("uid") + "}");
        budget("maxUnavailable: 3");
        awaitCounts(0, 1, 1, 4);
    }

    @Test
    void allowsNothingWhenItCannotTell() throws Exception {
        pod("p", true, "{apiVersion: apps/v1, kind: DaemonSet, name: agent, controller: true, uid: u}");
        budget("maxUnavailable: 1");
        PodDisruptionBudget failed = awaitBudget(budget -> reason(budget).equals("SyncFailed"));
        MapValue condition = DisruptionAllowed.of(failed.status().value());
        assertThat(condition).isNotNull();
        assertThat(condition.string("message")).isEqualTo("daemonsets.apps does not implement the scale subresource");
        assertThat(failed.status().disruptionsAllowed()).isZero();
        Await.until(
                "it says so",
                () -> cluster.events("CalculateExpectedPodCountFailed")
                        .contains(
                                "Failed to calculate the number of expected pods: daemonsets.apps does not implement the scale"
                                        + " subresource"));
    }

    @Test
    void allowsNothingWhileAControllerIsNotThere() throws Exception {
        pod("p", true, "{apiVersion: apps/v1, kind: ReplicaSet, name: web, controller: true, uid: u}");
        budget("maxUnavailable: 1");
        PodDisruptionBudget failed = awaitBudget(budget -> reason(budget).equals("SyncFailed"));
        assertThat(String.valueOf(DisruptionAllowed.of(failed.status().value())))
                .contains("found no controllers for pod \"p\"");
    }

    @Test
    void warnsOfPodsWithoutController() throws Exception {
        pod("p", true, "");
        budget("maxUnavailable: 1");
        awaitCounts(0, 1, 0, 0);
        Await.until(
                "it says so",
                () -> cluster.events("UnmanagedPods").stream()
                        .anyMatch(text -> text.startsWith("Pods selected by this PodDisruptionBudget (selector:"
                                + " &LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:"
                                + "[]LabelSelectorRequirement{},}) were found to be unmanaged.")));
    }

    @Test
    void forgetsEvictionsThatNeverHappened() throws Exception {
        pod("a", true, "");
        pod("b", true, "");
        budget("minAvailable: 1");
        awaitCounts(1, 2, 1, 2);
        budgets.patchStatus(
                "web",
                Patch.merge(MapValue.of(
                        "status",
                        MapValue.of(
                                "disruptionsAllowed",
                                0L,
                                "disruptedPods",
                                MapValue.of("a", Times.format(clock.instant()))))));
        awaitCounts(0, 1, 1, 2);
        clock.advance(Duration.ofSeconds(121));
        PodDisruptionBudget again = awaitCounts(1, 2, 1, 2);
        assertThat(again.status().value().has("disruptedPods")).isFalse();
        Await.until(
                "it says so",
                () -> cluster.events("NotDeleted")
                        .contains("Pod was expected by PDB default/default to be deleted but it wasn't"));
    }

    @Test
    void takesBackTheConditionOfPodsThatWereNotDeleted() throws Exception {
        Pod pod = pod("p", true, "");
        pods.patchStatus(
                "p",
                Patch.strategic(Yaml.decodeMap("{status: {conditions: [{type: DisruptionTarget, status: 'True',"
                        + " reason: PreemptionByScheduler, message: m, lastTransitionTime: '"
                        + Times.format(clock.instant()) + "'}]}}")));
        Await.until("it is seen", () -> {
            Pod seen = cluster.informers.informer(Pod.KIND).get("default", pod.name());
            return seen != null && Pods.condition(seen, "DisruptionTarget") != null;
        });
        clock.advance(Duration.ofSeconds(119));
        assertThat(String.valueOf(Pods.condition(pods.get("p"), "DisruptionTarget")))
                .contains("True");
        Await.until("taken back", () -> {
            clock.advance(Duration.ofSeconds(1));
            MapValue condition = Pods.condition(pods.get("p"), "DisruptionTarget");
            return condition != null && condition.string("status").equals("False");
        });
        MapValue condition = Pods.condition(pods.get("p"), "DisruptionTarget");
        assertThat(condition).isNotNull();
        assertThat(condition.has("reason")).isFalse();
    }

    /** Evictions from many sides while the controller counts: never are fewer healthy than demanded. */
    @Test
    void neverHaveFewerHealthyPodsThanDemanded() throws Exception {
        int count = 24;
        for (int i = 0; i < count; i++) {
            pod("p" + i, true, "");
        }
        budget("minAvailable: 20");
        awaitCounts(4, count, 20, count);
        List<Future<Boolean>> evictions = new ArrayList<>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < count; i++) {
                    String name = "p" + i;
                    evictions.add(executor.submit(() -> evict(name)));
                }
            }
        }
        for (Future<Boolean> eviction : evictions) {
            eviction.get();
        }
        assertThat(staying()).hasSizeGreaterThanOrEqualTo(20);
        Await.until("all that may go have gone", () -> {
            staying().forEach(pod -> evict(pod.name())); // two may have been let through for one and the same
            return staying().size() <= 20;
        });
        awaitCounts(0, 20, 20, count);
        assertThat(staying()).hasSize(20);
    }

    private List<Pod> staying() {
        return pods.list().stream().filter(pod -> !pod.isDeleting()).toList();
    }

    /** Tells whether the pod was let go; one that goes already is no other. */
    private boolean evict(String name) {
        try {
            pods.subresource(
                    "create",
                    name,
                    "eviction",
                    Yaml.decodeMap("{apiVersion: policy/v1, kind: Eviction, metadata: {name: " + name + "}}"));
            return true;
        } catch (StatusException e) {
            assertThat(e.code()).isEqualTo(429);
            return false;
        }
    }
}
