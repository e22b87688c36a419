package dev.proa.control.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.DeploymentStatus;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.IntOrString;
import dev.proa.api.value.MapValue;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.EventHandler;
import dev.proa.control.shared.Conditions;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Pods;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A Deployment, and what is to be true of it. */
final class DeploymentRollout implements Rollout {
    private static final String REVISION = "deployment.kubernetes.io/revision";

    private final RolloutWorld world;
    private final String name;
    private final boolean recreates;
    private final int minReadySeconds;
    private final int deadline;
    private final ResourceClient<Deployment> deployments;
    private final ResourceClient<ReplicaSet> sets;
    private final MapValue spec;
    private final List<String> images = new ArrayList<>();

    private int availableBefore;
    /** Ready pods that are not available yet, by name. */
    private Set<String> freshBefore = Set.of();

    private int activeBefore;
    /** Whether a user has just resized it: the controller then writes counts without asking whether they are progress. */
    private volatile boolean resized;
    /** Whether that made it smaller. */
    private boolean shrunk;

    private long revision;

    /** The wanted sizes of its replica sets, and the largest sum since the controllers began to work. */
    private final Map<String, Integer> sizes = new ConcurrentHashMap<>();

    private Map<String, Integer> sizesBefore = Map.of();
    private volatile int mostWanted;
    private int wantedBefore;

    /** When there was progress last, or when the rollout began; null while no deadline runs. */
    private volatile @Nullable Instant since;
    /** The same, without what the controller may have taken for no progress. */
    private volatile @Nullable Instant earliest;

    private volatile boolean completed;
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

    DeploymentRollout(RolloutWorld world, String name, boolean recreates) {
        this.world = world;
        this.name = name;
        this.recreates = recreates;
        this.minReadySeconds = world.random.nextBoolean() ? 0 : 10;
        this.deadline = world.random.nextBoolean() ? 60 : 600;
        this.deployments = world.cluster.client.resource(Deployment.KIND).in("default");
        this.sets = world.cluster.client.resource(ReplicaSet.KIND).in("default");
        world.onChange(ReplicaSet.KIND, new SetHandler());
        world.onChange(Deployment.KIND, new ProgressHandler());
        world.onChange(Pod.KIND, new PodHandler());
        images.add("web:0");
        this.spec = MapValue.of(
                "replicas",
                3L,
                "minReadySeconds",
                (long) minReadySeconds,
                "progressDeadlineSeconds",
                (long) deadline,
                "revisionHistoryLimit",
                (long) world.random.nextInt(4),
                "strategy",
                MapValue.of("type", recreates ? "Recreate" : "RollingUpdate"),
                "selector",
                MapValue.of("matchLabels", MapValue.of("app", name)),
                "template",
                RolloutWorld.template(name, "web:0"));
    }

