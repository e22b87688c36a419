package dev.proa.control.daemonset;

import dev.proa.api.core.v1.Pod;
import dev.proa.control.daemonset.NodeFit.Verdict;
import dev.proa.control.history.Revisions;
import dev.proa.control.shared.Pods;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Decides which nodes get a pod and which pods go, whatever template they were made from. Pure. */
final class Upkeep {
    private final NodePods known;
    private final boolean surges;
    private final List<String> create = new ArrayList<>();
    private final List<Pod> delete = new ArrayList<>();
    private final List<Pod> ended = new ArrayList<>();

    private Upkeep(NodePods known) {
        this.known = known;
        this.surges = Strategy.surges(known.set());
    }

    static Actions of(NodePods known) {
        Upkeep upkeep = new Upkeep(known);
        known.verdicts().forEach(upkeep::look);
        upkeep.leaveMissingNodes();
        return new Actions(upkeep.create, upkeep.delete, upkeep.ended);
    }

    private void look(String node, Verdict verdict) {
        List<Pod> pods = known.on(node);
        if (verdict == Verdict.LEAVE) {
            pods.stream().filter(pod -> !pod.isDeleting()).forEach(delete::add);
        } else if (pods.isEmpty()) {
            if (verdict == Verdict.RUN) {
                create.add(node);
            }
        } else {
            replace(node, verdict, pods);
        }
    }

    private void replace(String node, Verdict verdict, List<Pod> pods) {
        List<Pod> running = new ArrayList<>(pods.size());
        for (Pod pod : pods) {
            if (!pod.isDeleting()) {
                (Pods.isFinished(pod) ? ended : running).add(pod);
            }
        }
        if (surges) {
            if (running.size() > 1) {
                prune(running);
            } else if (running.isEmpty() && verdict == Verdict.RUN) {
                create.add(node);
            }
        } else if (running.size() > 1) {
            delete.addAll(running.subList(1, running.size()));
        }
    }

    /**
     * Of a node's pods leaves the oldest of each template, and only the one of the present template if it is available or the other one is not
     * ready.
     */
    private void prune(List<Pod> running) {
        Pod current = null;
        Pod old = null;
        for (Pod pod : running) {
            boolean isCurrent = pod.value()
                    .map("metadata")
                    .map("labels")
                    .string(Revisions.POD_LABEL)
                    .equals(known.hash());
            if (isCurrent && current == null) {
                current = pod;
            } else if (!isCurrent && old == null) {
                old = pod;
            } else {
                delete.add(pod);
            }
        }
        if (current != null && old != null && (!Pods.isReady(old) || known.isAvailable(current))) {
            delete.add(old);
        }
    }

    /** Pods for nodes that are gone are never scheduled, and are nobody else's to delete. */
    private void leaveMissingNodes() {
        for (Map.Entry<String, List<Pod>> entry : known.pods().entrySet()) {
            if (!known.verdicts().containsKey(entry.getKey())) {
                for (Pod pod : entry.getValue()) {
                    if (pod.spec().nodeName().isEmpty() && !pod.isDeleting()) {
                        delete.add(pod);
                    }
                }
            }
        }
    }
}
