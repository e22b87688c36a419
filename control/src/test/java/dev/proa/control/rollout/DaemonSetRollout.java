package dev.proa.control.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.IntOrString;
import dev.proa.api.value.MapValue;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.control.history.Revisions;
import dev.proa.control.shared.Pods;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A DaemonSet, and what is to be true of it. Its nodes are those with the label that is its name. */
final class DaemonSetRollout implements Rollout {
    private final RolloutWorld world;
    private final String name;
    private final boolean surges;
    private final int minReadySeconds;
    private final ResourceClient<DaemonSet> sets;
    private final ResourceClient<Node> nodes;
    private final MapValue spec;
    private int images = 1;
    /** Whether a user has just changed which nodes it is for: as upstream's, an update looks at the nodes that have pods already. */
    private boolean moved = true;

    private Set<String> availableBefore = Set.of();
    private int doubledBefore;

    DaemonSetRollout(RolloutWorld world, String name, boolean surges) {
        this.world = world;
        this.name = name;
        this.surges = surges;
        this.minReadySeconds = world.random.nextBoolean() ? 0 : 10;
        this.sets = world.cluster.client.resource(DaemonSet.KIND).in("default");
        this.nodes = world.cluster.client.resource(Node.KIND);
        MapValue template = RolloutWorld.template(name, "agent:0")
                .withMap("spec", spec -> spec.with("nodeSelector", MapValue.of(name, "yes")));
        MapValue limits = surges
                ? MapValue.of("maxSurge", 1L, "maxUnavailable", 0L)
                : MapValue.of("maxSurge", 0L, "maxUnavailable", 1L);
        this.spec = MapValue.of(
                "minReadySeconds",
                (long) minReadySeconds,
                "revisionHistoryLimit",
                (long) world.random.nextInt(3),
                "updateStrategy",
                MapValue.of("type", "RollingUpdate", "rollingUpdate", limits),
                "selector",
                MapValue.of("matchLabels", MapValue.of("app", name)),
                "template",
                template);
    }

