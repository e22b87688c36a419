package dev.proa.server.resource.pod;

import dev.proa.api.codec.Json;
import dev.proa.api.schema.Schema;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.BuiltInTypes;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.SameValues;
import dev.proa.server.validation.Values;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Validates which fields of a pod's spec change. */
final class PodUpdates {
    private static final Path SPEC = Path.of("spec");
    private static final Schema POD_SPEC = BuiltInTypes.struct("io.k8s.api.core.v1.PodSpec");
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String UPDATABLE = "`spec.containers[*].image`,`spec.initContainers[*].image`,"
            + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
            + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    private PodUpdates() {}

    static void validate(MapValue pod, MapValue oldPod, Errors errors) {
        MapValue spec = pod.map("spec");
        MapValue old = oldPod.map("spec");
        if (spec.equals(old)) {
            return;
        }
        PodValidation.always(pod, errors);
        for (String list : new String[] {"containers", "initContainers"}) {
            if (spec.list(list).size() != old.list(list).size()) {
                errors.forbidden(SPEC.child(list), "pod updates may not add or remove containers");
                return;
            }
            for (int i = 0; i < spec.list(list).size(); i++) {
                String image = spec.list(list).map(i).string("image");
                if (image.isEmpty() || !image.equals(image.strip())) {
                    errors.required(SPEC.child(list).index(i).child("image"), "");
                }
            }
        }
        if (!deadline(spec, old, errors)) {
            return;
        }
        tolerations(spec.list("tolerations"), old.list("tolerations"), errors);
        schedulingGates(spec.list("schedulingGates"), old.list("schedulingGates"), errors);
        rest(spec, old, errors);
    }

    /** Validates {@code activeDeadlineSeconds}; returns whether the other fields are to be compared. */
    private static boolean deadline(MapValue spec, MapValue old, Errors errors) {
        Path path = SPEC.child("activeDeadlineSeconds");
        if (spec.get("activeDeadlineSeconds") instanceof Long seconds) {
            if (seconds < 0 || seconds > Integer.MAX_VALUE) {
                errors.invalid(path, seconds, Formats.inclusiveRange(0, Integer.MAX_VALUE));
                return false;
            }
            if (old.get("activeDeadlineSeconds") instanceof Long before && before < seconds) {
                errors.invalid(path, seconds, "must be less than or equal to previous value");
                return false;
            }
        } else if (old.get("activeDeadlineSeconds") != null) {
            errors.invalid(path, null, "must not update from a positive integer to nil value");
        }
        return true;
    }

    private static void tolerations(ListValue tolerations, ListValue old, Errors errors) {
        for (int i = 0; i < old.size(); i++) {
            MapValue before = old.map(i).without("tolerationSeconds");
            boolean found = false;
            for (int j = 0; j < tolerations.size() && !found; j++) {
                found = Values.same(tolerations.map(j).without("tolerationSeconds"), before);
            }
            if (!found) {
                errors.forbidden(
                        SPEC.child("tolerations"),
                        "existing toleration can not be modified except its tolerationSeconds");
                return;
            }
        }
        SchedulingValidation.tolerations(tolerations, SPEC.child("tolerations"), errors);
    }

    private static void schedulingGates(ListValue gates, ListValue old, Errors errors) {
        for (int i = 0; i < gates.size(); i++) {
            if (!old.contains(gates.get(i))) {
                errors.forbidden(
                        SPEC.child("schedulingGates").index(i).child("name"),
                        "only deletion is allowed, but found new scheduling gate '"
                                + gates.map(i).string("name") + "'");
            }
        }
    }

