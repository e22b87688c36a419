package dev.proa.control.daemonset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.control.daemonset.NodeFit.Verdict;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.Tries;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rolling updates of random DaemonSets while nodes and pods come, go and fail. */
class RollingUpdateTest {
    private static final Instant NOW = Instant.parse("2026-01-01T01:00:00Z");

    /** A cluster that does what the controller decides, and what chance has in store for it. */
    private static final class Cluster {
        final Random random;
        final DaemonSet set;
        final Map<String, Node> nodes = new LinkedHashMap<>();
        final Map<String, Pod> pods = new LinkedHashMap<>();
        String hash = "t0";
        int made;

        Cluster(Random random) {
            this.random = random;
            String amount = random.nextBoolean() ? (1 + random.nextInt(3)) + "" : (10 + random.nextInt(60)) + "%";
            set = Samples.set(
                    random.nextBoolean()
                            ? "{type: RollingUpdate, rollingUpdate: {maxUnavailable: " + amount + ", maxSurge: 0}}"
                            : "{type: RollingUpdate, rollingUpdate: {maxUnavailable: 0, maxSurge: " + amount + "}}");
            int size = 1 + random.nextInt(9);
            for (int i = 0; i < size; i++) {
                nodes.put("n" + i, Samples.node("n" + i));
            }
        }

        NodePods known() {
            return NodePods.of(set, hash, nodes.values(), pods.values(), NOW);
        }

        void put(String name, String node, String template, String phase, boolean ready) {
            pods.put(name, Samples.pod(set, name, node, template, phase, ready ? NOW.minusSeconds(1) : null));
        }

        void change(Pod pod, String phase, boolean ready) {
            if (!pod.isDeleting()) {
                put(
                        pod.name(),
                        String.valueOf(DaemonPods.node(pod)),
                        pod.labels().get("controller-revision-hash"),
                        phase,
                        ready);
            }
        }

        /** One look of the controller; tells whether it did anything. */
        boolean reconcile() {
            Actions upkeep = Upkeep.of(known());
            List<Pod> delete = new ArrayList<>(upkeep.delete());
            delete.addAll(upkeep.ended());
            act(upkeep.create(), delete);
            if (!upkeep.create().isEmpty() || !delete.isEmpty()) {
                return true;
            }
            NodePods before = known();
            Actions update = RollingUpdate.of(before);
            act(update.create(), update.delete());
            check(before, known());
            return !update.create().isEmpty() || !update.delete().isEmpty();
        }

        private void act(List<String> create, List<Pod> delete) {
            create.forEach(node -> put("p" + made++, node, hash, "Pending", false));
            for (Pod pod : delete) {
                pods.put(pod.name(), pod.withMetadata(metadata -> metadata.withDeletionTimestamp(NOW)));
            }
        }

        private void check(NodePods before, NodePods after) {
            Strategy strategy = Strategy.of(set, before.desired());
            boolean surges = Strategy.surges(set);
            for (String node : nodes.keySet()) {
                List<Pod> running =
                        after.on(node).stream().filter(Pods::isActive).toList();
                assertThat(running).as("pods on %s", node).hasSizeLessThanOrEqualTo(surges ? 2 : 1);
                assertThat(running.stream().filter(after::isCurrent)).hasSizeLessThanOrEqualTo(1);
            }
            int limit = surges ? 0 : strategy.maxUnavailable();
            assertThat(unavailable(after))
                    .as("nodes without an available pod, of at most %s", strategy)
                    .isLessThanOrEqualTo(Math.max(limit, unavailable(before)));
            assertThat(surging(after))
                    .as("nodes with two pods, of at most %s", strategy)
                    .isLessThanOrEqualTo(Math.max(strategy.maxSurge(), surging(before)));
        }

        private long unavailable(NodePods known) {
            return nodes.keySet().stream()
                    .filter(node -> known.verdict(node) == Verdict.RUN)
                    .filter(node -> known.on(node).stream().noneMatch(pod -> !pod.isDeleting() && Pods.isReady(pod)))
                    .count();
        }

        private long surging(NodePods known) {
            return nodes.keySet().stream()
                    .filter(node -> known.verdict(node) == Verdict.RUN)
                    .map(node -> known.on(node).stream().filter(Pods::isActive).toList())
                    .filter(running -> running.size() == 2
                            && running.stream().anyMatch(pod -> !known.isCurrent(pod) && Pods.isReady(pod))
                            && running.stream().anyMatch(pod -> known.isCurrent(pod) && !Pods.isReady(pod)))
                    .count();
        }

