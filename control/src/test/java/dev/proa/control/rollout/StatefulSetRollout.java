package dev.proa.control.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.control.history.Revisions;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Pods;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A StatefulSet, and what is to be true of it. */
final class StatefulSetRollout implements Rollout {
    private final RolloutWorld world;
    private final String name;
    private final boolean ordered;
    private final int minReadySeconds;
    private final ResourceClient<StatefulSet> sets;
    private final MapValue spec;
    private int images = 1;
    /** Its pods before the controllers worked, by ordinal. */
    private Map<Integer, Pod> before = Map.of();

    StatefulSetRollout(RolloutWorld world, String name, boolean ordered) {
        this.world = world;
        this.name = name;
        this.ordered = ordered;
        this.minReadySeconds = world.random.nextBoolean() ? 0 : 10;
        this.sets = world.cluster.client.resource(StatefulSet.KIND).in("default");
        this.spec = MapValue.of(
                "replicas",
                3L,
                "serviceName",
                name,
                "podManagementPolicy",
                ordered ? "OrderedReady" : "Parallel",
                "minReadySeconds",
                (long) minReadySeconds,
                "revisionHistoryLimit",
                (long) world.random.nextInt(3),
                "selector",
                MapValue.of("matchLabels", MapValue.of("app", name)),
                "template",
                RolloutWorld.template(name, "db:0"));
    }

