package dev.proa.control.scheduler;

import static dev.proa.control.scheduler.Samples.asking;
import static dev.proa.control.scheduler.Samples.container;
import static dev.proa.control.scheduler.Samples.node;
import static dev.proa.control.scheduler.Samples.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.value.MapValue;
import dev.proa.client.ResourceClient;
import dev.proa.control.scheduler.framework.Code;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.Handle;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Profile;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.scheduler.framework.TracingPlugin;
import dev.proa.control.scheduler.framework.TracingPlugin.Point;
import dev.proa.control.scheduler.plugin.DefaultBinder;
import dev.proa.control.scheduler.plugin.DefaultPlugins;
import dev.proa.control.scheduler.plugin.NodeResourcesFit;
import dev.proa.control.scheduler.plugin.PrioritySort;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a pod gets through both cycles, with a plugin at every extension point. */
class CycleTest {
    private final List<String> trace = new CopyOnWriteArrayList<>();
    private final TracingPlugin plugin = new TracingPlugin("Test", trace);
    private final AtomicReference<Handle> handle = new AtomicReference<>();
    private final SimulatedClock clock = new SimulatedClock();
    private final TestCluster cluster = new TestCluster(clock);
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final ResourceClient<Node> nodes = cluster.client.resource(Node.KIND);

    @AfterEach
    void close() {
        cluster.close();
    }

    private Scheduler start(Plugin more) throws InterruptedException {
        Scheduler scheduler = new Scheduler(
                cluster.schedulerContext(),
                List.of(new Profile(
                        Scheduler.NAME,
                        List.of(
                                Profile.Entry.of(handle -> new PrioritySort()),
                                Profile.Entry.of(given -> {
                                    handle.set(given);
                                    return more;
                                }),
                                Profile.Entry.of(handle -> new NodeResourcesFit()),
                                Profile.Entry.of(DefaultBinder::new)))));
        cluster.start(context -> scheduler);
        return scheduler;
    }

    private void addNodes(String... names) throws InterruptedException {
        for (String name : names) {
            nodes.create(node(name, "4", "8Gi", 110));
            Await.until(
                    "the node is known",
                    () -> cluster.informers.informer(Node.KIND).get("", name) != null);
        }
    }

    private String nodeOf(String pod) {
        return pods.get(pod).spec().nodeName();
    }

    @Test
    void everyExtensionPointIsPassedInOrder() throws Exception {
        start(plugin);
        addNodes("n", "m");
        pods.create(asking("p", "1", "1Gi"));
        Await.until("it is bound", () -> trace.contains("Test.POST_BIND"));
        List<String> points = new ArrayList<>();
        for (String call : trace) {
            if (points.isEmpty() || !points.getLast().equals(call)) {
                points.add(call);
            }
        }
        assertThat(points)
                .containsExactly(
                        "Test.PRE_ENQUEUE",
                        "Test.PRE_FILTER",
                        "Test.FILTER",
                        "Test.PRE_SCORE",
                        "Test.SCORE",
                        "Test.NORMALIZE",
                        "Test.RESERVE",
                        "Test.PERMIT",
                        "Test.PRE_FLIGHT",
                        "Test.PRE_BIND",
                        "Test.BIND",
                        "Test.POST_BIND");
    }

