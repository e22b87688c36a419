package dev.proa.server.authorization.rbac;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The roles and bindings that every cluster has, as recorded from Kubernetes 1.36, and what a start adds to those that are there.
 * Nothing that was added to them by hand is taken away; {@code rbac.authorization.kubernetes.io/autoupdate: "false"} leaves one alone.
 */
public final class BootstrapPolicy {
    private static final String AUTO_UPDATE = "rbac.authorization.kubernetes.io/autoupdate";

    private BootstrapPolicy() {}

    /** ClusterRoles, ClusterRoleBindings, Roles and RoleBindings, in the order in which they are to be created. */
    public static List<MapValue> objects() {
        List<MapValue> objects = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(BootstrapPolicy.class.getResourceAsStream("bootstrap-policy.jsonl")),
                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                objects.add(Json.decodeMap(line));
            }
            return objects;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What becomes of an object that is there. */
    public sealed interface Reconciled {
        /** Nothing: it has all that it should have, or is to be left alone. */
        record Unchanged() implements Reconciled {}

        /** It is updated. */
        record Updated(MapValue object) implements Reconciled {}

        /** A binding refers to another role, which cannot be changed: it is deleted and created again. */
        record Recreated(MapValue object) implements Reconciled {}
    }

    /** Compares an object that is there with what it should have at least. */
    public static Reconciled reconcile(MapValue existing, MapValue expected) {
        MapValue metadata = existing.map("metadata");
        if (metadata.map("annotations").string(AUTO_UPDATE).equals("false")) {
            return new Reconciled.Unchanged();
        }
        if (expected.has("roleRef") && !existing.map("roleRef").equals(expected.map("roleRef"))) {
            return new Reconciled.Recreated(expected.with("subjects", union(existing, expected, "subjects")));
        }
        MapValue merged = existing;
        for (String field : List.of("annotations", "labels")) {
            MapValue wanted = expected.map("metadata").map(field);
            MapValue all = plus(metadata.map(field), wanted);
            if (!all.equals(metadata.map(field))) {
                merged = merged.with("metadata", merged.map("metadata").with(field, all));
            }
        }
        if (expected.has("aggregationRule")) {
            merged = aggregating(merged, existing.map("aggregationRule"), expected.map("aggregationRule"));
        } else if (expected.has("roleRef")) {
            merged = with(merged, "subjects", union(existing, expected, "subjects"));
        } else {
            merged = with(merged, "rules", rules(existing, expected));
        }
        return merged.equals(existing) ? new Reconciled.Unchanged() : new Reconciled.Updated(merged);
    }

    private static MapValue aggregating(MapValue merged, MapValue existing, MapValue expected) {
        ListValue selectors = union(existing, expected, "clusterRoleSelectors");
        return selectors.equals(existing.list("clusterRoleSelectors"))
                ? merged
                : merged.with("aggregationRule", existing.with("clusterRoleSelectors", selectors));
    }

    private static MapValue with(MapValue object, String field, ListValue list) {
        return list.equals(object.list(field)) ? object : object.with(field, list);
    }

    /** What {@code existing} has stays as it is. */
    private static MapValue plus(MapValue existing, MapValue more) {
        MapValue all = existing;
        for (var entry : more) {
            if (!existing.has(entry.getKey())) {
                all = all.with(entry.getKey(), entry.getValue());
            }
        }
        return all;
    }

    private static ListValue union(MapValue existing, MapValue expected, String field) {
        ListValue all = existing.list(field);
        for (@Nullable Object item : expected.list(field)) {
            if (!all.contains(item)) {
                all = all.plus(item);
            }
        }
        return all;
    }

    /** The rules that are there, and those single permissions that they lack. */
    private static ListValue rules(MapValue existing, MapValue expected) {
        ListValue rules = existing.list("rules");
        for (PolicyRule missing : Coverage.missingRules(PolicyRule.listOf(existing), PolicyRule.listOf(expected))) {
            rules = rules.plus(missing.toValue());
        }
        return rules;
    }
}
