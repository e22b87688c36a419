package dev.proa.control.scheduler.plugin;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PreFilterResult;
import dev.proa.control.scheduler.framework.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pods off nodes that do not declare, in their {@code status.declaredFeatures}, what the pod's spec needs of a kubelet
 * (KEP-5328). Of the features of 1.36 two are needed for running a pod; the others are about changes of pods and about streams.
 */
public final class NodeDeclaredFeatures implements Plugin.PreFilter, Plugin.Filter, Plugin.EnqueueExtensions {
    private static final String NAME = "NodeDeclaredFeatures";
    private static final Status LACKING =
            Status.unresolvable("node(s) didn't match Pod's required features").by(NAME);
    private static final CycleState.Key<Needed> NEEDED = CycleState.Key.of(Needed.class);

    /** The features that the pod needs. */
    private record Needed(List<String> features) implements CycleState.Data {
        @Override
        public Needed copy() {
            return this;
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PreFilterResult preFilter(CycleState state, PodInfo pod) {
        List<String> features = needed(pod.pod());
        if (features.isEmpty()) {
            return PreFilterResult.SKIP;
        }
        state.write(NEEDED, new Needed(features));
        return PreFilterResult.ALL_NODES;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        Needed needed = state.read(NEEDED);
        return needed == null || declared(node.node()).containsAll(needed.features) ? Status.SUCCESS : LACKING;
    }

    @Override
    public List<EventRegistration> eventsToRegister() {
        return List.of(
                new EventRegistration(
                        ClusterEvent.of(ClusterEvent.NODE, Action.ADD, Action.UPDATE_NODE_DECLARED_FEATURE),
                        (pod, before, after) -> declaresOther(before, after)),
                new EventRegistration(
                        new ClusterEvent(ClusterEvent.POD, Action.UPDATE, "PodUpdate"),
                        NodeDeclaredFeatures::needsOther));
    }

    private static boolean declaresOther(@Nullable KubeObject before, @Nullable KubeObject after) {
        return after instanceof Node node
                && !(before instanceof Node old && declared(old).equals(declared(node)));
    }

    private static boolean needsOther(PodInfo pod, @Nullable KubeObject before, @Nullable KubeObject after) {
        return before instanceof Pod old
                && after instanceof Pod now
                && now.uid().equals(pod.uid())
                && !needed(old).equals(needed(now));
    }

    private static ListValue declared(Node node) {
        return node.value().map("status").list("declaredFeatures");
    }

    private static List<String> needed(Pod pod) {
        MapValue spec = pod.value().map("spec");
        List<String> features = new ArrayList<>(0);
        if (restartsAll(spec.list("containers")) || restartsAll(spec.list("initContainers"))) {
            features.add("RestartAllContainersOnContainerExits");
        }
        if (spec.bool("hostNetwork") && Boolean.FALSE.equals(spec.get("hostUsers"))) {
            features.add("UserNamespacesHostNetworkSupport");
        }
        return features;
    }

    private static boolean restartsAll(ListValue containers) {
        for (int i = 0; i < containers.size(); i++) {
            ListValue rules = containers.map(i).list("restartPolicyRules");
            for (int j = 0; j < rules.size(); j++) {
                if (rules.map(j).string("action").equals("RestartAllContainers")) {
                    return true;
                }
            }
        }
        return false;
    }
}
