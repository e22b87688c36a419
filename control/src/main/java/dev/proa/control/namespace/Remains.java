package dev.proa.control.namespace;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.control.shared.Conditions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The objects and errors that are left after an attempt to empty a namespace, and the conditions that report them. For one thread. */
final class Remains {
    private final Map<String, Integer> resources = new TreeMap<>();
    private final Map<String, Integer> finalizers = new TreeMap<>();
    private final List<String> errors = new ArrayList<>();
    private final List<String> undiscovered = new ArrayList<>();

    void add(String resource, List<MapValue> objects) {
        if (objects.isEmpty()) {
            return;
        }
        resources.merge(resource, objects.size(), Integer::sum);
        for (MapValue object : objects) {
            ListValue held = object.map("metadata").list("finalizers");
            for (int i = 0; i < held.size(); i++) {
                if (held.get(i) instanceof String finalizer) {
                    finalizers.merge(finalizer, 1, Integer::sum);
                }
            }
        }
    }

    void fail(String error) {
        errors.add(error);
    }

    void undiscovered(List<String> groups) {
        undiscovered.addAll(groups);
    }

    /** Whether anything was found, as opposed to not known. */
    boolean hasObjects() {
        return !resources.isEmpty();
    }

    boolean isEmpty() {
        return resources.isEmpty() && errors.isEmpty() && undiscovered.isEmpty();
    }

    /** {@code before} with the five conditions of a namespace's deletion as they are now. */
    ListValue conditions(ListValue before, Instant now) {
        ListValue after = before;
        after = put(
                after,
                now,
                "NamespaceDeletionDiscoveryFailure",
                !undiscovered.isEmpty(),
                "DiscoveryFailed",
                "Discovery failed for some groups, " + undiscovered.size()
                        + " failing: unable to retrieve the complete list of server APIs: "
                        + String.join(", ", undiscovered),
                "ResourcesDiscovered",
                "All resources successfully discovered");
        after = put(
                after,
                now,
                "NamespaceDeletionGroupVersionParsingFailure",
                false,
                "",
                "",
                "ParsedGroupVersions",
                "All legacy kube types successfully parsed");
        after = put(
                after,
                now,
                "NamespaceDeletionContentFailure",
                !errors.isEmpty(),
                "ContentDeletionFailed",
                "Failed to delete all resource types, " + errors.size() + " remaining: "
                        + errors.stream().sorted().collect(Collectors.joining(", ")),
                "ContentDeleted",
                "All content successfully deleted, may be waiting on finalization");
        after = put(
                after,
                now,
                "NamespaceContentRemaining",
                !resources.isEmpty(),
                "SomeResourcesRemain",
                "Some resources are remaining: " + text(resources, " has %d resource instances"),
                "ContentRemoved",
                "All content successfully removed");
        return put(
                after,
                now,
                "NamespaceFinalizersRemaining",
                !finalizers.isEmpty(),
                "SomeFinalizersRemain",
                "Some content in the namespace has finalizers remaining: "
                        + text(finalizers, " in %d resource instances"),
                "ContentHasNoFinalizers",
                "All content-preserving finalizers finished");
    }

    private static String text(Map<String, Integer> counts, String form) {
        return counts.entrySet().stream()
                .map(entry -> entry.getKey() + form.replace("%d", Integer.toString(entry.getValue())))
                .collect(Collectors.joining(", "));
    }

    private static ListValue put(
            ListValue conditions,
            Instant now,
            String type,
            boolean failing,
            String reason,
            String message,
            String goodReason,
            String goodMessage) {
        MapValue before = Conditions.get(conditions, type);
        String status = failing ? "True" : "False";
        String why = failing ? reason : goodReason;
        String what = failing ? message : goodMessage;
        if (before != null
                && before.string("status").equals(status)
                && before.string("reason").equals(why)
                && before.string("message").equals(what)) {
            return conditions;
        }
        MapValue condition = MapValue.of(
                "type", type,
                "status", status,
                "reason", why,
                "message", what,
                "lastTransitionTime",
                        before != null && before.string("status").equals(status)
                                ? before.get("lastTransitionTime")
                                : Times.format(now));
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.map(i).string("type").equals(type)) {
                return conditions.with(i, condition);
            }
        }
        return conditions.plus(condition);
    }
}
