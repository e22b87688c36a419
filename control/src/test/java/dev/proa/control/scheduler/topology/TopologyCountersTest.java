package dev.proa.control.scheduler.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.value.MapValue;
import dev.proa.control.scheduler.Samples;
import dev.proa.control.scheduler.cache.SchedulerCache;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Snapshot;
import dev.proa.control.scheduler.topology.ExistingTerms.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TopologyCountersTest {
    private static final List<String> ZONES = List.of("a", "b", "c", "d");
    private static final PodCriterion WEB =
            new SpreadPods("default", LabelSelector.parse("app=web"), "zone", List.of("zone"), SpreadPods.NodeRule.ALL);
    private static final PodCriterion ON_NODES = SpreadPods.ofEachNode("default", LabelSelector.parse("app!=db"));
    private static final PodCriterion OPTIONAL =
            new SpreadPods("default", LabelSelector.parse("app"), "zone", List.of(), node -> !node.isUnschedulable());

    /** Counts that follow a cluster say at any time what one finds who counts anew. */
    @Test
    void followsACluster() {
        for (long seed = 0; seed < 3; seed++) {
            Random random = new Random(seed);
            Cluster cluster = new Cluster(random);
            TopologyCounters counters = new TopologyCounters();
            ExistingTerms terms = new ExistingTerms();
            Snapshot snapshot = Snapshot.EMPTY;
            for (int step = 0; step < 100; step++) {
                for (int i = 0; i <= random.nextInt(4); i++) {
                    cluster.change();
                }
                boolean lost = random.nextInt(20) == 0; // as when memory is short
                snapshot = cluster.cache.snapshot(lost ? Snapshot.EMPTY : snapshot);
                Snapshot fresh = Snapshot.of(snapshot.nodes(), Map.of(), 1);
                String as = "seed " + seed + ", step " + step;
                if (random.nextInt(3) > 0) {
                    for (PodCriterion criterion : List.of(WEB, ON_NODES, OPTIONAL)) {
                        TopologyCounts counts = counters.counts(criterion, snapshot);
                        assertThat(text(counts)).as(as).isEqualTo(counted(criterion, snapshot));
                        simulate(random, criterion, snapshot, counts, as);
                    }
                }
                terms.update(snapshot);
                ExistingTerms anew = new ExistingTerms();
                anew.update(fresh);
                for (Kind kind : Kind.values()) {
                    for (String app : List.of("web", "db")) {
                        PodInfo pod = PodInfo.of(pod("p", "\"app\":\"" + app + "\"", ""));
                        assertThat(text(terms.matching(kind, pod, MapValue.EMPTY)))
                                .as(as)
                                .isEqualTo(text(anew.matching(kind, pod, MapValue.EMPTY)));
                    }
                }
            }
        }
    }

    /** With a pod more or less on one node, the counts are those of a cluster where it is so. */
    private static void simulate(
            Random random, PodCriterion criterion, Snapshot snapshot, TopologyCounts counts, String as) {
        if (snapshot.size() == 0) {
            return;
        }
        NodeInfo node = snapshot.nodes().get(random.nextInt(snapshot.size()));
        String value = criterion.domain(node);
        if (value == null) {
            return;
        }
        SimulatedCounts simulated = new SimulatedCounts(counts);
        NodeInfo changed = node.with(PodInfo.of(pod("more", "\"app\":\"web\"", "")));
        simulated.add(value, 1);
        if (!node.pods().isEmpty()) {
            PodInfo gone = node.pods().getFirst();
            int before = criterion.pods(node);
            changed = changed.without(gone);
            simulated.add(value, criterion.pods(node.without(gone)) - before);
        }
        SimulatedCounts copy = simulated.copy();
        simulated.add(value, 5);
        List<NodeInfo> nodes = new ArrayList<>(snapshot.nodes());
        nodes.set(nodes.indexOf(node), changed);
        TopologyCounts really = new TopologyCounters().counts(criterion, Snapshot.of(nodes, Map.of(), 1));
        assertThat(List.of(copy.pods(value), copy.least(), copy.total(), copy.domains()))
                .as(as)
                .isEqualTo(List.of(really.pods(value), really.least(), really.total(), really.domains()));
        assertThat(simulated.pods(value)).as(as).isEqualTo(really.pods(value) + 5);
    }

    private static String counted(PodCriterion criterion, Snapshot snapshot) {
        Map<String, Integer> pods = new TreeMap<>();
        for (NodeInfo node : snapshot.nodes()) {
            String domain = criterion.domain(node);
            if (domain != null) {
                pods.merge(domain, criterion.pods(node), Integer::sum);
            }
        }
        int total = pods.values().stream().mapToInt(Integer::intValue).sum();
        int least = pods.values().stream().mapToInt(Integer::intValue).min().orElse(Integer.MAX_VALUE);
        pods.values().removeIf(count -> count == 0);
        long domains = snapshot.nodes().stream()
                .map(criterion::domain)
                .filter(domain -> domain != null)
                .distinct()
                .count();
        return domains + " " + total + " " + least + " " + pods;
    }

    private static String text(TopologyCounts counts) {
        Map<String, Integer> pods = new TreeMap<>();
        ZONES.forEach(zone -> pods.put(zone, counts.pods(zone)));
        pods.put("", counts.pods(""));
        IntStream.range(0, Cluster.NODES).forEach(i -> pods.put("n" + i, counts.pods("n" + i)));
        pods.values().removeIf(count -> count == 0);
        return counts.domains() + " " + counts.total() + " " + counts.least() + " " + pods;
    }

    private static List<String> text(List<ExistingTerms.Match> matches) {
        return matches.stream()
                .map(match -> match.term() + " " + match.counts().total() + " "
                        + ZONES.stream().map(match.counts()::pods).toList())
                .sorted()
                .toList();
    }

    @Test
    void countsDomainsOfManyBlocks() {
        TopologyCounts.Mutable mutable = new TopologyCounts.Mutable();
        IntStream.range(0, 1000).forEach(i -> mutable.add("d" + i, 2));
        TopologyCounts before = mutable.publish();
        mutable.remove("d500", 2);
        mutable.add("d501", 0);
        mutable.add("d777", -1);
        TopologyCounts after = mutable.publish();
        assertThat(before.least()).isEqualTo(2);
        assertThat(before.domains()).isEqualTo(1000);
        assertThat(before.pods("d777")).as("published counts do not change").isEqualTo(2);
        assertThat(after.least()).isEqualTo(1);
        assertThat(after.domains()).isEqualTo(999);
        assertThat(after.total()).isEqualTo(2 * 999 - 1);
        assertThat(mutable.publish()).isSameAs(after);
        TopologyCounts.DomainSet domains = after.new DomainSet();
        List.of("d1", "d999", "d1", "unknown", "unknown", "d1000").forEach(domains::add);
        assertThat(domains.size()).isEqualTo(4);
    }

    private static Pod pod(String name, String labels, String spec) {
        Pod pod = Samples.pod(name, spec);
        return new Pod(pod.value()
                .withMap(
                        "metadata",
                        meta -> meta.with("labels", dev.proa.api.codec.Json.decodeMap("{" + labels + "}"))));
    }

    /** A cluster that changes by chance. */
    private static final class Cluster {
        static final int NODES = 90;
        final SchedulerCache cache = new SchedulerCache();
        private final Random random;
        private final Map<String, Pod> pods = new HashMap<>();
        private int names;

        Cluster(Random random) {
            this.random = random;
            IntStream.range(0, NODES / 2).forEach(i -> cache.put(node("n" + i)));
        }

        void change() {
            String name = "n" + random.nextInt(NODES);
            List<String> known = List.copyOf(pods.keySet());
            switch (random.nextInt(20)) {
                case 0 -> cache.remove(node(name));
                case 1, 2 -> cache.put(node(name));
                case 3, 4, 5, 6, 7, 8, 9 -> put(placed("p" + names++, name));
                case 10, 11, 12 -> known.stream().findAny().ifPresent(key -> put(relabelled(pods.get(key))));
                default -> known.stream().findAny().ifPresent(key -> cache.remove(pods.remove(key)));
            }
        }

        private void put(Pod pod) {
            pods.put(pod.uid(), pod);
            cache.put(pod);
        }

        private Node node(String name) {
            String zone = random.nextInt(5) == 0 ? "" : "\"zone\":\"" + ZONES.get(random.nextInt(4)) + "\",";
            return Samples.node(
                    name,
                    zone + "\"name\":\"" + name + "\"",
                    "\"spec\":{\"unschedulable\":" + (random.nextInt(3) == 0) + "},"
                            + Samples.allocatable("4", "8Gi", 110));
        }

        private Pod placed(String name, String node) {
            String affinity = random.nextBoolean() ? "" : "\"affinity\":" + affinity() + ",";
            return pod(name, "\"app\":\"" + app() + "\"", affinity + "\"nodeName\":\"" + node + "\"");
        }

        private Pod relabelled(Pod pod) {
            return new Pod(pod.value().withMap("metadata", meta -> meta.with("labels", MapValue.of("app", app()))));
        }

        private String app() {
            return random.nextBoolean() ? "web" : "db";
        }

        private String affinity() {
            String term = """
                    {"topologyKey":"%s","labelSelector":{"matchLabels":{"app":"%s"}}%s}""".formatted(
                            random.nextBoolean() ? "zone" : "name",
                            app(),
                            random.nextInt(4) == 0 ? ",\"namespaceSelector\":{}" : "");
            return switch (random.nextInt(3)) {
                case 0 -> "{\"podAntiAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":[" + term + "]}}";
                case 1 -> "{\"podAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":[" + term + "]}}";
                default ->
                    "{\"podAffinity\":{\"preferredDuringSchedulingIgnoredDuringExecution\":[{\"weight\":"
                            + (1 + random.nextInt(2)) + ",\"podAffinityTerm\":" + term + "}]}}";
            };
        }
    }
}
