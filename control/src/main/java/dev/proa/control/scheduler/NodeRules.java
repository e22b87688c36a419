package dev.proa.control.scheduler;

import dev.proa.api.core.v1.NodeSelectorRequirement;
import dev.proa.api.core.v1.NodeSelectorTerm;
import dev.proa.api.core.v1.Taint;
import dev.proa.api.core.v1.Toleration;
import dev.proa.control.scheduler.Plugin.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The plugins that look at what a pod asks of its node, other than resources. */
final class NodeRules {
    private static final Verdict OTHER_NAME = Verdict.unfit("node(s) didn't match the requested node name");
    private static final Verdict UNSCHEDULABLE = Verdict.unfit("node(s) were unschedulable");
    private static final Verdict NO_AFFINITY = Verdict.unfit("node(s) didn't match Pod's node affinity/selector");
    private static final Verdict PORTS =
            new Verdict.Unfit(List.of("node(s) didn't have free ports for the requested pod ports"), true);
    private static final String UNSCHEDULABLE_TAINT = "node.kubernetes.io/unschedulable";

    private NodeRules() {}

    /** {@code spec.nodeName} was set, by whoever. */
    static final class NodeName implements Plugin.Filter {
        @Override
        public String name() {
            return "NodeName";
        }

        @Override
        public Verdict filter(PodInfo pod, NodeState node) {
            String wanted = pod.pod().spec().nodeName();
            return wanted.isEmpty() || wanted.equals(node.name()) ? Verdict.FITS : OTHER_NAME;
        }
    }

    /** {@code kubectl cordon}. */
    static final class NodeUnschedulable implements Plugin.Filter {
        @Override
        public String name() {
            return "NodeUnschedulable";
        }

        @Override
        public Verdict filter(PodInfo pod, NodeState node) {
            if (!node.node().spec().unschedulable()) {
                return Verdict.FITS;
            }
            Taint taint = Taint.EMPTY.withKey(UNSCHEDULABLE_TAINT).withEffect("NoSchedule");
            return tolerates(pod.pod().spec().tolerations(), taint) ? Verdict.FITS : UNSCHEDULABLE;
        }
    }

    /** {@code nodeSelector} and the required part of node affinity. */
    static final class NodeAffinity implements Plugin.Filter {
        @Override
        public String name() {
            return "NodeAffinity";
        }

        @Override
        public Verdict filter(PodInfo pod, NodeState node) {
            Map<String, String> labels = node.node().labels();
            for (var wanted : pod.pod().spec().nodeSelector().entrySet()) {
                if (!wanted.getValue().equals(labels.get(wanted.getKey()))) {
                    return NO_AFFINITY;
                }
            }
            var affinity = pod.pod().spec().affinity().nodeAffinity();
            if (!affinity.hasRequiredDuringSchedulingIgnoredDuringExecution()) {
                return Verdict.FITS;
            }
            List<NodeSelectorTerm> terms =
                    affinity.requiredDuringSchedulingIgnoredDuringExecution().nodeSelectorTerms();
            return terms.stream().anyMatch(term -> matches(term, node)) ? Verdict.FITS : NO_AFFINITY;
        }

        private static boolean matches(NodeSelectorTerm term, NodeState node) {
            if (term.matchExpressions().isEmpty() && term.matchFields().isEmpty()) {
                return false;
            }
            Map<String, String> labels = node.node().labels();
            Map<String, String> fields = Map.of("metadata.name", node.name());
            return term.matchExpressions().stream().allMatch(requirement -> matches(requirement, labels))
                    && term.matchFields().stream().allMatch(requirement -> matches(requirement, fields));
        }

        private static boolean matches(NodeSelectorRequirement requirement, Map<String, String> values) {
            String value = values.get(requirement.key());
            return switch (requirement.operator()) {
                case "In" -> value != null && requirement.values().contains(value);
                case "NotIn" -> value == null || !requirement.values().contains(value);
                case "Exists" -> value != null;
                case "DoesNotExist" -> value == null;
                case "Gt", "Lt" -> compares(requirement, value);
                default -> false;
            };
        }