    @Override
    public void start() throws InterruptedException {
        sets.create(new DaemonSet(DaemonSet.of("default", name).value().with("spec", spec)));
        world.awaitHeard();
        nodes.list().forEach(node -> label(node, "yes"));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void change() {
        switch (world.random.nextInt(8)) {
            case 0, 1, 2 -> roll((world.random.nextInt(4) == 0 ? "bad:" : "agent:") + images++);
            case 3 -> roll("agent:" + world.random.nextInt(images)); // back, or to another one
            case 4 -> {
                List<Node> all = nodes.list();
                label(all.get(world.random.nextInt(all.size())), world.random.nextInt(3) == 0 ? "no" : "yes");
            }
            case 5 -> limit();
            default -> world.hurt(this);
        }
    }

    private void label(Node node, String value) {
        moved = true;
        nodes.patch(node.name(), Patch.merge(MapValue.of("metadata", MapValue.of("labels", MapValue.of(name, value)))));
    }

    private void limit() {
        Object most = world.random.nextBoolean() ? (Object) (1L + world.random.nextInt(3)) : (Object) "50%";
        patch(MapValue.of(
                "updateStrategy",
                MapValue.of("rollingUpdate", MapValue.of(surges ? "maxSurge" : "maxUnavailable", most))));
    }

    private void roll(String image) {
        patch(MapValue.of("template", MapValue.of("spec", RolloutWorld.podSpec(image))));
    }

    private void patch(MapValue spec) {
        sets.patch(name, Patch.merge(MapValue.of("spec", spec)));
    }

    private Set<String> wanted() {
        return nodes.list().stream()
                .filter(node -> "yes".equals(node.labels().get(name)))
                .map(Node::name)
                .collect(Collectors.toSet());
    }

    private Map<String, List<Pod>> activeByNode() {
        return world.activeOf(this).stream()
                .collect(Collectors.groupingBy(RolloutWorld::node, TreeMap::new, Collectors.toList()));
    }

    private boolean isAvailable(Pod pod) {
        return world.isAvailable(pod, minReadySeconds);
    }

    /** The nodes that are to have a pod and have one that is available. */
    private Set<String> available() {
        Set<String> wanted = wanted();
        return world.activeOf(this).stream()
                .filter(this::isAvailable)
                .map(RolloutWorld::node)
                .filter(wanted::contains)
                .collect(Collectors.toSet());
    }

    /** How many nodes have a second pod beside one that is available. */
    private int doubled() {
        return (int) activeByNode().values().stream()
                .filter(pods -> pods.size() > 1 && pods.stream().anyMatch(this::isAvailable))
                .count();
    }

    @Override
    public void before() {
        availableBefore = available();
        doubledBefore = doubled();
    }

    @Override
    public void after() {
        DaemonSet set = sets.get(name);
        Map<String, List<Pod>> now = activeByNode();
        String context = "%s at %s: %s; pods %s".formatted(name, world.clock.instant(), set.value(), told());
        Set<String> wanted = wanted();
        int desired = wanted.size();
        assertThat(set.status().observedGeneration())
                .as(context)
                .isEqualTo(set.metadata().generation());
        assertThat(set.status().desiredNumberScheduled()).as(context).isEqualTo(desired);
        assertThat(wanted).as("nodes with pods of %s", context).containsAll(now.keySet());
        assertThat(now.values()).as(context).allMatch(pods -> pods.size() <= (surges ? 2 : 1));
        int most = most(set, desired);
        if (surges) {
            assertThat(doubled()).as("second pods of %s", context).isLessThanOrEqualTo(Math.max(doubledBefore, most));
        }
        if (!moved) {
            int least = Math.min(availableBefore.size(), desired - (surges ? 0 : most));
            assertThat(available().size()).as("available pods of %s", context).isGreaterThanOrEqualTo(least);
        }
        moved = false;
    }

    private int most(DaemonSet set, int desired) {
        IntOrString most = IntOrString.from(
                set.spec().updateStrategy().value().map("rollingUpdate").get(surges ? "maxSurge" : "maxUnavailable"));
        return most.scaled(desired, true);
    }

    private List<String> told() {
        return world.podsOf(this).stream()
                .map(pod -> RolloutWorld.node(pod) + " "
                        + RolloutWorld.image(pod.value().map("spec")) + " " + Pods.phase(pod)
                        + (pod.isDeleting() ? " deleting" : "") + (isAvailable(pod) ? " available" : ""))
                .sorted()
                .toList();
    }

    @Override
    public void heal() {
        roll("agent:" + images++);
    }

    @Override
    public void assertDone() {
        DaemonSet set = sets.get(name);
        String context = "%s: %s; pods %s".formatted(name, set.value(), told());
        Map<String, List<Pod>> now = activeByNode();
        int desired = wanted().size();
        String image =
                RolloutWorld.image(set.value().map("spec").map("template").map("spec"));
        assertThat(now.keySet()).as(context).isEqualTo(wanted());
        assertThat(now.values())
                .as(context)
                .allMatch(pods -> pods.size() == 1
                        && isAvailable(pods.getFirst())
                        && RolloutWorld.image(pods.getFirst().value().map("spec"))
                                .equals(image));
        assertThat(set.status().updatedNumberScheduled()).as(context).isEqualTo(desired);
        assertThat(set.status().numberAvailable()).as(context).isEqualTo(desired);
        long hashes = now.values().stream()
                .map(pods -> pods.getFirst().labels().get(Revisions.POD_LABEL))
                .distinct()
                .count();
        assertThat(hashes).as(context).isLessThanOrEqualTo(1);
        assertThat(StatefulSetRollout.revisionsOf(world, set.uid()))
                .as(context)
                .hasSizeLessThanOrEqualTo(set.spec().revisionHistoryLimit() + 1);
    }
}
