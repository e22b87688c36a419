package dev.proa.control.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.supervision.Supervisor;
import dev.proa.control.daemonset.DaemonSetController;
import dev.proa.control.deployment.DeploymentController;
import dev.proa.control.replicaset.ReplicaSetController;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.TestCluster;
import dev.proa.control.statefulset.StatefulSetController;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A cluster whose controllers work when the test says so, under a simulated clock. Its kubelets are simulated: pods become ready and go after
 * random times, and never become ready when their image is called {@code bad}.
 */
final class RolloutWorld implements AutoCloseable {
    private static final List<String> NODES = List.of("n0", "n1", "n2", "n3");
    /** Everything a kubelet does happens at multiples of this, so that much of it happens at once. */
    private static final int TICK = 10;
    /** How long informers may take, by the wall clock. */
    private static final Duration LONGEST = Duration.ofMinutes(3);

    final SimulatedClock clock = new SimulatedClock();
    final TestCluster cluster = new TestCluster(clock);
    final Random random;
    final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final InformerFactory informers;
    private final ControlContext context;
    private final List<Follower<?>> followers = new ArrayList<>();
    private final PriorityQueue<Happening> happenings =
            new PriorityQueue<>(Comparator.comparing(Happening::time).thenComparing(Happening::order));
    private long order;
    /** The pods that kubelets know, and those that they are about to remove, by uid. */
    private final Set<String> known = new HashSet<>();

    private final Set<String> leaving = new HashSet<>();
    private Consumer<String> listener = step -> {};

    /** Something that happens at a time. */
    private record Happening(Instant time, long order, Step step) {}

    @FunctionalInterface
    interface Step {
        void run() throws InterruptedException;
    }

    RolloutWorld(Random random) throws InterruptedException {
        this.random = random;
        long seed = random.nextLong();
        Client client = cluster.through(server -> new PodNames(server, seed));
        // Threads must not draw from what decides what happens; and watches that end begin anew while the simulated
        // clock stands still.
        Supervisor supervisor = new Supervisor(Clock.system(), new Random(seed));
        informers = new InformerFactory(client, supervisor, clock, new Random(seed));
        context = new ControlContext(client, informers, supervisor, clock, new Random(seed));
        new ReplicaSetController(context);
        new DeploymentController(context);
        new StatefulSetController(context);
        new DaemonSetController(context);
        for (String node : NODES) {
            cluster.client.resource(Node.KIND).create(Node.of("", node));
        }
        informers.start();
        informers.awaitSync();
    }

    /** Begins to follow what the controllers hear of; their handlers, and those of the rollouts, are there by now and hear first. */
    void follow() {
        List.of(
                        Deployment.KIND,
                        ReplicaSet.KIND,
                        StatefulSet.KIND,
                        DaemonSet.KIND,
                        ControllerRevision.KIND,
                        Pod.KIND,
                        Node.KIND)
                .forEach(this::follow);
    }

    private void follow(Kind<? extends KubeObject> kind) {
        followers.add(new Follower<>(kind));
    }

    /** Lets {@code step} happen in {@code seconds}; the controllers work after it. */
    void in(long seconds, Step step) {
        happenings.add(new Happening(clock.instant().plusSeconds(seconds), order++, step));
    }

    /** Lets the controllers work in {@code seconds}. */
    void lookIn(long seconds) {
        in(seconds, () -> {});
    }

    /** Lets time go by with all that happens in it. */
    void run(Duration time, List<? extends Rollout> rollouts) throws InterruptedException {
        Instant end = clock.instant().plus(time);
        while (!happenings.isEmpty() && !happenings.peek().time().isAfter(end)) {
            Instant now = happenings.peek().time();
            clock.advance(Duration.between(clock.instant(), now));
            while (!happenings.isEmpty() && happenings.peek().time().equals(now)) {
                happenings.remove().step().run();
                awaitHeard();
            }
            rollouts.forEach(Rollout::before);
            settle();
            rollouts.forEach(Rollout::after);
            listener.accept(clock.instant() + ": " + told());
            care();
            awaitHeard();
        }
    }

    /**
     * Lets the controllers work on one object at a time, until nothing is left to do. All have heard of what was done to it before the next one: so
     * neither what a controller knows nor the order of its work depends on how fast threads are.
     */
    private void settle() throws InterruptedException {
        boolean worked = true;
        while (worked) {
            awaitHeard();
            worked = false;
            for (Controller<?> controller : context.controllers()) {
                if (controller.step()) {
                    worked = true;
                    break;
                }
            }
        }
    }

    /** Blocks until the controllers, and the rollouts, have heard of everything that was written. */
    void awaitHeard() throws InterruptedException {
        for (Follower<?> follower : followers) {
            follower.awaitHeard();
        }
    }

    /** What the kubelets begin to do, seeing the pods there are now. */
    private void care() {
        for (Pod pod : pods.list()) {
            if (pod.isDeleting()) {
                if (leaving.add(pod.uid())) {
                    in(tick(3), () -> remove(pod));
                }
            } else if (known.add(pod.uid())) {
                bind(pod);
                in(tick(6), () -> makeReady(pod));
            }
        }
    }

    private long tick(int most) {
        long seconds = TICK * (1L + random.nextInt(most));
        return seconds - Math.floorMod(clock.instant().getEpochSecond(), TICK);
    }

    private void bind(Pod pod) {
        String wanted = node(pod);
        String node = wanted.isEmpty() ? NODES.get(random.nextInt(NODES.size())) : wanted;
        pods.subresource(
                "create",
                pod.name(),
                "binding",
                MapValue.of(
                        "apiVersion",
                        "v1",
                        "kind",
                        "Binding",
                        "metadata",
                        MapValue.of("name", pod.name(), "namespace", "default"),
                        "target",
                        MapValue.of("kind", "Node", "name", node)));
    }