        private static boolean compares(NodeSelectorRequirement requirement, @Nullable String value) {
            if (value == null || requirement.values().size() != 1) {
                return false;
            }
            try {
                int order = Long.compare(
                        Long.parseLong(value),
                        Long.parseLong(requirement.values().getFirst()));
                return requirement.operator().equals("Gt") ? order > 0 : order < 0;
            } catch (NumberFormatException e) {
                return false; // neither greater nor less than what is no number
            }
        }
    }

    /** Taints keep pods off that do not tolerate them; those that only prefer to count against the node. */
    static final class TaintToleration implements Plugin.Filter, Plugin.Score {
        @Override
        public String name() {
            return "TaintToleration";
        }

        @Override
        public Verdict filter(PodInfo pod, NodeState node) {
            for (Taint taint : node.node().spec().taints()) {
                boolean hard =
                        taint.effect().equals("NoSchedule") || taint.effect().equals("NoExecute");
                if (hard && !tolerates(pod.pod().spec().tolerations(), taint)) {
                    return Verdict.unfit("node(s) had untolerated taint(s)");
                }
            }
            return Verdict.FITS;
        }

        @Override
        public int weight() {
            return 3;
        }

        @Override
        public long[] score(PodInfo pod, List<NodeState> nodes) {
            long[] counts = new long[nodes.size()];
            long most = 0;
            for (int i = 0; i < counts.length; i++) {
                for (Taint taint : nodes.get(i).node().spec().taints()) {
                    if (taint.effect().equals("PreferNoSchedule")
                            && !tolerates(pod.pod().spec().tolerations(), taint)) {
                        counts[i]++;
                    }
                }
                most = Math.max(most, counts[i]);
            }
            for (int i = 0; i < counts.length; i++) {
                counts[i] = most == 0 ? 100 : 100 - 100 * counts[i] / most;
            }
            return counts;
        }
    }

    /** Ports of the node that are taken already. */
    static final class NodePorts implements Plugin.Filter {
        @Override
        public String name() {
            return "NodePorts";
        }

        @Override
        public Verdict filter(PodInfo pod, NodeState node) {
            for (Demand.HostPort wanted : pod.demand().ports()) {
                for (Demand other : node.pods()) {
                    if (other.ports().stream().anyMatch(wanted::conflicts)) {
                        return PORTS;
                    }
                }
            }
            return Verdict.FITS;
        }
    }

    /** Whether one of the tolerations covers the taint. */
    static boolean tolerates(List<Toleration> tolerations, Taint taint) {
        for (Toleration toleration : tolerations) {
            boolean effect =
                    toleration.effect().isEmpty() || toleration.effect().equals(taint.effect());
            boolean key = toleration.key().isEmpty() || toleration.key().equals(taint.key());
            boolean value = toleration.operator().equals("Exists")
                    || toleration.value().string("value").equals(taint.value().string("value"))
                            && !toleration.key().isEmpty();
            if (effect && key && value) {
                return true;
            }
        }
        return false;
    }

    /** All filters, in the order in which Kubernetes asks them. */
    static List<Plugin.Filter> filters() {
        List<Plugin.Filter> filters = new ArrayList<>();
        filters.add(new NodeUnschedulable());
        filters.add(new NodeName());
        filters.add(new TaintToleration());
        filters.add(new NodeAffinity());
        filters.add(new NodePorts());
        filters.add(new ResourceRules.NodeResourcesFit());
        return List.copyOf(filters);
    }

    /** All scores. */
    static List<Plugin.Score> scores() {
        return List.of(
                new TaintToleration(), new ResourceRules.LeastAllocated(), new ResourceRules.BalancedAllocation());
    }
}