        void happen() {
            String node = "n" + random.nextInt(10);
            switch (random.nextInt(12)) {
                case 0 -> hash = "t" + random.nextInt(4);
                case 1 -> nodes.put(node, Samples.node(node));
                case 2 -> nodes.put(node, Samples.node(node, "{}", "[{key: a, effect: NoSchedule}]"));
                case 3 -> nodes.put(node, Samples.node(node, "{}", "[{key: a, effect: NoExecute}]"));
                case 4 -> nodes.remove(node);
                case 5 -> some(pod -> change(pod, "Failed", false));
                case 6, 7 -> some(pod -> change(pod, "Running", false));
                default -> {
                    some(pod -> change(pod, "Running", true));
                    pods.values().removeIf(pod -> pod.isDeleting() && random.nextBoolean());
                }
            }
        }

        private void some(java.util.function.Consumer<Pod> change) {
            List.copyOf(pods.values()).stream()
                    .filter(pod -> random.nextInt(3) == 0)
                    .forEach(change);
        }

        /** All goes well from now on. */
        void settle() {
            for (int i = 0; i < 200; i++) {
                boolean acted = reconcile();
                boolean changed =
                        pods.values().removeIf(pod -> pod.isDeleting() || !nodes.containsKey(DaemonPods.node(pod)));
                Collection<Pod> all = List.copyOf(pods.values());
                changed |= all.stream().anyMatch(pod -> !Pods.isReady(pod));
                all.stream().filter(pod -> !Pods.isReady(pod)).forEach(pod -> change(pod, "Running", true));
                if (!acted && !changed) {
                    return;
                }
            }
            throw new AssertionError("it never comes to rest: " + known());
        }
    }

    @Test
    void neverTakesMoreThanItMayAndEndsWithANewPodOnEachNode() {
        Tries.run(60, random -> {
            Cluster cluster = new Cluster(random);
            for (int i = 0; i < 40; i++) {
                cluster.happen();
                cluster.reconcile();
            }
            cluster.settle();
            NodePods end = cluster.known();
            for (String node : cluster.nodes.keySet()) {
                List<Pod> pods = end.on(node);
                switch (end.verdict(node)) {
                    case RUN -> assertThat(pods).hasSize(1).allMatch(end::isCurrent);
                    case KEEP -> assertThat(pods).hasSizeLessThanOrEqualTo(1).allMatch(end::isCurrent);
                    case LEAVE -> assertThat(pods).isEmpty();
                }
            }
        });
    }

    @Test
    void replacesUnavailablePodsAtOnceAndAvailableOnesByAndBy() {
        DaemonSet set = Samples.set("{type: RollingUpdate, rollingUpdate: {maxUnavailable: 2, maxSurge: 0}}");
        List<Node> nodes = new ArrayList<>();
        List<Pod> pods = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            nodes.add(Samples.node("n" + i));
            pods.add(Samples.pod(set, "p" + i, "n" + i, "old", "Running", i == 0 ? null : NOW.minusSeconds(9)));
        }
        Actions actions = RollingUpdate.of(NodePods.of(set, "new", nodes, pods, NOW));
        assertThat(actions.delete()).hasSize(2).extracting(Pod::name).contains("p0");
        assertThat(actions.create()).isEmpty();
    }

    @Test
    void createsBesideTheOldPodsWhenItSurges() {
        DaemonSet set = Samples.set("{type: RollingUpdate, rollingUpdate: {maxUnavailable: 0, maxSurge: 50%}}");
        List<Node> nodes = List.of(Samples.node("a"), Samples.node("b"), Samples.node("c"));
        List<Pod> pods = nodes.stream()
                .map(node -> Samples.pod(set, node.name(), node.name(), "old", "Running", NOW.minusSeconds(9)))
                .toList();
        Actions actions = RollingUpdate.of(NodePods.of(set, "new", nodes, pods, NOW));
        assertThat(actions.create()).hasSize(2);
        assertThat(actions.delete()).isEmpty();
    }

    @Test
    void movesEvenIfNeitherIsAllowed() {
        DaemonSet set = Samples.set("{type: RollingUpdate, rollingUpdate: {maxUnavailable: 0, maxSurge: 0}}");
        assertThat(Strategy.of(set, 10)).isEqualTo(new Strategy(1, 0));
        assertThat(Strategy.of(set, 0)).isEqualTo(new Strategy(0, 0));
    }
}
