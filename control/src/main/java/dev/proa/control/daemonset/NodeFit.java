package dev.proa.control.daemonset;

import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.NodeSelectorTerm;
import dev.proa.api.core.v1.PodSpec;
import dev.proa.api.core.v1.Taint;
import dev.proa.api.core.v1.Toleration;
import dev.proa.api.selector.NodeSelectors;
import dev.proa.control.shared.Tolerations;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides on which nodes the pods of a DaemonSet belong: by {@code nodeName}, node selector, required node affinity and tolerations of its
 * template, not by what is free there. Pure.
 */
final class NodeFit {
    /** Whether a node is to have a pod. */
    enum Verdict {
        /** It is to have one. */
        RUN,
        /** It gets none, but one that is there stays: the node has a taint of {@code NoSchedule} that is not tolerated. */
        KEEP,
        /** It is to have none. */
        LEAVE
    }

    private final String nodeName;
    private final Map<String, String> selector;
    private final @Nullable List<NodeSelectorTerm> terms;
    private final List<Toleration> tolerations;

    private NodeFit(PodSpec template) {
        PodSpec spec = DaemonPods.tolerating(template);
        this.nodeName = spec.nodeName();
        this.selector = spec.nodeSelector();
        boolean required = spec.hasAffinity()
                && spec.affinity().nodeAffinity().hasRequiredDuringSchedulingIgnoredDuringExecution();
        this.terms = required
                ? spec.affinity()
                        .nodeAffinity()
                        .requiredDuringSchedulingIgnoredDuringExecution()
                        .nodeSelectorTerms()
                : null;
        this.tolerations = spec.tolerations();
    }

    static NodeFit of(DaemonSet set) {
        return new NodeFit(set.spec().template().spec());
    }

    Verdict on(Node node) {
        if (!nodeName.isEmpty() && !nodeName.equals(node.name())
                || !hasSelectedLabels(node)
                || terms != null && !NodeSelectors.matchesAny(terms, node)) {
            return Verdict.LEAVE;
        }
        Verdict verdict = Verdict.RUN;
        for (Taint taint : node.spec().taints()) {
            boolean execute = taint.effect().equals("NoExecute");
            if ((execute || taint.effect().equals("NoSchedule")) && !isTolerated(taint)) {
                if (execute) {
                    return Verdict.LEAVE;
                }
                verdict = Verdict.KEEP;
            }
        }
        return verdict;
    }

    private boolean hasSelectedLabels(Node node) {
        if (selector.isEmpty()) {
            return true;
        }
        Map<String, String> labels = node.labels();
        return selector.entrySet().stream().allMatch(wanted -> wanted.getValue().equals(labels.get(wanted.getKey())));
    }

    private boolean isTolerated(Taint taint) {
        for (Toleration toleration : tolerations) {
            if (Tolerations.covers(toleration, taint)) {
                return true;
            }
        }
        return false;
    }
}
