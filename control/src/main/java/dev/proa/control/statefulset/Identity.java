package dev.proa.control.statefulset;

import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodTemplateSpec;
import dev.proa.api.value.MapValue;
import dev.proa.control.history.Revisions;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Pods;

/** The pods of a StatefulSet by their ordinals: names, labels, host names (KEP-3335 for where ordinals start). Pure. */
final class Identity {
    static final String POD_NAME_LABEL = "statefulset.kubernetes.io/pod-name";
    static final String POD_INDEX_LABEL = "apps.kubernetes.io/pod-index";

    private Identity() {}

    /** The ordinal that the name of a pod ends in; -1 when it ends in none. */
    static int ordinal(String pod) {
        int dash = pod.lastIndexOf('-');
        String digits = pod.substring(dash + 1);
        boolean canonical = !digits.isEmpty() && (digits.length() == 1 || digits.charAt(0) != '0');
        if (dash < 0 || !canonical || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            return -1; // more than any set has
        }
    }

    /** Whether a pod of this name could be one of {@code set}. Only those are adopted. */
    static boolean isMember(StatefulSet set, Pod pod) {
        String name = pod.name();
        return ordinal(name) >= 0 && name.lastIndexOf('-') == set.name().length() && name.startsWith(set.name());
    }

    static String podName(StatefulSet set, int ordinal) {
        return set.name() + "-" + ordinal;
    }

    /** The lowest ordinal of {@code set}. */
    static int start(StatefulSet set) {
        return set.spec().ordinals().start();
    }

    /** The place of a member among the replicas of {@code set}; negative or too large when the set has no such replica. */
    static int index(StatefulSet set, Pod pod) {
        return ordinal(pod.name()) - start(set);
    }

    /** Whether {@code set} wants a pod of that ordinal, and so keeps {@code pod}. */
    static boolean isWanted(StatefulSet set, Pod pod) {
        int index = index(set, pod);
        return index >= 0 && index < set.spec().replicas();
    }

    /** Whether a member has the label with its name. */
    static boolean isLabeled(Pod pod) {
        return pod.name().equals(pod.value().map("metadata").map("labels").string(POD_NAME_LABEL));
    }

    /** {@code pod} with the labels of its name and ordinal. */
    static Pod labeled(Pod pod) {
        int ordinal = ordinal(pod.name());
        return new Pod(pod.value()
                .withMap(
                        "metadata",
                        metadata -> metadata.withMap(
                                "labels",
                                labels -> labels.with(POD_NAME_LABEL, pod.name())
                                        .with(POD_INDEX_LABEL, Integer.toString(ordinal)))));
    }

    /** The name of the revision that a pod was made of; empty when it does not say. */
    static String revision(Pod pod) {
        return pod.value().map("metadata").map("labels").string(Revisions.POD_LABEL);
    }

    /** A new pod of {@code set}, made of {@code template}, which is that of {@code revision}. */
    static Pod create(StatefulSet set, int ordinal, PodTemplateSpec template, String revision) {
        String name = podName(set, ordinal);
        Pod pod = Pods.fromTemplate(
                template, set.namespace(), set.name(), Owners.controllerReference(StatefulSet.KIND, set));
        MapValue named = pod.value()
                .withMap(
                        "metadata",
                        metadata -> metadata.with("name", name)
                                .withMap("labels", labels -> labels.with(Revisions.POD_LABEL, revision)))
                .withMap("spec", spec -> withHost(spec, name, set.spec().serviceName()));
        return Claims.mounted(set, labeled(new Pod(named)));
    }

    private static MapValue withHost(MapValue spec, String name, String service) {
        MapValue hosted = spec.with("hostname", name);
        return service.isEmpty() ? hosted.without("subdomain") : hosted.with("subdomain", service);
    }
}
