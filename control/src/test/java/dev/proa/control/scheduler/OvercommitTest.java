package dev.proa.control.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.control.scheduler.framework.PodRequests;
import dev.proa.control.scheduler.queue.SchedulingQueue;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes and goes in whatever order, and whether bindings fail: no node is ever given more than it has. */
class OvercommitTest {
    private static final DeleteOptions AT_ONCE = DeleteOptions.EMPTY.withGracePeriodSeconds(0);
    private static final int STEPS = 150;
    private static final int NODES = 4;
    private static final int NODE_CPU = 1000;
    private static final int NODE_PODS = 8;

    private final SimulatedClock clock = new SimulatedClock();
    private final TestCluster cluster = new TestCluster(clock);
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final ResourceClient<Node> nodes = cluster.client.resource(Node.KIND);
    private final Scheduler scheduler = new Scheduler(cluster.schedulerContext());
    private final AtomicInteger bindings = new AtomicInteger();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void neverGivesANodeMoreThanItHas(long seed) throws Exception {
        Random random = new Random(seed);
        cluster.server.intercept(request -> {
            if (request.path().endsWith("/binding") && bindings.incrementAndGet() % 7 == 0) {
                throw StatusException.of(Reason.InternalError, "bad luck", MapValue.EMPTY);
            }
            return request;
        });
        try (cluster) {
            cluster.start(context -> scheduler);
            for (int i = 0; i < NODES - 1; i++) {
                addNode(i);
            }
            for (int step = 0; step < STEPS; step++) {
                step(random, step);
                check(seed);
            }
            settle();
            check(seed);
            assertThat(unplacedThatFit())
                    .as("seed %d: pods that wait though there is room", seed)
                    .isEmpty();
        }
    }

    private void addNode(int number) {
        nodes.create(Samples.node("n" + number, NODE_CPU + "m", "8Gi", NODE_PODS));
    }

    private void step(Random random, int step) {
        List<Pod> all = cluster.pods();
        switch (random.nextInt(10)) {
            case 0, 1, 2, 3, 4 -> pods.create(Samples.asking("p" + step, 50 * (1 + random.nextInt(12)) + "m", "1Mi"));
            case 5, 6 -> {
                if (!all.isEmpty()) {
                    pods.delete(all.get(random.nextInt(all.size())).name(), AT_ONCE);
                }
            }
            case 7 -> {
                if (!all.isEmpty()) {
                    Pod some = all.get(random.nextInt(all.size()));
                    if (!some.spec().nodeName().isEmpty()) {
                        end(some);
                    }
                }
            }
            case 8 -> clock.advance(Duration.ofSeconds(1 + random.nextInt(5)));
            default -> {
                if (nodes.list().size() < NODES) {
                    addNode(NODES - 1);
                }
            }
        }
    }

    private void end(Pod pod) {
        pods.patchStatus(pod.name(), Patch.merge(MapValue.of("status", MapValue.of("phase", "Succeeded"))));
    }

    private void check(long seed) {
        Map<String, List<Pod>> byNode = new HashMap<>();
        for (Pod pod : cluster.pods()) {
            if (!pod.spec().nodeName().isEmpty() && !pod.status().phase().equals("Succeeded")) {
                byNode.computeIfAbsent(pod.spec().nodeName(), absent -> new ArrayList<>())
                        .add(pod);
            }
        }
        byNode.forEach((node, on) -> {
            assertThat(on).as("seed %d: pods on %s", seed, node).hasSizeLessThanOrEqualTo(NODE_PODS);
            assertThat(on.stream()
                            .mapToLong(pod -> PodRequests.of(pod).milliCpu())
                            .sum())
                    .as("seed %d: requested of %s", seed, node)
                    .isLessThanOrEqualTo(NODE_CPU);
        });
    }

    /** Until nothing moves any more: all that wait were rejected with everything seen. */
    private void settle() throws InterruptedException {
        for (int i = 0; i < 12; i++) {
            clock.advance(Duration.ofSeconds(35));
            Await.until("all was tried", () -> scheduler.pending().active() == 0);
        }
        Await.until("nobody backs off", () -> {
            clock.advance(Duration.ofSeconds(1));
            SchedulingQueue.Pending pending = scheduler.pending();
            long waiting = cluster.pods().stream()
                    .filter(pod -> pod.spec().nodeName().isEmpty())
                    .count();
            return pending.active() + pending.backoff() == 0 && pending.unschedulable() == waiting;
        });
    }

    private List<String> unplacedThatFit() {
        List<String> found = new ArrayList<>();
        for (Pod pod : cluster.pods()) {
            if (pod.spec().nodeName().isEmpty()) {
                for (Node node : nodes.list()) {
                    List<Pod> on = cluster.pods().stream()
                            .filter(other -> other.spec().nodeName().equals(node.name())
                                    && !other.status().phase().equals("Succeeded"))
                            .toList();
                    long used = on.stream()
                            .mapToLong(other -> PodRequests.of(other).milliCpu())
                            .sum();
                    if (on.size() < NODE_PODS && used + PodRequests.of(pod).milliCpu() <= NODE_CPU) {
                        found.add(pod.name() + " on " + node.name());
                    }
                }
            }
        }
        return found;
    }
}