    /** Allows a pod with scheduling gates to narrow its node selector and node affinity. */
    private static MapValue narrowed(MapValue spec, MapValue old, Errors errors) {
        MapValue result = spec;
        if (!Values.same(spec.get("nodeSelector"), old.get("nodeSelector"))) {
            MapValue labels = spec.map("nodeSelector");
            for (Map.Entry<String, @Nullable Object> label : old.map("nodeSelector")) {
                if (!Values.same(labels.get(label.getKey()), label.getValue()) || !labels.has(label.getKey())) {
                    errors.invalid(
                            SPEC.child("nodeSelector"),
                            labels,
                            "only additions to spec.nodeSelector are allowed (no mutations or deletions)");
                    break;
                }
            }
            result = Values.keep(result, "nodeSelector", old);
        }
        MapValue affinity = spec.map("affinity");
        MapValue before = old.map("affinity");
        if (Values.same(affinity.get("nodeAffinity"), before.get("nodeAffinity"))) {
            return result;
        }
        nodeTerms(affinity.map("nodeAffinity"), before.map("nodeAffinity"), errors);
        MapValue kept = Values.keep(affinity, "nodeAffinity", before);
        return kept.isEmpty() && !old.has("affinity") ? result.without("affinity") : result.with("affinity", kept);
    }

    private static void nodeTerms(MapValue affinity, MapValue old, Errors errors) {
        ListValue before = old.map(REQUIRED).list("nodeSelectorTerms");
        ListValue terms = affinity.map(REQUIRED).list("nodeSelectorTerms");
        Path path = SPEC.child("affinity").child("nodeAffinity").child(REQUIRED).child("nodeSelectorTerms");
        if (!before.isEmpty() && before.size() != terms.size()) {
            errors.invalid(path, terms, "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
            return;
        }
        for (int i = 0; i < before.size(); i++) {
            MapValue was = before.map(i);
            MapValue is = terms.map(i);
            boolean none = was.list("matchExpressions").isEmpty()
                    && was.list("matchFields").isEmpty();
            boolean grown = none
                    ? is.list("matchExpressions").isEmpty()
                            && is.list("matchFields").isEmpty()
                    : startsWith(is.list("matchExpressions"), was.list("matchExpressions"))
                            && startsWith(is.list("matchFields"), was.list("matchFields"));
            if (!grown) {
                errors.invalid(path.index(i), is, "only additions are allowed (no mutations or deletions)");
            }
        }
    }

    private static boolean startsWith(ListValue list, ListValue start) {
        for (int i = 0; i < start.size(); i++) {
            if (i >= list.size() || !Values.same(list.get(i), start.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static void rest(MapValue spec, MapValue old, Errors errors) {
        MapValue munged = spec;
        for (String list : new String[] {"containers", "initContainers"}) {
            ListValue containers = munged.list(list);
            for (int i = 0; i < containers.size(); i++) {
                containers = containers.with(
                        i, containers.map(i).with("image", old.list(list).map(i).get("image")));
            }
            munged = containers.isEmpty() ? munged : munged.with(list, containers);
        }
        for (String name : new String[] {"activeDeadlineSeconds", "schedulingGates", "tolerations"}) {
            munged = Values.keep(munged, name, old);
        }
        if (old.integer("terminationGracePeriodSeconds", 0) < 0
                && spec.integer("terminationGracePeriodSeconds", 0) == 1) {
            munged = Values.keep(munged, "terminationGracePeriodSeconds", old);
        }
        if (!old.list("schedulingGates").isEmpty()) {
            munged = narrowed(munged, old, errors);
        }
        if (!SameValues.same(munged, old, POD_SPEC)) {
            errors.forbidden(
                    SPEC, "pod updates may not change fields other than " + UPDATABLE + "\n" + changes(munged, old));
        }
    }

    /** The fields that differ, each with both values. */
    private static String changes(MapValue spec, MapValue old) {
        TreeSet<String> names = new TreeSet<>(old.asMap().keySet());
        names.addAll(spec.asMap().keySet());
        StringBuilder out = new StringBuilder();
        for (String name : names) {
            if (!Values.same(spec.get(name), old.get(name))) {
                out.append("- ")
                        .append(name)
                        .append(": ")
                        .append(Json.toString(old.get(name)))
                        .append('\n');
                out.append("+ ")
                        .append(name)
                        .append(": ")
                        .append(Json.toString(spec.get(name)))
                        .append('\n');
            }
        }
        return out.toString();
    }
}
