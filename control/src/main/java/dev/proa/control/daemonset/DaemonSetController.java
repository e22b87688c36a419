package dev.proa.control.daemonset;

import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.apps.v1.DaemonSetStatus;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.selector.LabelSelector;
import dev.proa.client.ObjectKey;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.history.RevisionHistory;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Freshness;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.StatusWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keeps a pod of each DaemonSet on every node that its template fits, and rolls out changes of the template. */
public final class DaemonSetController {
    private static final String NAME = "daemonset-controller";
    private static final int WORKERS = 2;

    private final ControlContext context;
    private final Informer<DaemonSet> sets;
    private final Informer<Node> nodes;
    private final ResourceClient<DaemonSet> client;
    private final ResourceClient<Pod> pods;
    private final Freshness freshness = new Freshness();
    private final StatusWriter<DaemonSet> statuses;
    private final FailedPods failedPods = new FailedPods();
    private final DaemonSetHistory history;
    private final DaemonPodWriter writer;
    private final EventRecorder events;

    public DaemonSetController(ControlContext shared) {
        ControlContext context = shared.as("daemon-set-controller");
        this.context = context;
        this.sets = context.informers().informer(DaemonSet.KIND);
        this.nodes = context.informers().informer(Node.KIND);
        this.client = context.client().resource(DaemonSet.KIND);
        this.statuses = new StatusWriter<>(client, freshness);
        this.pods = context.client().resource(Pod.KIND);
        this.events = context.events(NAME);
        RevisionHistory revisions = new RevisionHistory(context);
        this.history = new DaemonSetHistory(revisions, client, pods);
        this.writer = new DaemonPodWriter(pods, events, context.clock());
        Controller<ObjectKey> controller =
                context.<ObjectKey>controller(NAME, this::reconcile).workers(WORKERS);
        new DaemonSetEvents(controller.queue(), sets, context.pods(), writer)
                .subscribe(controller, revisions.informer(), nodes);
    }

    private Result reconcile(ObjectKey key) throws InterruptedException {
        DaemonSet set = sets.get(key);
        if (set == null) {
            freshness.forget(key);
            return Result.DONE;
        }
        if (freshness.isBehind(set)) {
            return Result.after(Duration.ofSeconds(1)); // its event comes before that
        }
        LabelSelector selector = LabelSelector.of(set.spec().selector());
        if (selector.isEverything()) {
            events.warning(
                    set, "SelectingAll", "This daemon set is selecting all pods. A non-empty selector is required.");
            return Result.DONE;
        }
        // Of one that is being deleted the garbage collector may have taken revisions and pods already.
        return set.isDeleting() ? Result.DONE : reconcile(set, selector);
    }

    private Result reconcile(DaemonSet set, LabelSelector selector) throws InterruptedException {
        boolean mayAct = writer.hasSeenAll(set);
        List<Pod> claimed = Owners.claim(
                pods,
                context.pods().ownedOrOrphaned(set.namespace(), set.uid()).toList(),
                set,
                DaemonSet.KIND,
                selector,
                () -> Owners.isAlive(client, set));
        DaemonSetHistory.Known revisions = history.construct(set, selector, claimed);
        Instant now = context.clock().instant();
        NodePods known = NodePods.of(set, revisions.hash(), nodes.list(), claimed, now);
        Outcome outcome = mayAct ? act(known) : Outcome.NOTHING;
        if (mayAct && outcome.failure() == null) {
            history.cleanUp(set, revisions, claimed);
        }
        updateStatus(set, DaemonSetCounts.status(known, mayAct, revisions.collisions()));
        if (outcome.failure() != null) {
            throw outcome.failure();
        }
        return Stream.of(outcome.retry(), DaemonSetCounts.untilAvailable(known))
                .filter(delay -> delay != null)
                .min(Duration::compareTo)
                .map(Result::after)
                .orElse(Result.DONE);
    }

    /**
     * What came of acting.
     *
     * @param failure the first; null when there was none
     * @param retry in how long a failed pod may be replaced; null when none waits for that
     */
    private record Outcome(
            @Nullable RuntimeException failure, @Nullable Duration retry) {
        static final Outcome NOTHING = new Outcome(null, null);
    }

    private Outcome act(NodePods known) throws InterruptedException {
        Actions upkeep = Upkeep.of(known);
        List<Pod> delete = new ArrayList<>(upkeep.delete());
        Duration retry = null;
        for (Pod pod : upkeep.ended()) {
            if (delete.size() >= DaemonPodWriter.BURST) {
                break; // the others are asked about when these are gone, since asking counts as a replacement
            }
            Duration delay = delay(known, pod);
            if (delay.isZero()) {
                delete.add(pod);
            } else if (retry == null || delay.compareTo(retry) < 0) {
                retry = delay;
            }
        }
        boolean idle = upkeep.create().isEmpty() && delete.isEmpty();
        Actions chosen = idle && Strategy.isRolling(known.set())
                ? RollingUpdate.of(known)
                : new Actions(upkeep.create(), delete, List.of());
        return new Outcome(writer.write(known, chosen.create(), chosen.delete()), retry);
    }

    /** How long a pod that has ended stays; says so when it goes. */
    private Duration delay(NodePods known, Pod pod) {
        DaemonSet set = known.set();
        String what = "daemon pod " + pod.namespace() + "/" + pod.name() + " on node " + DaemonPods.node(pod);
        if (Pods.phase(pod).equals("Succeeded")) {
            events.normal(set, "SucceededDaemonPod", "Found succeeded " + what + ", will try to delete it");
            return Duration.ZERO;
        }
        Duration delay = failedPods.delay(
                new FailedPods.Place(
                        set.uid(), set.status().observedGeneration(), String.valueOf(DaemonPods.node(pod))),
                known.now());
        if (delay.isZero()) {
            events.warning(set, "FailedDaemonPod", "Found failed " + what + ", will try to kill it");
        }
        return delay;
    }

    private void updateStatus(DaemonSet set, DaemonSetStatus status) {
        if (!status.value().equals(set.status().value())) {
            statuses.write(set, latest -> latest.withStatus(status));
        }
    }
}