    /** The plugin's latch stands for one that is slow; what informers see must reach cache and queue all the same. */
    @Test
    void informersAreNotHeldUpByASlowPlugin() throws Exception {
        CountDownLatch scoring = new CountDownLatch(1);
        CountDownLatch slow = new CountDownLatch(1);
        Scheduler scheduler = start(new Plugin.Score() {
            @Override
            public String name() {
                return "Slow";
            }

            @Override
            public long score(CycleState state, PodInfo pod, NodeInfo node) {
                scoring.countDown();
                try {
                    slow.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return 0;
            }
        });
        addNodes("n", "m");
        pods.create(asking("p", "1", "1Gi"));
        scoring.await();
        Node seen = nodes.create(node("o", "4", "8Gi", 110));
        cluster.awaitSeen(Node.KIND, seen);
        Pod placed = pods.create(pod("placed", "\"nodeName\":\"n\"," + container("1", "1Gi")));
        cluster.awaitSeen(Pod.KIND, placed);
        Pod next = pods.create(asking("q", "1", "1Gi"));
        cluster.awaitSeen(Pod.KIND, next);
        assertThat(scheduler.pending().active())
                .as("q is queued while p is scored")
                .isEqualTo(1);
        assertThat(nodeOf("p")).isEmpty();
        slow.countDown();
        Await.until(
                "both are bound", () -> !nodeOf("p").isEmpty() && !nodeOf("q").isEmpty());
    }

    @Test
    void podsThatWaitForAPermitDoNotHoldUpOthers() throws Exception {
        plugin.only(pod -> pod.pod().name().startsWith("gang")).permitWithin(Duration.ofMinutes(5));
        start(plugin);
        addNodes("n");
        for (int i = 0; i < 40; i++) { // more than are bound at once
            pods.create(asking("gang-" + i, "10m", "1Mi"));
        }
        Await.until("all wait", () -> handle.get().waitingPods().size() == 40);
        assertThat(pods.get("gang-0").status().nominatedNodeName())
                .as("those who plan can see where it will go")
                .isEqualTo("n");
        pods.create(asking("p", "1", "1Gi"));
        Await.until("another is bound", () -> nodeOf("p").equals("n"));
        handle.get().waitingPods().forEach(pod -> pod.allow("Test"));
        Await.until(
                "all are bound",
                () -> pods.list().stream().allMatch(pod -> pod.spec().nodeName().equals("n")));
    }

    @Test
    void aPodWhosePermitIsRefusedGivesBackItsRoom() throws Exception {
        plugin.only(pod -> pod.pod().name().equals("p")).permitWithin(Duration.ofSeconds(30));
        Scheduler scheduler = start(plugin);
        addNodes("n");
        pods.create(asking("p", "4", "1Gi"));
        Await.until("it waits", () -> handle.get().waitingPods().size() == 1);
        pods.create(asking("q", "4", "1Gi"));
        Await.until("there is no room", () -> scheduler.pending().unschedulable() == 1);
        plugin.answer(Point.PRE_FILTER, Status.unresolvable("not again")); // else it may be quicker than the other
        handle.get().waitingPods().iterator().next().reject("Test", "the gang is not complete");
        Await.until("the other takes its room", () -> nodeOf("q").equals("n"));
        Await.until(
                "it says why",
                () -> cluster.events("FailedScheduling")
                        .contains("0/1 nodes are available: 1 the gang is not complete."));
        assertThat(trace).contains("Test.UNRESERVE");
        Await.until(
                "nobody counts on its node any more",
                () -> pods.get("p").status().nominatedNodeName().isEmpty());
    }

    @Test
    void aPodThatIsDeletedWhileItWaitsForItsPermitGivesBackItsRoom() throws Exception {
        plugin.only(pod -> pod.pod().name().equals("p")).permitWithin(Duration.ofMinutes(5));
        Scheduler scheduler = start(plugin);
        addNodes("n");
        pods.create(asking("p", "4", "1Gi"));
        Await.until("it waits", () -> handle.get().waitingPods().size() == 1);
        pods.create(asking("q", "4", "1Gi"));
        Await.until("there is no room", () -> scheduler.pending().unschedulable() == 1);
        pods.delete("p", DeleteOptions.EMPTY.withGracePeriodSeconds(0));
        Await.until("the other takes its room", () -> nodeOf("q").equals("n"));
        assertThat(handle.get().waitingPods()).isEmpty();
    }

    @Test
    void postFilterNominatesANodeAndOthersLeaveTheRoom() throws Exception {
        plugin.only(pod -> pod.pod().name().equals("vip")).nominate("n").answer(Point.POST_FILTER, Status.SUCCESS);
        start(plugin);
        addNodes("n");
        pods.create(asking("old", "3", "1Gi"));
        Await.until("old is bound", () -> nodeOf("old").equals("n"));
        pods.create(asking("vip", "4", "1Gi"));
        Await.until(
                "it is nominated",
                () -> pods.get("vip").status().nominatedNodeName().equals("n"));
        pods.create(asking("small", "1", "1Gi"));
        Await.until("small has to leave it the room", () -> {
            MapValue condition = Pods.condition(pods.get("small"), "PodScheduled");
            return condition != null && condition.string("message").contains("Insufficient cpu");
        });
        pods.delete("old", DeleteOptions.EMPTY.withGracePeriodSeconds(0));
        Await.until("the room is taken by whom it was made for", () -> {
            clock.advance(Duration.ofSeconds(1));
            return nodeOf("vip").equals("n");
        });
    }

    @Test
    void aPendingPluginNeedsNoBackoff() throws Exception {
        plugin.only(pod -> pod.pod().name().equals("p"))
                .answer(Point.PRE_FILTER, Status.of(Code.PENDING, "waiting for a claim"));
        Scheduler scheduler = start(plugin);
        addNodes("n");
        pods.create(asking("p", "1", "1Gi"));
        Await.until("it waits", () -> scheduler.pending().unschedulable() == 1);
        plugin.heal();
        nodes.create(node("m", "4", "8Gi", 110));
        Await.until(
                "it is bound although the clock stands still",
                () -> !nodeOf("p").isEmpty());
    }

    @Test
    void eachProfileHasItsPlugins() throws Exception {
        plugin.answer(Point.FILTER, Status.unresolvable("not with this profile"));
        List<Profile.Entry> strict = new ArrayList<>(DefaultPlugins.ALL);
        strict.add(Profile.Entry.of(handle -> plugin));
        Scheduler scheduler = new Scheduler(
                cluster.schedulerContext(),
                List.of(new Profile(Scheduler.NAME, DefaultPlugins.ALL), new Profile("strict", strict)));
        cluster.start(context -> scheduler);
        addNodes("n");
        pods.create(pod("p", "\"schedulerName\":\"strict\"," + container("1", "1Gi")));
        pods.create(asking("q", "1", "1Gi"));
        Await.until("q is bound", () -> nodeOf("q").equals("n"));
        Await.until("p waits", () -> scheduler.pending().unschedulable() == 1);
        assertThat(nodeOf("p")).isEmpty();
    }
}