    @Override
    public void start() {
        deployments.create(new Deployment(Deployment.of("default", name).value().with("spec", spec)));
        resized = true;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void change() {
        switch (world.random.nextInt(10)) {
            case 0, 1, 2 -> roll((world.random.nextInt(4) == 0 ? "bad:" : "web:") + images.size());
            case 3 -> roll(images.get(Math.max(0, images.size() - 1 - world.random.nextInt(4)))); // back
            case 4, 5 -> {
                int replicas = world.random.nextInt(8);
                resized = true;
                shrunk = replicas < get().spec().replicas();
                patch(MapValue.of("replicas", (long) replicas));
            }
            case 6 -> patch(MapValue.of("paused", !get().spec().paused()));
            case 7 -> limit();
            default -> world.hurt(this);
        }
    }

    private void roll(String image) {
        if (!images.contains(image)) {
            images.add(image);
        }
        patch(MapValue.of("template", MapValue.of("spec", RolloutWorld.podSpec(image))));
    }

    private void limit() {
        if (!recreates) {
            int surge = world.random.nextInt(4);
            int unavailable = world.random.nextInt(surge == 0 ? 1 : 0, 4);
            Object most = world.random.nextBoolean() ? (Object) ("" + surge * 20 + "%") : (Object) (long) surge;
            Object least =
                    world.random.nextBoolean() ? (Object) ("" + unavailable * 20 + "%") : (Object) (long) unavailable;
            patch(MapValue.of(
                    "strategy", MapValue.of("rollingUpdate", MapValue.of("maxSurge", most, "maxUnavailable", least))));
        }
    }

    private void patch(MapValue spec) {
        deployments.patch(name, Patch.merge(MapValue.of("spec", spec)));
    }

    private Deployment get() {
        return deployments.get(name);
    }

    private int available() {
        return (int) world.activeOf(this).stream()
                .filter(pod -> world.isAvailable(pod, minReadySeconds))
                .count();
    }

    @Override
    public void before() {
        toldBefore = told();
        availableBefore = available();
        freshBefore = world.activeOf(this).stream()
                .filter(pod -> Pods.isReady(pod) && !world.isAvailable(pod, minReadySeconds))
                .map(Pod::name)
                .collect(Collectors.toSet());
        activeBefore = world.activeOf(this).size();
        sizesBefore = Map.copyOf(sizes);
        wantedBefore = wanted();
        mostWanted = wantedBefore;
    }

    private List<String> told() {
        return world.podsOf(this).stream()
                .map(pod -> pod.name() + " " + RolloutWorld.image(pod.value().map("spec")) + " "
                        + RolloutWorld.node(pod) + " " + Pods.phase(pod) + (pod.isDeleting() ? " deleting" : "")
                        + (Pods.isReady(pod) ? " ready " + Pods.readySince(pod) : "")
                        + (world.isAvailable(pod, minReadySeconds) ? " available" : ""))
                .sorted()
                .toList();
    }

    private List<String> toldBefore = List.of();

    private int wanted() {
        return sizes.values().stream().mapToInt(Integer::intValue).sum();
    }

    @Override
    public void after() {
        Deployment now = get();
        String context = "%s at %s: %s; pods %s, before %s"
                .formatted(name, world.clock.instant(), now.value().without("metadata"), told(), toldBefore);
        assertThat(wrong).as(context).isEmpty();
        checkBounds(now, context);
        checkCounts(now, context);
        checkDeadline(now, context);
        long number = Long.parseLong(now.annotations().getOrDefault(REVISION, "0"));
        if (now.spec().revisionHistoryLimit() > 0) { // or else nothing may be left that knows of the last one
            assertThat(number).as(context).isGreaterThanOrEqualTo(revision);
        }
        revision = number;
        if (isComplete(now) && !now.spec().paused()) {
            checkHistory(now, context);
        }
        resized = false;
        shrunk = false;
    }

    private void checkBounds(Deployment now, String context) {
        int desired = now.spec().replicas();
        if (recreates) {
            assertThat(mostWanted).as(context).isLessThanOrEqualTo(Math.max(wantedBefore, desired));
            return;
        }
        IntOrString surge = now.spec().strategy().rollingUpdate().maxSurge();
        IntOrString unavailable = now.spec().strategy().rollingUpdate().maxUnavailable();
        int most = desired + surge.scaled(desired, true);
        int fewer = unavailable.scaled(desired, false);
        if (fewer == 0 && most == desired) {
            fewer = 1;
        }
        assertThat(mostWanted).as("pods wanted by %s", context).isLessThanOrEqualTo(Math.max(wantedBefore, most));
        assertThat(world.activeOf(this).size())
                .as("pods of %s", context)
                .isLessThanOrEqualTo(Math.max(Math.max(activeBefore, wantedBefore), most));
        if (!shrunk) {
            assertThat(available())
                    .as("available pods of %s", context)
                    .isGreaterThanOrEqualTo(Math.min(availableBefore, desired - fewer) - spared());
        }
    }

    /** How many ready pods that are not available yet stay in a replica set that has become smaller: an available one may have gone for each. */
    private int spared() {
        return (int) world.activeOf(this).stream()
                .filter(pod -> freshBefore.contains(pod.name()))
                .map(Owners::controllerOf)
                .filter(set ->
                        set != null && sizes.getOrDefault(set.name(), 0) < sizesBefore.getOrDefault(set.name(), 0))
                .count();
    }

    private void checkCounts(Deployment now, String context) {
        List<Pod> active = world.activeOf(this);
        String image =
                RolloutWorld.image(now.value().map("spec").map("template").map("spec"));
        assertThat(now.status().observedGeneration())
                .as(context)
                .isEqualTo(now.metadata().generation());
        assertThat(now.status().replicas()).as("replicas of %s", context).isEqualTo(active.size());
        assertThat(now.status().readyReplicas())
                .as("ready replicas of %s", context)
                .isEqualTo((int) active.stream().filter(Pods::isReady).count());
        assertThat(now.status().availableReplicas())
                .as("available replicas of %s", context)
                .isEqualTo(available());
        assertThat(now.status().updatedReplicas())
                .as("updated replicas of %s", context)
                .isEqualTo((int) active.stream()
                        .filter(pod ->
                                RolloutWorld.image(pod.value().map("spec")).equals(image))
                        .count());
    }

    private void checkDeadline(Deployment now, String context) {
        Instant from = since;
        if (from == null || now.spec().paused() || isComplete(now)) {
            return;
        }
        Instant late = from.plusSeconds(deadline + 2L);
        if (!world.clock.instant().isBefore(late)) {
            assertThat(reason(now)).as(context).isEqualTo("ProgressDeadlineExceeded");
        } else {
            world.in(late.getEpochSecond() - world.clock.instant().getEpochSecond(), () -> {});
        }
    }

    /** The newest revisions are kept. */
    private void checkHistory(Deployment now, String context) {
        String uid = now.uid();
        List<Long> kept = sets.list().stream()
                .filter(set -> {
                    var owner = Owners.controllerOf(set);
                    return owner != null && owner.uid().equals(uid);
                })
                .map(set -> Long.parseLong(set.annotations().getOrDefault(REVISION, "0")))
                .sorted(Comparator.reverseOrder())
                .toList();
        assertThat(kept).as(context).hasSizeLessThanOrEqualTo(now.spec().revisionHistoryLimit() + 1);
        assertThat(kept.getFirst()).as("the current revision of %s", context).isEqualTo(revision);
    }

    @Override
    public void heal() {
        patch(MapValue.of("paused", false));
        roll("web:" + images.size());
    }

    @Override
    public void assertDone() {
        Deployment now = get();
        assertThat(isComplete(now)).as("%s is complete: %s", name, now.value()).isTrue();
        assertThat(reason(now)).as("%s: %s", name, now.value()).isEqualTo("NewReplicaSetAvailable");
    }

    private static boolean isComplete(Deployment now) {
        int desired = now.spec().replicas();
        DeploymentStatus status = now.status();
        return status.observedGeneration() >= now.metadata().generation()
                && status.replicas() == desired
                && status.updatedReplicas() == desired
                && status.availableReplicas() == desired;
    }

    private static String reason(Deployment deployment) {
        MapValue condition = Conditions.get(deployment.status().value().list("conditions"), "Progressing");
        return condition == null ? "" : condition.string("reason");
    }

    private static String message(Deployment deployment) {
        MapValue condition = Conditions.get(deployment.status().value().list("conditions"), "Progressing");
        return condition == null ? "" : condition.string("message");
    }

    private final class SetHandler implements EventHandler<ReplicaSet> {
        @Override
        public void added(ReplicaSet set) {
            if (name.equals(set.labels().get("app"))) {
                sizes.put(set.name(), set.spec().replicas());
                mostWanted = Math.max(mostWanted, wanted());
            }
        }

        @Override
        public void updated(ReplicaSet before, ReplicaSet after) {
            added(after);
        }

        @Override
        public void deleted(ReplicaSet last) {
            sizes.remove(last.name());
        }
    }

    /** With {@code Recreate}, pods of one template only. */
    private final class PodHandler implements EventHandler<Pod> {
        private final Map<String, Pod> there = new ConcurrentHashMap<>();

        @Override
        public void added(Pod pod) {
            if (!recreates || !name.equals(pod.labels().get("app"))) {
                return;
            }
            String image = RolloutWorld.image(pod.value().map("spec"));
            for (Pod other : there.values()) {
                if (!Pods.isFinished(other)
                        && !RolloutWorld.image(other.value().map("spec")).equals(image)) {
                    wrong.add(pod.name() + " was created while there was " + other.value());
                }
            }
            there.put(pod.name(), pod);
        }

        @Override
        public void updated(Pod before, Pod after) {
            there.replace(after.name(), after);
        }

        @Override
        public void deleted(Pod last) {
            there.remove(last.name());
        }
    }

    /** Counts the time without progress by what the statuses say, and looks whether it may be called too long. */
    private final class ProgressHandler implements EventHandler<Deployment> {
        @Override
        public void added(Deployment deployment) {}

        @Override
        public void updated(Deployment before, Deployment after) {
            if (!after.name().equals(name)) {
                return;
            }
            Instant now = world.clock.instant();
            String reason = reason(after);
            boolean news = !reason.equals(reason(before)) || !message(after).equals(message(before));
            if (news) {
                switch (reason) {
                    case "NewReplicaSetCreated", "DeploymentResumed" -> {
                        since = now;
                        earliest = now;
                        completed = false;
                    }
                    case "DeploymentPaused" -> {
                        since = null;
                        earliest = null;
                        completed = false;
                    }
                    case "ProgressDeadlineExceeded" -> {
                        Instant from = earliest;
                        if (from == null || !from.plusSeconds(deadline).isBefore(now)) {
                            wrong.add("timed out at " + now + " after progress at " + from + ": " + after.value());
                        }
                    }
                    default -> {}
                }
            }
            if (after.spec().paused()) {
                return;
            }
            DeploymentStatus was = before.status();
            DeploymentStatus is = after.status();
            if (isComplete(after)) {
                completed = true;
                since = null;
                earliest = null;
            } else if (!(completed && is.replicas() == is.updatedReplicas())
                    && (is.updatedReplicas() > was.updatedReplicas()
                            || is.replicas() - is.updatedReplicas() < was.replicas() - was.updatedReplicas()
                            || is.readyReplicas() > was.readyReplicas()
                            || is.availableReplicas() > was.availableReplicas())) {
                if (!resized) {
                    completed = false;
                    since = now;
                    earliest = now;
                } else if (!reason.equals("NewReplicaSetAvailable")) {
                    completed = false;
                    since = now;
                    earliest = earliest == null ? now : earliest;
                }
            }
        }
    }
}
