package dev.proa.control.scheduler;

import static dev.proa.control.scheduler.Samples.asking;
import static dev.proa.control.scheduler.Samples.node;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.SimulatedClock;
import dev.proa.client.fake.Await;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.TestCluster;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A plugin that throws, wherever it is asked, costs the pod it was asked about some time and the others nothing. */
class SchedulerFaultsTest {
    /** The extension points. */
    enum Point {
        PRE_ENQUEUE,
        PRE_FILTER,
        FILTER,
        SCORE
    }

    private final Set<Point> failing = ConcurrentHashMap.newKeySet();
    private final SimulatedClock clock = new SimulatedClock();
    private final TestCluster cluster = new TestCluster(clock);
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final Scheduler scheduler =
            new Scheduler(cluster.context, Plugins.of(new NodeResourcesFit(), new BalancedAllocation(), new Faulty()));

    /** Fails for pods of the name "bad". */
    private final class Faulty implements Plugin.PreEnqueue, Plugin.PreFilter, Plugin.Filter, Plugin.Score {
        @Override
        public String name() {
            return "Faulty";
        }

        private void fail(Point point, Pod pod) {
            if (pod.name().equals("bad") && failing.contains(point)) {
                throw new IllegalStateException("a fault in " + point);
            }
        }

        @Override
        public boolean mayHelp(PodInfo pod, ClusterEvent event) {
            fail(Point.PRE_ENQUEUE, pod.pod());
            return true;
        }

        @Override
        public boolean admits(Pod pod) {
            fail(Point.PRE_ENQUEUE, pod);
            return true;
        }

        @Override
        public Candidates preFilter(PodInfo pod) {
            fail(Point.PRE_FILTER, pod.pod());
            return Candidates.ALL;
        }

        @Override
        public Verdict filter(PodInfo pod, NodeInfo node) {
            fail(Point.FILTER, pod.pod());
            return Verdict.FITS;
        }

        @Override
        public int weight() {
            return 1;
        }

        @Override
        public long @Nullable [] score(PodInfo pod, List<NodeInfo> nodes, List<NodeInfo> all) {
            fail(Point.SCORE, pod.pod());
            return null;
        }
    }

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

    @ParameterizedTest
    @EnumSource
    void costsOthersNothing(Point point) throws Exception {
        failing.add(point);
        pods.create(asking("bad", "1", "1Gi"));
        if (point != Point.PRE_ENQUEUE) {
            MapValue condition = Await.until(
                    "the pod says what went wrong",
                    () -> Pods.condition(pods.get("bad"), "PodScheduled") == null
                            ? MapValue.EMPTY
                            : Pods.condition(pods.get("bad"), "PodScheduled"),
                    found -> !found.isEmpty());
            assertThat(condition.string("reason")).isEqualTo("SchedulerError");
            assertThat(condition.string("message")).isEqualTo("a fault in " + point);
        }
        pods.create(asking("good", "1", "1Gi"));
        Await.until(
                "another is bound", () -> !pods.get("good").spec().nodeName().isEmpty());

        failing.clear();
        Await.until("it is bound, now that nothing fails", () -> {
            clock.advance(Duration.ofMinutes(1));
            return !pods.get("bad").spec().nodeName().isEmpty();
        });
    }
}
