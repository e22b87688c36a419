package dev.proa.server.resource;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.TreeSet;

/** What of a pod may change. */
final class PodUpdates {
    private static final Path SPEC = Path.of("spec");
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
                    return;
                }
            }
        }
        deadline(spec, old, errors);
        tolerations(spec.list("tolerations"), old.list("tolerations"), errors);
        schedulingGates(spec.list("schedulingGates"), old.list("schedulingGates"), errors);
        rest(spec, old, errors);
    }

    private static void deadline(MapValue spec, MapValue old, Errors errors) {
        Path path = SPEC.child("activeDeadlineSeconds");
        if (spec.get("activeDeadlineSeconds") instanceof Long seconds) {
            if (old.get("activeDeadlineSeconds") instanceof Long before && before < seconds) {
                errors.invalid(path, seconds, "must be less than or equal to previous value");
            }
        } else if (old.get("activeDeadlineSeconds") != null) {
            errors.invalid(path, null, "must not update from a positive integer to nil value");
        }
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
    }

    private static void schedulingGates(ListValue gates, ListValue old, Errors errors) {
        TreeSet<String> added = new TreeSet<>();
        for (int i = 0; i < gates.size(); i++) {
            if (!old.contains(gates.get(i))) {
                added.add(gates.map(i).string("name"));
            }
        }
        if (!added.isEmpty()) {
            errors.forbidden(
                    SPEC.child("schedulingGates"),
                    "only deletion is allowed, but found new scheduling gates '" + String.join(", ", added) + "'");
        }
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
            // A pod that still waits behind a gate may have its choice of nodes narrowed.
            munged = Values.keep(munged, "nodeSelector", old);
            munged = Values.keep(munged, "affinity", old);
        }
        if (!Values.same(munged, old)) {
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