    @Override
    public void start() {
        sets.create(new StatefulSet(StatefulSet.of("default", name).value().with("spec", spec)));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void change() {
        switch (world.random.nextInt(8)) {
            case 0, 1, 2 -> roll((world.random.nextInt(4) == 0 ? "bad:" : "db:") + images++);
            case 3 -> roll("db:" + world.random.nextInt(images)); // back, or to another one
            case 4, 5 -> patch(MapValue.of("replicas", (long) world.random.nextInt(6)));
            case 6 -> partition(world.random.nextInt(4));
            default -> world.hurt(this);
        }
    }

    private void roll(String image) {
        patch(MapValue.of("template", MapValue.of("spec", RolloutWorld.podSpec(image))));
    }

    private void partition(int partition) {
        patch(MapValue.of("updateStrategy", MapValue.of("rollingUpdate", MapValue.of("partition", (long) partition))));
    }

    private void patch(MapValue spec) {
        sets.patch(name, Patch.merge(MapValue.of("spec", spec)));
    }

    private Map<Integer, Pod> byOrdinal() {
        Map<Integer, Pod> found = new TreeMap<>();
        world.podsOf(this).forEach(pod -> found.put(Integer.valueOf(pod.name().substring(name.length() + 1)), pod));
        return found;
    }

    private boolean isAvailable(Pod pod) {
        return pod != null && world.isAvailable(pod, minReadySeconds);
    }

    @Override
    public void before() {
        before = byOrdinal();
    }

    @Override
    public void after() {
        StatefulSet set = sets.get(name);
        Map<Integer, Pod> now = byOrdinal();
        String context = "%s at %s: %s; pods %s, before %s"
                .formatted(name, world.clock.instant(), set.value(), told(now), told(before));
        assertThat(set.status().observedGeneration())
                .as(context)
                .isEqualTo(set.metadata().generation());
        assertThat(now.keySet())
                .as(context)
                .allMatch(ordinal -> ordinal < set.spec().replicas() || before.containsKey(ordinal));
        checkCreations(set, now, context);
        checkDeletions(set, now, context);
        checkCounts(set, now, context);
    }

    private Map<Integer, String> told(Map<Integer, Pod> pods) {
        Map<Integer, String> told = new TreeMap<>();
        pods.forEach((ordinal, pod) -> told.put(
                ordinal,
                RolloutWorld.image(pod.value().map("spec")) + " " + Pods.phase(pod)
                        + (pod.isDeleting() ? " deleting" : "") + (isAvailable(pod) ? " available" : "")));
        return told;
    }

    /** In order, a pod comes when all below it are available. */
    private void checkCreations(StatefulSet set, Map<Integer, Pod> now, String context) {
        for (Map.Entry<Integer, Pod> entry : now.entrySet()) {
            Pod old = before.get(entry.getKey());
            if (ordered && (old == null || !old.uid().equals(entry.getValue().uid()))) {
                for (int below = 0; below < entry.getKey(); below++) {
                    assertThat(isAvailable(now.get(below)))
                            .as("%d is available before %d comes: %s", below, entry.getKey(), context)
                            .isTrue();
                }
            }
        }
    }

    private void checkDeletions(StatefulSet set, Map<Integer, Pod> now, String context) {
        int replicas = set.spec().replicas();
        int partition = set.spec().updateStrategy().rollingUpdate().partition();
        int deleted = 0;
        for (Map.Entry<Integer, Pod> entry : before.entrySet()) {
            int ordinal = entry.getKey();
            Pod pod = entry.getValue();
            Pod after = now.get(ordinal);
            boolean gone = after == null || !after.uid().equals(pod.uid()) || after.isDeleting();
            if (!gone || !Pods.isActive(pod)) {
                continue;
            }
            deleted++;
            String which = ordinal + " of " + context;
            if (ordinal < replicas) {
                checkUpdate(set, ordinal, pod, partition, which);
            } else if (ordered) {
                assertThat(before.keySet()).as("deleted %s", which).noneMatch(other -> other > ordinal);
            }
        }
        assertThat(ordered ? deleted : 0).as("deleted at once: %s", context).isLessThanOrEqualTo(1);
    }

    /** A pod is replaced that is of another revision, and when all above it are updated and available; in order, when all are available. */
    private void checkUpdate(StatefulSet set, int ordinal, Pod pod, int partition, String which) {
        String update = set.status().updateRevision();
        assertThat(ordinal).as("replaced %s", which).isGreaterThanOrEqualTo(partition);
        assertThat(revision(pod)).as("replaced %s", which).isNotEqualTo(update);
        for (int other = ordered ? 0 : ordinal + 1; other < set.spec().replicas(); other++) {
            if (other != ordinal) {
                assertThat(isAvailable(before.get(other)))
                        .as("%d is available when %s is replaced", other, which)
                        .isTrue();
            }
            if (other > ordinal) {
                assertThat(revision(before.get(other))).as("replaced %s", which).isEqualTo(update);
            }
        }
    }

    private static String revision(Pod pod) {
        return pod.labels().getOrDefault(Revisions.POD_LABEL, "");
    }

    private void checkCounts(StatefulSet set, Map<Integer, Pod> now, String context) {
        int ready = (int) now.values().stream().filter(Pods::isReady).count();
        int available = (int) now.values().stream()
                .filter(pod -> Pods.isReady(pod) && Pods.isAvailable(pod, minReadySeconds, world.clock.instant()))
                .count();
        assertThat(set.status().readyReplicas())
                .as("ready replicas of %s", context)
                .isLessThanOrEqualTo(ready);
        assertThat(set.status().availableReplicas())
                .as("available replicas of %s", context)
                .isLessThanOrEqualTo(available);
        assertThat(set.status().replicas()).as("replicas of %s", context).isEqualTo(now.size());
    }

    @Override
    public void heal() {
        partition(0);
        roll("db:" + images++);
        // Pods that can never run hold an update, as Kubernetes documents: somebody has to delete them.
        world.activeOf(this).stream()
                .filter(pod -> RolloutWorld.image(pod.value().map("spec")).startsWith("bad"))
                .forEach(pod -> world.pods.delete(pod.name()));
    }

    @Override
    public void assertDone() {
        StatefulSet set = sets.get(name);
        Map<Integer, Pod> now = byOrdinal();
        String context = "%s: %s; pods %s".formatted(name, set.value(), told(now));
        String update = set.status().updateRevision();
        assertThat(now).as(context).hasSize(set.spec().replicas());
        assertThat(now.values())
                .as(context)
                .allMatch(pod -> isAvailable(pod) && revision(pod).equals(update));
        assertThat(set.status().availableReplicas())
                .as(context)
                .isEqualTo(set.spec().replicas());
        assertThat(set.status().currentRevision()).as(context).isEqualTo(update);
        assertThat(revisionsOf(world, set.uid()))
                .as(context)
                .hasSizeLessThanOrEqualTo(set.spec().revisionHistoryLimit() + 1);
    }

    /** The ControllerRevisions of a workload, by name. */
    static Map<String, ControllerRevision> revisionsOf(RolloutWorld world, String uid) {
        List<ControllerRevision> all = world.cluster
                .client
                .resource(ControllerRevision.KIND)
                .in("default")
                .list();
        Map<String, ControllerRevision> found = new HashMap<>();
        for (ControllerRevision revision : all) {
            var owner = Owners.controllerOf(revision);
            if (owner != null && owner.uid().equals(uid)) {
                found.put(revision.name(), revision);
            }
        }
        return found;
    }
}
