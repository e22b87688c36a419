package dev.proa.control.scheduler.plugin;

import static dev.proa.control.scheduler.Samples.container;
import static dev.proa.control.scheduler.Samples.node;
import static dev.proa.control.scheduler.Samples.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.policy.v1.PodDisruptionBudget;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Patch;
import dev.proa.control.scheduler.PluginCluster;
import dev.proa.control.scheduler.Samples;
import dev.proa.control.scheduler.framework.BindingPoints;
import dev.proa.control.scheduler.framework.Code;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.NodeStatuses;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PostFilterResult;
import dev.proa.control.scheduler.framework.Profile;
import dev.proa.control.scheduler.framework.Snapshot;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.scheduler.preemption.DisruptionBudgetsTest;
import dev.proa.control.shared.Pods;
import dev.proa.testing.Await;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DefaultPreemptionTest {
    private final PluginCluster cluster = new PluginCluster(DefaultPlugins.ALL);
    private final Map<String, NodeInfo> nodes = new HashMap<>();

    @AfterEach
    void close() {
        cluster.close();
    }

    private void addNode(String name, String cpu) {
        addNode(node(name, cpu, "8Gi", 110));
    }

    private void addNode(Node node) {
        nodes.put(node.name(), NodeInfo.of(node));
    }

    /** A pod of a priority on a node. */
    private PodInfo running(String name, String node, int priority, String cpu, String labels) {
        Pod pod = pod(name, "\"nodeName\":\"%s\",\"priority\":%d,%s".formatted(node, priority, container(cpu, "0")));
        PodInfo info = cluster.add(new Pod(pod.value()
                .withMap("metadata", metadata -> metadata.with("labels", Samples.json("{" + labels + "}")))
                .with(
                        "status",
                        MapValue.of("startTime", Times.format(Samples.START.minusSeconds(100 + nodes.size()))))));
        nodes.computeIfPresent(node, (key, before) -> before.with(info));
        return info;
    }

    private PodInfo running(String name, String node, int priority, String cpu) {
        return running(name, node, priority, cpu, "");
    }

    private PodInfo waiting(String name, int priority, String cpu, String more) {
        return cluster.add(pod(
                name,
                more + "\"schedulerName\":\"default-scheduler\",\"priority\":" + priority + "," + container(cpu, "0")));
    }

    /** What the plugins say to a pod that was just found to fit nowhere. */
    private PostFilterResult postFilter(PodInfo pod) {
        CycleState state = new CycleState(Samples.snapshot(List.copyOf(nodes.values())));
        cluster.framework.preFilter(state, pod);
        NodeStatuses statuses = new NodeStatuses();
        nodes.values().forEach(node -> {
            Status status = cluster.framework.filterWithNominatedPods(state, pod, node);
            assertThat(status.isRejected())
                    .as("it does not fit on %s", node.name())
                    .isTrue();
            statuses.set(node.name(), status);
        });
        return cluster.framework.postFilter(state, pod, statuses);
    }

    private String message(PodInfo pod) {
        return postFilter(pod).status().message();
    }

    private Set<String> victims() throws InterruptedException {
        Set<String> victims = new HashSet<>();
        for (Pod pod : cluster.client.resource(Pod.KIND).in("default").list()) {
            if (pod.isDeleting()) {
                victims.add(pod.name());
            }
        }
        return victims;
    }

    private void awaitVictims(String... names) throws InterruptedException {
        Await.until("they are evicted", () -> cluster.events.size() == names.length);
        assertThat(victims()).containsExactlyInAnyOrder(names);
    }

    @Test
    void evictsAndSaysSo() throws Exception {
        addNode("n", "4");
        PodInfo low = running("low", "n", 1, "4");
        PodInfo high = waiting("high", 10, "2", "");
        PostFilterResult result = postFilter(high);
        assertThat(result).isEqualTo(new PostFilterResult(Status.SUCCESS.by("DefaultPreemption"), "n"));
        awaitVictims("low");
        Pod victim = cluster.client.resource(Pod.KIND).in("default").get("low");
        assertThat(victim.uid()).isEqualTo(low.uid());
        MapValue condition = Pods.condition(victim, "DisruptionTarget");
        assertThat(condition)
                .isEqualTo(MapValue.of(
                        "type",
                        "DisruptionTarget",
                        "status",
                        "True",
                        "reason",
                        "PreemptionByScheduler",
                        "message",
                        "default-scheduler: preempting to accommodate a higher priority pod",
                        "observedGeneration",
                        1L,
                        "lastTransitionTime",
                        "2026-01-01T00:00:00Z"));
        assertThat(cluster.events).containsExactly("Preempted of low: Preempted by pod " + high.uid() + " on node n");
        assertThat(cluster.activated).isEmpty();
    }

    @Test
    void evictsNoMoreThanItMustAndTheLeastImportant() throws Exception {
        addNode("n", "6");
        running("a", "n", 3, "2");
        running("b", "n", 2, "2");
        running("c", "n", 1, "2");
        assertThat(postFilter(waiting("high", 10, "3", "")).nominatedNode()).isEqualTo("n");
        awaitVictims("b", "c");
    }

    @Test
    void sparesABiggerPodWhereASmallerOneIsEnough() throws Exception {
        addNode("n", "4");
        running("big", "n", 1, "3");
        running("small", "n", 1, "1");
        postFilter(waiting("high", 10, "1", ""));
        awaitVictims("small");
    }

    @Test
    void choosesTheNodeWithTheLeastImportantVictims() throws Exception {
        addNode("n", "4");
        addNode("m", "4");
        running("a", "n", 5, "4");
        running("b", "m", 4, "2");
        running("c", "m", 4, "2");
        assertThat(postFilter(waiting("high", 10, "4", "")).nominatedNode()).isEqualTo("m");
        awaitVictims("b", "c");
    }

    @Test
    void violatesNoBudgetWhereThereIsAnotherNode() throws Exception {
        cluster.add(
                PodDisruptionBudget.KIND,
                DisruptionBudgetsTest.budget("budget", "{\"matchLabels\":{\"app\":\"x\"}}", 0, ""));
        addNode("n", "4");
        addNode("m", "4");
        running("guarded", "n", 1, "4", "\"app\":\"x\"");
        running("free", "m", 5, "4");
        assertThat(postFilter(waiting("high", 10, "4", "")).nominatedNode()).isEqualTo("m");
        awaitVictims("free");
    }

    @Test
    void reprievesWhatABudgetGuardsFirst() throws Exception {
        cluster.add(
                PodDisruptionBudget.KIND,
                DisruptionBudgetsTest.budget("budget", "{\"matchLabels\":{\"app\":\"x\"}}", 0, ""));
        addNode("n", "4");
        running("guarded", "n", 1, "2", "\"app\":\"x\"");
        running("free", "n", 5, "2");
        postFilter(waiting("high", 10, "2", ""));
        awaitVictims("free");
    }

    @Test
    void saysWhyItDoesNotHelp() {
        addNode("n", "4");
        addNode("small", "1");
        running("equal", "n", 10, "4");
        assertThat(message(waiting("p", 10, "4", "")))
                .isEqualTo("no new claims to deallocate, preemption: 0/2 nodes are available: 1 No preemption victims"
                        + " found for incoming pod, 1 Preemption is not helpful for scheduling.");
        running("low", "n", 1, "0");
        PostFilterResult result = postFilter(waiting("q", 10, "4", ""));
        assertThat(result.status().message())
                .as("what the filters say without the victims")
                .isEqualTo("no new claims to deallocate, preemption: 0/2 nodes are available: 1 Insufficient cpu, 1"
                        + " Preemption is not helpful for scheduling.");
        assertThat(result.nominatedNode()).as("an old nomination is cleared").isEmpty();
    }

    @Test
    void neverPreemptsForAPodThatDoesNotWantIt() {
        addNode("n", "4");
        running("low", "n", 1, "4");
        PostFilterResult result = postFilter(waiting("p", 10, "4", "\"preemptionPolicy\":\"Never\","));
        assertThat(result.status().message())
                .isEqualTo("no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.");
        assertThat(result.nominatedNode()).isNull();
    }

    @Test
    void waitsForVictimsToTerminate() throws Exception {
        addNode("n", "4");
        PodInfo low = running("low", "n", 1, "4");
        PodInfo high = waiting("high", 10, "4", "");
        assertThat(postFilter(high).nominatedNode()).isEqualTo("n");
        awaitVictims("low");
        Pod going = cluster.client.resource(Pod.KIND).in("default").get("low");
        nodes.put("n", nodes.get("n").with(low, low.withPlaced(going)));
        PodInfo nominated = nominate(high, "n");
        PostFilterResult again = postFilter(nominated);
        assertThat(again.status().message())
                .isEqualTo("no new claims to deallocate, preemption: not eligible due to a terminating pod on the"
                        + " nominated node.");
        assertThat(again.nominatedNode()).isNull();
        assertThat(cluster.events).hasSize(1);
    }

    private PodInfo nominate(PodInfo pod, String node) throws InterruptedException {
        Pod changed = cluster.client
                .resource(Pod.KIND)
                .in("default")
                .patchStatus(
                        pod.pod().name(), Patch.merge(MapValue.of("status", MapValue.of("nominatedNodeName", node))));
        Await.until("it is known", () -> {
            Pod seen = cluster.informers.informer(Pod.KIND).get("default", changed.name());
            return seen != null && seen.status().nominatedNodeName().equals(node);
        });
        PodInfo now = pod.with(changed);
        cluster.nominator.put(now, null);
        return now;
    }

    @Test
    void leavesRoomToWhatIsNominatedAndClearsWhatIsLessImportant() throws Exception {
        addNode("n", "4");
        running("low", "n", 1, "4");
        nominate(waiting("more", 20, "3", ""), "n");
        nominate(waiting("less", 5, "3", ""), "n");
        assertThat(message(waiting("two", 10, "2", ""))).contains("1 Insufficient cpu");
        assertThat(postFilter(waiting("one", 10, "1", "")).nominatedNode()).isEqualTo("n");
        awaitVictims("low");
        Await.until(
                "less is not nominated",
                () -> cluster.find("less").status().nominatedNodeName().isEmpty());
        assertThat(cluster.find("more").status().nominatedNodeName()).isEqualTo("n");
    }

    @Test
    void keepsThePodOutOfTheQueueUntilTheLastVictimGoes() throws Exception {
        addNode("n", "4");
        running("a", "n", 1, "2");
        running("b", "n", 1, "2");
        CountDownLatch go = new CountDownLatch(1);
        cluster.server.intercept(request -> {
            if (request.verb().equals("patch")) {
                awaitLatch(go);
            }
            return request;
        });
        PodInfo high = waiting("high", 10, "4", "");
        assertThat(cluster.framework.preEnqueue(high)).isEqualTo(Status.SUCCESS);
        postFilter(high);
        assertThat(cluster.framework.preEnqueue(high))
                .isEqualTo(Status.unresolvable("waiting for the preemption for this pod to be finished")
                        .by("DefaultPreemption"));
        go.countDown();
        awaitVictims("a", "b");
        Await.until("it may be tried", () -> cluster.framework.preEnqueue(high).isSuccess());
        Await.until("it is brought back, as what it was held back from is over", () -> !cluster.activated.isEmpty());
        assertThat(cluster.activated.getFirst().name()).isEqualTo("high");
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void triesThePodAgainWhenAVictimCouldNotBeEvicted() throws Exception {
        addNode("n", "4");
        running("low", "n", 1, "4");
        cluster.server.intercept(request -> {
            if (request.verb().equals("delete")) {
                throw StatusException.of(Reason.InternalError, "no", MapValue.EMPTY);
            }
            return request;
        });
        PodInfo high = waiting("high", 10, "4", "");
        postFilter(high);
        Await.until("it is activated", () -> cluster.activated.size() == 1);
        assertThat(cluster.activated.getFirst().name()).isEqualTo("high");
        assertThat(cluster.framework.preEnqueue(high)).isEqualTo(Status.SUCCESS);
        assertThat(cluster.events).isEmpty();
    }

    @Test
    void doesNotDeleteAVictimThatHasNoNodeYet() throws Exception {
        addNode("n", "4");
        PodInfo low = waiting("low", 1, "4", "").assumedOn("n");
        nodes.computeIfPresent("n", (key, before) -> before.with(low));
        CountDownLatch begun = new CountDownLatch(1);
        List<Status> ended = new CopyOnWriteArrayList<>();
        BindingPoints points = new Framework(
                        new Profile(
                                "other",
                                List.of(
                                        Profile.Entry.of(handle -> new PrioritySort()),
                                        Profile.Entry.of(handle -> new Waits(begun)),
                                        Profile.Entry.of(DefaultBinder::new))),
                        cluster.services)
                .binding();
        Thread.ofVirtual().start(() -> ended.add(points.preBind(new CycleState(Snapshot.EMPTY), low, "n")));
        begun.await();
        postFilter(waiting("high", 10, "4", ""));
        Await.until("the binding has ended", () -> !ended.isEmpty());
        assertThat(ended.getFirst().code()).isEqualTo(Code.ERROR);
        assertThat(ended.getFirst().message()).isEqualTo("preempted by DefaultPreemption");
        Await.until("an event", () -> cluster.events.size() == 1);
        assertThat(cluster.events.getFirst()).endsWith(" on node n (in kube-scheduler memory).");
        assertThat(cluster.find("low").isDeleting()).isFalse();
    }

    /** Binds nothing before it is interrupted. */
    private record Waits(CountDownLatch begun) implements Plugin.PreBind {
        @Override
        public String name() {
            return "Waits";
        }

        @Override
        public Status preBindPreFlight(CycleState state, PodInfo pod, String node) {
            return Status.SUCCESS;
        }

        @Override
        public Status preBind(CycleState state, PodInfo pod, String node) {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
                return Status.error("nobody opens this latch");
            } catch (InterruptedException e) {
                return Status.SUCCESS;
            }
        }
    }

    @Test
    void looksAtEnoughNodesOnly() {
        DefaultPreemptionArgs args = DefaultPreemptionArgs.DEFAULT;
        assertThat(args.candidates(7)).isEqualTo(7);
        assertThat(args.candidates(300)).isEqualTo(100);
        assertThat(args.candidates(5000)).isEqualTo(500);
        assertThat(new DefaultPreemptionArgs(0, 1).candidates(5000)).isEqualTo(1);
    }
}
