package dev.proa.control.daemonset;

import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.core.v1.NodeSelectorRequirement;
import dev.proa.api.core.v1.NodeSelectorTerm;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodSpec;
import dev.proa.api.selector.NodeSelectors;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.control.history.Revisions;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Pods;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes the pods of DaemonSets, and reads what is particular to them. Pure. */
final class DaemonPods {
    private static final String TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";
    private static final String GENERATION_LABEL = "pod-template-generation";
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

    /** Those that are bound to their node first, then the older. */
    static final Comparator<Pod> OLDEST = Comparator.comparing(
                    (Pod pod) -> pod.spec().nodeName().isEmpty())
            .thenComparing(pod -> Objects.requireNonNullElse(pod.metadata().creationTimestamp(), Instant.MIN))
            .thenComparing(Pod::name);

    private DaemonPods() {}

    /** What every pod of a DaemonSet tolerates: it stays on nodes in trouble, and comes to those that others are kept from. */
    private static List<MapValue> tolerations(MapValue spec) {
        List<MapValue> tolerations = new ArrayList<>();
        tolerations.add(toleration("not-ready", "NoExecute"));
        tolerations.add(toleration("unreachable", "NoExecute"));
        tolerations.add(toleration("disk-pressure", "NoSchedule"));
        tolerations.add(toleration("memory-pressure", "NoSchedule"));
        tolerations.add(toleration("pid-pressure", "NoSchedule"));
        tolerations.add(toleration("unschedulable", "NoSchedule"));
        if (spec.bool("hostNetwork")) {
            tolerations.add(toleration("network-unavailable", "NoSchedule"));
        }
        return tolerations;
    }

    private static MapValue toleration(String taint, String effect) {
        return MapValue.of("key", "node.kubernetes.io/" + taint, "operator", "Exists", "effect", effect);
    }

    /** {@code spec} with the tolerations that every pod of a DaemonSet has. */
    static PodSpec tolerating(PodSpec spec) {
        ListValue tolerations = spec.value().list("tolerations");
        for (MapValue wanted : tolerations(spec.value())) {
            int same = 0;
            while (same < tolerations.size() && !isSame(tolerations.map(same), wanted)) {
                same++;
            }
            // One for a time alone is made one for ever.
            tolerations = same < tolerations.size() ? tolerations.with(same, wanted) : tolerations.plus(wanted);
        }
        return new PodSpec(spec.value().with("tolerations", tolerations));
    }

    private static boolean isSame(MapValue given, MapValue wanted) {
        return List.of("key", "operator", "effect", "value").stream()
                .allMatch(name -> given.string(name).equals(wanted.string(name)));
    }

    /**
     * What the pods of a DaemonSet are made of, all but their node.
     *
     * @param hash of its current revision
     */
    static Pod prototype(DaemonSet set, String hash) {
        Pod pod = Pods.fromTemplate(
                set.spec().template(), set.namespace(), set.name(), Owners.controllerReference(DaemonSet.KIND, set));
        String generation = generation(set);
        return new Pod(pod.value()
                .withMap(
                        "metadata",
                        metadata -> metadata.withMap("labels", labels -> {
                            MapValue current = labels.with(Revisions.POD_LABEL, hash);
                            return generation.isEmpty() ? current : current.with(GENERATION_LABEL, generation);
                        }))
                .with("spec", tolerating(pod.spec()).value()));
    }

    /** {@code prototype} for a node, to which node affinity takes it: the scheduler binds it. */
    static Pod on(Pod prototype, String node) {
        MapValue field = MapValue.of("key", NodeSelectors.NAME_FIELD, "operator", "In", "values", ListValue.of(node));
        ListValue terms = ListValue.of(MapValue.of("matchFields", ListValue.of(field)));
        return new Pod(prototype
                .value()
                .withMap(
                        "spec",
                        spec -> spec.withMap(
                                "affinity",
                                affinity -> affinity.withMap(
                                        "nodeAffinity",
                                        nodes -> nodes.withMap(
                                                REQUIRED, required -> required.with("nodeSelectorTerms", terms))))));
    }

    /** The node that a pod is bound to or made for; null when it is for none. */
    static @Nullable String node(Pod pod) {
        String bound = pod.value().map("spec").string("nodeName");
        if (!bound.isEmpty()) {
            return bound;
        }
        if (!pod.spec().hasAffinity()) {
            return null;
        }
        List<NodeSelectorTerm> terms = pod.spec()
                .affinity()
                .nodeAffinity()
                .requiredDuringSchedulingIgnoredDuringExecution()
                .nodeSelectorTerms();
        for (NodeSelectorTerm term : terms) {
            for (NodeSelectorRequirement field : term.matchFields()) {
                if (field.key().equals(NodeSelectors.NAME_FIELD)
                        && field.operator().equals("In")) {
                    return field.values().size() == 1 ? field.values().getFirst() : null;
                }
            }
        }
        return null;
    }

    /**
     * Whether a pod was made from the present template.
     *
     * @param hash of its revision
     * @param generation its count of changes, by which clients older than revisions told; empty when there is none
     */
    static boolean isCurrent(Pod pod, String hash, String generation) {
        MapValue labels = pod.value().map("metadata").map("labels");
        return !hash.isEmpty() && labels.string(Revisions.POD_LABEL).equals(hash)
                || !generation.isEmpty() && labels.string(GENERATION_LABEL).equals(generation);
    }

    /** The count of changes of the template; empty when there is no such number. */
    static String generation(DaemonSet set) {
        String count = set.value().map("metadata").map("annotations").string(TEMPLATE_GENERATION);
        try {
            return count.isEmpty() ? "" : Long.toString(Long.parseLong(count));
        } catch (NumberFormatException e) {
            return "";
        }
    }
}
