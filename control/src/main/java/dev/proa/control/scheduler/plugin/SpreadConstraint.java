package dev.proa.control.scheduler.plugin;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.TopologySpreadConstraint;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.selector.Requirement;
import dev.proa.api.value.MapValue;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.topology.SpreadPods;
import java.util.ArrayList;
import java.util.List;

/**
 * A topology spread constraint of a pod, parsed.
 *
 * @param minDomains with fewer domains, the smallest count is taken for 0
 * @param honorsAffinity whether only the nodes count that the pod's node selector and node affinity match
 * @param honorsTaints whether only the nodes count whose taints the pod tolerates
 */
record SpreadConstraint(
        String topologyKey,
        int maxSkew,
        int minDomains,
        LabelSelector selector,
        boolean honorsAffinity,
        boolean honorsTaints) {
    static final String DO_NOT_SCHEDULE = "DoNotSchedule";
    static final String SCHEDULE_ANYWAY = "ScheduleAnyway";

    /** Those of {@code all} for which a pod with these labels, when they are not satisfied, asks for {@code action}. */
    static List<SpreadConstraint> of(List<TopologySpreadConstraint> all, MapValue labels, String action) {
        List<SpreadConstraint> found = new ArrayList<>();
        for (TopologySpreadConstraint constraint : all) {
            if (constraint.whenUnsatisfiable().equals(action)) {
                found.add(new SpreadConstraint(
                        constraint.topologyKey(),
                        constraint.maxSkew(),
                        Math.max(1, constraint.minDomains()),
                        selector(constraint, labels),
                        !constraint.nodeAffinityPolicy().equals("Ignore"),
                        constraint.nodeTaintsPolicy().equals("Honor")));
            }
        }
        return found;
    }

    SpreadConstraint with(LabelSelector other) {
        return new SpreadConstraint(topologyKey, maxSkew, minDomains, other, honorsAffinity, honorsTaints);
    }

    /** The API server merges {@code matchLabelKeys} into the selector; an older one does not. */
    private static LabelSelector selector(TopologySpreadConstraint constraint, MapValue labels) {
        LabelSelector selector =
                constraint.hasLabelSelector() ? LabelSelector.of(constraint.labelSelector()) : LabelSelector.NOTHING;
        List<Requirement> requirements = new ArrayList<>(selector.requirements());
        for (String key : constraint.matchLabelKeys()) {
            if (labels.get(key) instanceof String value) {
                Requirement in = new Requirement(key, Requirement.Operator.IN, List.of(value));
                if (!requirements.contains(in)) {
                    requirements.add(in);
                }
            }
        }
        return selector.nothing() ? selector : new LabelSelector(requirements, false);
    }

    /** The pods that count for {@code pod}, on nodes that have the labels {@code required}. */
    SpreadPods counted(PodInfo pod, List<String> required) {
        return new SpreadPods(
                pod.pod().namespace(), selector, topologyKey, required, nodes(pod.pod(), honorsAffinity, honorsTaints));
    }

    private static SpreadPods.NodeRule nodes(Pod pod, boolean honorsAffinity, boolean honorsTaints) {
        MapValue spec = pod.value().map("spec");
        MapValue.Builder relevant = MapValue.builder(3);
        if (honorsAffinity) {
            relevant.putIfPresent("nodeSelector", spec.get("nodeSelector"));
            Object affinity = spec.map("affinity").get("nodeAffinity");
            if (affinity != null) {
                relevant.put("affinity", MapValue.of("nodeAffinity", affinity));
            }
        }
        if (honorsTaints) {
            relevant.putIfPresent("tolerations", spec.get("tolerations"));
        }
        MapValue rule = relevant.build();
        return rule.isEmpty() && !honorsTaints
                ? SpreadPods.NodeRule.ALL
                : new Eligible(rule, new Pod(MapValue.of("spec", rule)), honorsTaints);
    }

    /**
     * The nodes on which a pod may be.
     *
     * @param spec what matters of the pod's
     * @param pod with that spec
     */
    private record Eligible(MapValue spec, Pod pod, boolean honorsTaints) implements SpreadPods.NodeRule {
        @Override
        public boolean counts(NodeInfo node) {
            return NodeAffinity.matches(pod, node.node())
                    && (!honorsTaints || TaintToleration.isTolerated(pod, node.taints()));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Eligible eligible
                    && honorsTaints == eligible.honorsTaints
                    && spec.equals(eligible.spec);
        }

        @Override
        public int hashCode() {
            return spec.hashCode();
        }
    }
}
