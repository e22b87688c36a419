package dev.proa.control.scheduler.cache;

import static dev.proa.control.scheduler.Samples.allocatable;
import static dev.proa.control.scheduler.Samples.asking;
import static dev.proa.control.scheduler.Samples.info;
import static dev.proa.control.scheduler.Samples.node;
import static dev.proa.control.scheduler.Samples.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.control.scheduler.Samples;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulerCacheTest {
    private final SchedulerCache cache = new SchedulerCache();

    private static Pod placed(Pod pod, String node) {
        return info(pod).assumedOn(node).pod();
    }

    /** What plugins can see of a node, to be compared. */
    private static String text(NodeInfo node) {
        List<String> pods = node.pods().stream()
                .map(pod -> pod.name() + pod.pod().labels() + pod.requests())
                .sorted()
                .toList();
        return node.node().value() + " " + pods + " "
                + node.podsWithAffinity().stream().map(PodInfo::name).sorted().toList()
                + node.requested().milliCpu() + "/" + node.requested().memory() + "/"
                + node.requested().scoringCpu() + "/" + node.requested().scoringMemory() + "/"
                + new TreeMap<>(node.requested().others())
                + node.requested().ports().stream()
                        .map(Object::toString)
                        .sorted()
                        .toList()
                + new TreeMap<>(sizes(node));
    }

    private static Map<String, Long> sizes(NodeInfo node) {
        Map<String, Long> sizes = new HashMap<>();
        node.images().forEach(image -> sizes.put(image, node.imageSize(image)));
        return sizes;
    }

    private static Map<String, String> text(List<NodeInfo> nodes) {
        Map<String, String> texts = new TreeMap<>();
        nodes.forEach(node -> texts.put(node.name(), text(node)));
        return texts;
    }

    /** Random histories of nodes, pods, assumed pods and images; the model below is built from scratch each time. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void anIncrementalSnapshotIsTheSameAsOneBuiltFromScratch(long seed) {
        Random random = new Random(seed);
        Map<String, Node> nodes = new HashMap<>();
        Map<String, Pod> bound = new HashMap<>();
        Map<String, Pod> assumed = new HashMap<>();
        Snapshot snapshot = Snapshot.EMPTY;
        List<Snapshot> old = new ArrayList<>();
        List<Map<String, String>> oldTexts = new ArrayList<>();
        for (int step = 0; step < 800; step++) {
            change(random, step, nodes, bound, assumed);
            if (random.nextInt(6) == 0) {
                snapshot = cache.snapshot(snapshot);
                check(seed, step, snapshot, nodes, bound, assumed);
            }
            if (step % 200 == 0) {
                old.add(snapshot);
                oldTexts.add(text(snapshot.nodes()));
            }
        }
        for (int i = 0; i < old.size(); i++) {
            assertThat(text(old.get(i).nodes()))
                    .as("seed %d: an old snapshot does not change", seed)
                    .isEqualTo(oldTexts.get(i));
            Snapshot caughtUp = cache.snapshot(old.get(i));
            assertThat(text(caughtUp.nodes()))
                    .isEqualTo(text(cache.snapshot(Snapshot.EMPTY).nodes()));
        }
    }

    private void change(
            Random random, int step, Map<String, Node> nodes, Map<String, Pod> bound, Map<String, Pod> assumed) {
        String nodeName = "n" + random.nextInt(150);
        String podName = "p" + random.nextInt(400);
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> {
                Node node = randomNode(random, nodeName);
                nodes.put(nodeName, node);
                cache.put(node);
            }
            case 3 -> {
                Node gone = random.nextInt(3) == 0 ? nodes.remove(nodeName) : null;
                if (gone != null) {
                    cache.remove(gone);
                }
            }
            case 4, 5, 6, 7 -> {
                Pod before = bound.get(podName);
                Pod pod = before == null ? placed(randomPod(random, podName), nodeName) : relabelled(before, step);
                if (assumed.containsKey(podName)) {
                    pod = placed(
                            assumed.get(podName),
                            random.nextInt(5) == 0
                                    ? nodeName
                                    : assumed.get(podName).spec().nodeName());
                    assumed.remove(podName);
                }
                bound.put(podName, pod);
                cache.put(pod);
            }
            case 8 -> {
                if (!bound.containsKey(podName) && !assumed.containsKey(podName)) {
                    PodInfo pod = info(randomPod(random, podName)).assumedOn(nodeName);
                    assertThat(cache.assume(pod)).isTrue();
                    assumed.put(podName, pod.pod());
                } else {
                    assertThat(cache.assume(info(asking(podName, "1", "1")).assumedOn(nodeName)))
                            .isFalse();
                }
            }
            case 9 -> {
                if (assumed.containsKey(podName)) {
                    assertThat(cache.forget(assumed.remove(podName))).isNotNull();
                } else if (bound.containsKey(podName)) {
                    assertThat(cache.forget(bound.get(podName)))
                            .as("it is bound")
                            .isNull();
                }
            }
            default -> {
                Pod gone = bound.remove(podName);
                if (gone != null) {
                    assertThat(cache.remove(gone)).isNotNull();
                }
            }
        }
    }

    private static Node randomNode(Random random, String name) {
        String image = "\"images\":[{\"names\":[\"i%d\"],\"sizeBytes\":%d}],"
                .formatted(random.nextInt(3), 1 + random.nextInt(9));
        return node(
                name,
                "\"topology.kubernetes.io/zone\":\"z%d\"".formatted(random.nextInt(3)),
                "\"spec\":{},"
                        + allocatable(1 + random.nextInt(8) + "", "8Gi", 110)
                                .replace("\"status\":{", "\"status\":{" + image));
    }

    private static Pod randomPod(Random random, String name) {
        String anti = random.nextInt(4) == 0 ? """
                "affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[
                  {"topologyKey":"zone","labelSelector":{"matchLabels":{"a":"b"}}}]}},""" : random.nextInt(4) == 0 ? """
                "affinity":{"podAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[
                  {"weight":3,"podAffinityTerm":{"topologyKey":"zone","labelSelector":{"matchLabels":{"a":"b"}}}}]}},""" : "";
        return pod(name, anti + """
                "containers":[{"name":"c","ports":[{"hostPort":%d,"containerPort":1}],
                  "resources":{"requests":{"cpu":"%dm","example.com/gpu":"%d"}}}]""".formatted(1 + random.nextInt(9), random.nextInt(500), random.nextInt(3)));
    }

    private static Pod relabelled(Pod pod, int step) {
        return new Pod(
                pod.withMetadata(m -> m.withLabels(Map.of("step", "" + step))).value());
    }

    private static void check(
            long seed,
            int step,
            Snapshot snapshot,
            Map<String, Node> nodes,
            Map<String, Pod> bound,
            Map<String, Pod> assumed) {
        Map<String, NodeInfo> model = new HashMap<>();
        nodes.forEach((name, node) -> model.put(name, NodeInfo.of(node)));
        bound.values()
                .forEach(pod ->
                        model.computeIfPresent(pod.spec().nodeName(), (n, info) -> info.with(PodInfo.placed(pod))));
        assumed.values()
                .forEach(pod -> model.computeIfPresent(pod.spec().nodeName(), (n, info) -> info.with(PodInfo.of(pod))));
        Snapshot scratch = Samples.snapshot(List.copyOf(model.values()));
        assertThat(text(snapshot.nodes())).as("seed %d, step %d", seed, step).isEqualTo(text(scratch.nodes()));
        assertThat(snapshot.size()).isEqualTo(nodes.size());
        for (String image : List.of("i0", "i1", "i2", "none")) {
            assertThat(snapshot.imageNodes(image)).as(image).isEqualTo(scratch.imageNodes(image));
        }
        nodes.keySet().forEach(name -> assertThat(snapshot.get(name)).isNotNull());
    }

    @Test
    void copiesOnlyWhatHasChanged() {
        for (int i = 0; i < 200; i++) {
            cache.put(node("n" + i, "4", "8Gi", 110));
        }
        Snapshot before = cache.snapshot(Snapshot.EMPTY);
        assertThat(cache.snapshot(before)).as("nothing has changed").isSameAs(before);
        cache.put(placed(asking("p", "1", "1Gi"), "n70"));
        Snapshot after = cache.snapshot(before);
        for (int i = 0; i < 200; i++) {
            if (i == 70) {
                assertThat(after.get("n70").pods()).hasSize(1);
                assertThat(before.get("n70").pods()).isEmpty();
                assertThat(after.get("n70").generation()).isEqualTo(after.generation());
            } else {
                assertThat(after.get("n" + i)).isSameAs(before.get("n" + i));
            }
        }
    }

    @Test
    void takesZonesInTurn() {
        for (String name : List.of("a1", "a2", "a3", "b1", "b2", "c1")) {
            cache.put(node(
                    name,
                    "\"topology.kubernetes.io/zone\":\"%s\"".formatted(name.substring(0, 1)),
                    "\"spec\":{}," + allocatable("1", "1Gi", 1)));
        }
        assertThat(cache.snapshot(Snapshot.EMPTY).nodes())
                .extracting(NodeInfo::name)
                .containsExactly("a1", "b1", "c1", "a2", "b2", "a3");
    }

    @Test
    void countsPodsThatItHeardOfBeforeTheirNode() {
        Pod pod = placed(asking("p", "1", "1Gi"), "n");
        cache.put(pod);
        assertThat(cache.snapshot(Snapshot.EMPTY).size()).isZero();
        Node node = node("n", "4", "8Gi", 110);
        cache.put(node);
        Snapshot with = cache.snapshot(Snapshot.EMPTY);
        assertThat(with.get("n").freeCpu()).isEqualTo(3000);
        cache.remove(node);
        assertThat(cache.snapshot(with).size()).isZero();
        cache.put(node);
        assertThat(cache.snapshot(with).get("n").pods()).hasSize(1);
        cache.remove(pod);
        assertThat(cache.snapshot(with).get("n").pods()).isEmpty();
    }
}
