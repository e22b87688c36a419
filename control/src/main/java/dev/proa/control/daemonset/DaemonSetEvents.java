package dev.proa.control.daemonset;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.WorkQueue;
import dev.proa.control.daemonset.NodeFit.Verdict;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.PodIndex;
import dev.proa.control.shared.Pods;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Queues the DaemonSets that a change concerns, and leaves alone those that would not see a difference. */
final class DaemonSetEvents {
    /** From how many nodes on a set is looked at less often. */
    private static final int LARGE = 100;

    private static final long LONGEST_WAIT = 500;

    private final WorkQueue<ObjectKey> queue;
    private final Informer<DaemonSet> sets;
    private final PodIndex pods;
    private final DaemonPodWriter writer;

    DaemonSetEvents(WorkQueue<ObjectKey> queue, Informer<DaemonSet> sets, PodIndex pods, DaemonPodWriter writer) {
        this.queue = queue;
        this.sets = sets;
        this.pods = pods;
        this.writer = writer;
    }

    void subscribe(Controller<ObjectKey> controller, Informer<ControllerRevision> revisions, Informer<Node> nodes) {
        controller
                .watchWith(sets, new SetHandler())
                .watchWith(revisions, new RevisionHandler())
                .watchWith(pods.informer(), new PodHandler())
                .watchWith(nodes, new NodeHandler());
    }

    private void add(DaemonSet set) {
        queue.add(ObjectKey.of(set.value()));
    }

    /** A sync of a set takes time with the number of its nodes, so large sets are synced less often. */
    private void addSoon(DaemonSet set) {
        int size = Math.max(set.status().desiredNumberScheduled(), set.status().currentNumberScheduled());
        if (size < LARGE) {
            add(set);
        } else {
            queue.addAfter(ObjectKey.of(set.value()), Duration.ofMillis(Math.min(size / 10, LONGEST_WAIT)));
        }
    }

    private @Nullable DaemonSet controllerOf(KubeObject object) {
        OwnerReference owner = Owners.controllerOf(object);
        if (owner == null || !owner.kind().equals("DaemonSet")) {
            return null;
        }
        DaemonSet set = sets.get(object.namespace(), owner.name());
        return set != null && set.uid().equals(owner.uid()) ? set : null;
    }

    /** Queues those who could adopt {@code orphan}. */
    private void addMatching(KubeObject orphan) {
        for (DaemonSet set : sets.list(orphan.namespace())) {
            LabelSelector selector = LabelSelector.of(set.spec().selector());
            if (!selector.isEverything() && selector.matches(orphan)) {
                add(set);
            }
        }
    }

    /** What users change is reconciled at once, the status that the controller has written itself when there is time. */
    private final class SetHandler implements EventHandler<DaemonSet> {
        @Override
        public void added(DaemonSet set) {
            add(set);
        }

        @Override
        public void updated(DaemonSet before, DaemonSet after) {
            if (!before.uid().equals(after.uid())) {
                deleted(before);
            }
            if (before.metadata().generation() == after.metadata().generation()
                    && before.isDeleting() == after.isDeleting()) {
                addSoon(after);
            } else {
                add(after);
            }
        }

        @Override
        public void deleted(DaemonSet last) {
            writer.forget(last);
            add(last);
        }
    }

    private final class RevisionHandler implements EventHandler<ControllerRevision> {
        @Override
        public void added(ControllerRevision revision) {
            if (Owners.controllerOf(revision) == null) {
                addMatching(revision);
            }
        }

        @Override
        public void updated(ControllerRevision before, ControllerRevision after) {
            DaemonSet was = controllerOf(before);
            DaemonSet is = controllerOf(after);
            if (was != null && (is == null || !was.uid().equals(is.uid()))) {
                add(was);
            }
            if (is != null) {
                addSoon(is);
            } else {
                added(after);
            }
        }

        @Override
        public void deleted(ControllerRevision last) {
            DaemonSet set = controllerOf(last);
            if (set != null) {
                addSoon(set);
            }
        }
    }

    private final class PodHandler implements EventHandler<Pod> {
        @Override
        public void added(Pod pod) {
            if (pod.isDeleting()) {
                deleted(pod);
                return;
            }
            DaemonSet set = controllerOf(pod);
            if (set != null) {
                seen(set, () -> writer.created(set));
            } else if (Owners.controllerOf(pod) == null) {
                addMatching(pod);
            }
        }

        @Override
        public void updated(Pod before, Pod after) {
            DaemonSet was = controllerOf(before);
            DaemonSet is = controllerOf(after);
            if (was != null && (is == null || !was.uid().equals(is.uid()))) {
                add(was);
            }
            if (is != null) {
                if (after.isDeleting() && !before.isDeleting()) {
                    seen(is, () -> writer.deleted(is, after));
                } else if (was == null || looksDifferent(before, after)) {
                    addSoon(is);
                }
            } else if (Owners.controllerOf(after) == null
                    && (was != null || !labels(before).equals(labels(after)))) {
                addMatching(after);
            }
        }

        @Override
        public void deleted(Pod pod) {
            DaemonSet set = controllerOf(pod);
            if (set != null) {
                seen(set, () -> writer.deleted(set, pod));
            }
        }

        /** The last of what was awaited has the next burst begin at once. */
        private void seen(DaemonSet set, Runnable note) {
            boolean awaited = !writer.hasSeenAll(set);
            note.run();
            if (awaited && writer.hasSeenAll(set)) {
                add(set);
            } else {
                addSoon(set);
            }
        }

        /** Binding, addresses, images and so on change nothing for the set. */
        private boolean looksDifferent(Pod before, Pod after) {
            return Pods.isActive(before) != Pods.isActive(after)
                    || Pods.isTerminating(before) != Pods.isTerminating(after)
                    || !Objects.equals(Pods.condition(before, "Ready"), Pods.condition(after, "Ready"))
                    || !labels(before).equals(labels(after));
        }
    }

    private static MapValue labels(KubeObject object) {
        return object.value().map("metadata").map("labels");
    }

    /** Of a node only labels and taints matter. */
    private final class NodeHandler implements EventHandler<Node> {
        @Override
        public void added(Node node) {
            for (DaemonSet set : sets.list()) {
                if (NodeFit.of(set).on(node) != Verdict.LEAVE) {
                    addSoon(set);
                }
            }
            addThoseOn(node);
        }

        @Override
        public void updated(Node before, Node after) {
            if (labels(before).equals(labels(after)) && taints(before).equals(taints(after))) {
                return;
            }
            for (DaemonSet set : sets.list()) {
                NodeFit fit = NodeFit.of(set);
                if (fit.on(before) != fit.on(after)) {
                    addSoon(set);
                }
            }
        }

        @Override
        public void deleted(Node last) {
            added(last); // they have one node less
        }

        private static ListValue taints(Node node) {
            return node.value().map("spec").list("taints");
        }

        private void addThoseOn(Node node) {
            for (Pod pod : pods.byNode().get(node.name())) {
                DaemonSet set = controllerOf(pod);
                if (set != null) {
                    addSoon(set);
                }
            }
        }
    }
}