    private void remove(Pod pod) {
        Pod now = pods.find(pod.name());
        if (now != null && now.uid().equals(pod.uid())) {
            pods.delete(pod.name(), DeleteOptions.EMPTY.withGracePeriodSeconds(0));
        }
        leaving.remove(pod.uid());
        known.remove(pod.uid());
    }

    private void makeReady(Pod pod) {
        if (!image(pod.value().map("spec")).startsWith("bad")) {
            report(pod, "Running", true);
            lookIn(TICK); // that it is available
        }
    }

    /** Lets a pod that runs fail its probe for a while. */
    void disturb(Pod pod) {
        report(pod, "Running", false);
        in(tick(20), () -> makeReady(pod));
    }

    /** Ends a pod, as an eviction does. */
    void evict(Pod pod) {
        report(pod, "Failed", false);
    }

    private void report(Pod pod, String phase, boolean ready) {
        Pod now = pods.find(pod.name());
        if (now == null || !now.uid().equals(pod.uid()) || now.isDeleting() || Pods.isFinished(now)) {
            return;
        }
        if (Pods.isReady(now) == ready && Pods.phase(now).equals(phase)) {
            return;
        }
        MapValue condition = MapValue.of(
                "type",
                "Ready",
                "status",
                ready ? "True" : "False",
                "lastTransitionTime",
                Times.format(clock.instant()));
        pods.patchStatus(
                pod.name(),
                Patch.merge(MapValue.of("status", MapValue.of("phase", phase, "conditions", ListValue.of(condition)))));
    }

    private List<String> told() {
        return pods.list().stream()
                .map(pod -> pod.name() + " on " + node(pod) + " " + Pods.phase(pod)
                        + (Pods.isReady(pod) ? " ready" : "") + (pod.isDeleting() ? " deleting" : ""))
                .toList();
    }

    /** Tells {@code other} after each step which pods there are. */
    void onStep(Consumer<String> other) {
        listener = other;
    }

    /** The pods of a workload. */
    List<Pod> podsOf(Rollout rollout) {
        return pods.list().stream()
                .filter(pod -> rollout.name().equals(pod.labels().get("app")))
                .toList();
    }

    /** Those that run or are to run. */
    List<Pod> activeOf(Rollout rollout) {
        return podsOf(rollout).stream().filter(Pods::isActive).toList();
    }

    /** Does something to one of a workload's pods. */
    void hurt(Rollout rollout) {
        List<Pod> active = activeOf(rollout);
        if (active.isEmpty()) {
            return;
        }
        Pod pod = active.get(random.nextInt(active.size()));
        switch (random.nextInt(3)) {
            case 0 -> disturb(pod);
            case 1 -> evict(pod);
            default -> pods.delete(pod.name());
        }
    }

    boolean isAvailable(Pod pod, int minReadySeconds) {
        return Pods.isActive(pod) && Pods.isAvailable(pod, minReadySeconds, clock.instant());
    }

    /** The node that a pod is on, or that it is made for. */
    static String node(Pod pod) {
        return nodeOf(pod.value().map("spec"));
    }

    static String nodeOf(MapValue spec) {
        ListValue terms = spec.map("affinity")
                .map("nodeAffinity")
                .map("requiredDuringSchedulingIgnoredDuringExecution")
                .list("nodeSelectorTerms");
        return terms.isEmpty()
                ? spec.string("nodeName")
                : (String)
                        terms.map(0).list("matchFields").map(0).list("values").getFirst();
    }

    static String image(MapValue podSpec) {
        return podSpec.list("containers").map(0).string("image");
    }

    /** The spec of pods, and of nothing else, with an image. */
    static MapValue podSpec(String image) {
        return MapValue.of("containers", ListValue.of(MapValue.of("name", "main", "image", image)));
    }

    static MapValue template(String app, String image) {
        return MapValue.of("metadata", MapValue.of("labels", MapValue.of("app", app)), "spec", podSpec(image));
    }

    <T extends KubeObject> void onChange(Kind<T> kind, EventHandler<T> handler) {
        informers.informer(kind).addHandler(handler);
    }

    @Override
    public void close() {
        context.close();
        informers.close();
        cluster.close();
    }

    /** Knows what the controllers have heard of a kind: its handler comes after theirs. */
    private final class Follower<T extends KubeObject> {
        private final Kind<T> kind;
        private final ResourceClient<T> client;
        private final Map<String, String> heard = new HashMap<>();

        Follower(Kind<T> kind) {
            this.kind = kind;
            this.client = cluster.client.resource(kind);
            Informer<T> informer = informers.informer(kind);
            informer.addHandler(new EventHandler<T>() {
                @Override
                public void added(T object) {
                    synchronized (heard) {
                        heard.put(object.name(), object.resourceVersion());
                        heard.notifyAll();
                    }
                }

                @Override
                public void updated(T before, T after) {
                    added(after);
                }

                @Override
                public void deleted(T last) {
                    synchronized (heard) {
                        heard.remove(last.name());
                        heard.notifyAll();
                    }
                }
            });
        }

        void awaitHeard() throws InterruptedException {
            Map<String, String> there = new HashMap<>();
            client.list().forEach(object -> there.put(object.name(), object.resourceVersion()));
            long end = System.nanoTime() + LONGEST.toNanos();
            synchronized (heard) {
                while (!heard.equals(there)) {
                    long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
                    assertThat(left)
                            .as("the controllers have not heard of each %s: %s", kind.kind(), there)
                            .isPositive();
                    heard.wait(left);
                }
            }
        }
    }
}
