package dev.proa.control.scheduler;

import static dev.proa.control.scheduler.Samples.asking;
import static dev.proa.control.scheduler.Samples.node;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.value.MapValue;
import dev.proa.client.ResourceClient;
import dev.proa.control.scheduler.framework.Profile;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.scheduler.framework.TracingPlugin;
import dev.proa.control.scheduler.framework.TracingPlugin.Point;
import dev.proa.control.scheduler.plugin.DefaultBinder;
import dev.proa.control.scheduler.plugin.NodeResourcesFit;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** A plugin that throws, at whatever extension point, costs the pod it was called for some time and the others nothing. */
class PluginFaultsTest {
    private final List<String> trace = new CopyOnWriteArrayList<>();
    private final TracingPlugin faulty = new TracingPlugin.Sorting("Faulty", trace)
            .only(pod -> pod.pod().name().startsWith("bad"));
    private final SimulatedClock clock = new SimulatedClock();
    private final TestCluster cluster = new TestCluster(clock);
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final Scheduler scheduler = new Scheduler(
            cluster.schedulerContext(),
            List.of(new Profile(
                    Scheduler.NAME,
                    List.of(
                            Profile.Entry.of(handle -> faulty),
                            Profile.Entry.of(handle -> new NodeResourcesFit()),
                            Profile.Entry.of(DefaultBinder::new)))));

    @BeforeEach
    void start() throws Exception {
        cluster.client.resource(Node.KIND).create(node("n", "4", "8Gi", 110));
        cluster.client.resource(Node.KIND).create(node("m", "4", "8Gi", 110));
        cluster.start(context -> scheduler);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private String nodeOf(String pod) {
        return pods.get(pod).spec().nodeName();
    }

    private MapValue condition(String pod) {
        MapValue condition = Pods.condition(pods.get(pod), "PodScheduled");
        return condition == null ? MapValue.EMPTY : condition;
    }

    private List<String> events(String pod, String reason) {
        return cluster.client.resource(Event.KIND).list().stream()
                .filter(event -> event.involvedObject().name().equals(pod)
                        && event.reason().equals(reason))
                .map(Event::message)
                .toList();
    }

    private void othersAreBound() throws InterruptedException {
        pods.create(asking("good", "1", "1Gi"));
        Await.until("another pod is bound", () -> !nodeOf("good").isEmpty());
    }

    private void isBoundOnceHealed() throws InterruptedException {
        faulty.heal();
        Await.until("it is bound, now that nothing fails", () -> {
            clock.advance(Duration.ofSeconds(1));
            return !nodeOf("bad").isEmpty();
        });
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "PRE_ENQUEUE",
                "PRE_FILTER",
                "FILTER",
                "PRE_SCORE",
                "SCORE",
                "NORMALIZE",
                "RESERVE",
                "PERMIT",
                "PRE_FLIGHT",
                "PRE_BIND",
                "BIND"
            })
    void failsTheAttemptAndNothingElse(Point point) throws Exception {
        faulty.fail(point);
        pods.create(asking("bad", "1", "1Gi"));
        MapValue condition =
                Await.until("the pod says what went wrong", () -> condition("bad"), found -> !found.isEmpty());
        assertThat(condition.string("reason")).isEqualTo("SchedulerError");
        assertThat(condition.string("message")).contains("Faulty").endsWith("a fault in " + point);
        Await.until(
                "an event says so too", () -> events("bad", "FailedScheduling").contains(condition.string("message")));
        Await.until("it backs off", () -> scheduler.pending().backoff() == 1);
        othersAreBound();
        assertThat(scheduler.stats().failed()).isPositive();
        assertThat(nodeOf("bad")).isEmpty();
        isBoundOnceHealed();
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.INCLUDE,
            names = {"RESERVE", "PERMIT", "PRE_FLIGHT", "PRE_BIND", "BIND"})
    void undoesWhatWasReservedAndFreesTheRoom(Point point) throws Exception {
        faulty.fail(point).fail(Point.UNRESERVE);
        pods.create(asking("bad", "4", "1Gi"));
        Await.until("the pod says what went wrong", () -> !condition("bad").isEmpty());
        assertThat(trace).contains("Faulty.UNRESERVE");
        pods.create(asking("good-1", "4", "1Gi"));
        pods.create(asking("good-2", "4", "1Gi"));
        Await.until(
                "both nodes are free",
                () -> !nodeOf("good-1").isEmpty() && !nodeOf("good-2").isEmpty());
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.INCLUDE,
            names = {"RESERVE", "PERMIT", "PRE_FLIGHT"})
    void anErrorAfterThePodWasAssumedFreesItsRoomAndThePodIsTriedAgain(Point point) throws Exception {
        faulty.breakDown(point);
        pods.create(asking("bad", "4", "1Gi"));
        Await.until("it was tried", () -> trace.contains("Faulty." + point));
        Await.until("it backs off", () -> scheduler.pending().backoff() == 1);
        pods.create(asking("good-1", "4", "1Gi"));
        pods.create(asking("good-2", "4", "1Gi"));
        Await.until("both nodes are free", () -> {
            clock.advance(Duration.ofSeconds(1)); // the scheduler's own thread pauses after an Error
            return !nodeOf("good-1").isEmpty() && !nodeOf("good-2").isEmpty();
        });
        faulty.heal();
        pods.delete("good-1", DeleteOptions.EMPTY.withGracePeriodSeconds(0));
        isBoundOnceHealed();
    }

    @Test
    void aFaultAfterBindingLeavesThePodBound() throws Exception {
        faulty.fail(Point.POST_BIND);
        pods.create(asking("bad", "1", "1Gi"));
        Await.until("it is bound", () -> !nodeOf("bad").isEmpty());
        Await.until("it was told", () -> trace.contains("Faulty.POST_BIND"));
        othersAreBound();
        assertThat(scheduler.stats().failed()).isZero();
        assertThat(trace).doesNotContain("Faulty.UNRESERVE");
    }

    @Test
    void aFaultInTheOrderOfTheQueueLosesNoPod() throws Exception {
        faulty.fail(Point.QUEUE_SORT);
        for (int i = 0; i < 10; i++) {
            pods.create(asking((i % 2 == 0 ? "bad-" : "good-") + i, "100m", "1Mi"));
        }
        Await.until(
                "all are bound",
                () -> pods.list().stream()
                        .noneMatch(pod -> pod.spec().nodeName().isEmpty()));
    }

    @Test
    void aFaultInPostFilterLeavesThePodUnschedulable() throws Exception {
        faulty.fail(Point.POST_FILTER);
        pods.create(asking("bad", "40", "1Gi"));
        MapValue condition =
                Await.until("the pod says why it waits", () -> condition("bad"), found -> !found.isEmpty());
        assertThat(condition.string("reason")).isEqualTo("Unschedulable");
        assertThat(condition.string("message"))
                .isEqualTo("0/2 nodes are available: 2 Insufficient cpu. " + "a fault in POST_FILTER");
        othersAreBound();
    }

    @Test
    void aFaultInAHintCostsAnAttempt() throws Exception {
        faulty.answer(Point.FILTER, Status.unresolvable("not to its taste")).fail(Point.HINT);
        pods.create(asking("bad", "1", "1Gi"));
        Await.until("it waits", () -> scheduler.pending().unschedulable() == 1);
        clock.advance(Duration.ofSeconds(5));
        cluster.client.resource(Node.KIND).create(node("l", "4", "8Gi", 110));
        Await.until("it was tried again", () -> scheduler.stats().rejected() >= 2);
        othersAreBound();
        isBoundOnceHealed();
    }
}
