package dev.proa.api.patch;

import dev.proa.api.codec.GoText;
import dev.proa.api.schema.Field;
import dev.proa.api.schema.Schema;
import dev.proa.api.schema.Schema.ListOf;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Strategic merge patch: a merge patch that also merges lists, where the schema says so: lists of objects by a key, lists of
 * scalars as sets. Directives in the patch say more:
 *
 * <ul>
 *   <li>{@code $patch: delete | replace} in an object: it is removed, or replaces what is there;
 *   <li>{@code $retainKeys: [...]}: all other names of the object are removed;
 *   <li>{@code $deleteFromPrimitiveList/name: [...]}: these items are removed from the list of that name;
 *   <li>{@code $setElementOrder/name: [...]}: the order of the list of that name after merging.
 * </ul>
 *
 * Follows {@code k8s.io/apimachinery/pkg/util/strategicpatch}. Nulls of the patch are never kept, since objects have none.
 */
public final class StrategicMergePatch {
    static final String DIRECTIVE = "$patch";
    private static final String RETAIN_KEYS = "$retainKeys";
    private static final String DELETE = "$deleteFromPrimitiveList";
    private static final String ORDER = "$setElementOrder";

    private StrategicMergePatch() {}

    /**
     * Applies {@code patch} to {@code target}.
     *
     * @param struct the type of {@code target}
     * @throws PatchException when the patch is malformed, or has what the schema does not know
     */
    public static MapValue apply(MapValue target, @Nullable Object patch, Struct struct) {
        if (!(patch instanceof MapValue changes)) {
            throw PatchException.malformed("json: cannot unmarshal " + GoNames.jsonType(patch)
                    + " into Go value of type map[string]interface {}");
        }
        return merge(target, changes, struct);
    }

    static MapValue merge(MapValue original, MapValue patch, Schema schema) {
        Object directive = patch.get(DIRECTIVE);
        if (patch.has(DIRECTIVE)) {
            return directed(directive, patch);
        }
        Map<String, @Nullable Object> result = new HashMap<>(original.asMap());
        Map<String, @Nullable Object> changes = new HashMap<>(patch.asMap());
        retainKeys(result, changes);
        mergeOrderedLists(result, changes, schema);
        changes.forEach((name, change) -> mergeValue(result, name, change, schema));
        return MapValue.copyOf(result);
    }

    private static MapValue directed(@Nullable Object directive, MapValue patch) {
        if ("replace".equals(directive)) {
            return kept(patch.without(DIRECTIVE)) instanceof MapValue map ? map : MapValue.EMPTY;
        }
        if ("delete".equals(directive)) {
            return MapValue.EMPTY;
        }
        throw PatchException.malformed("unknown patch type: " + directive + " in map: " + GoText.printed(patch));
    }

    private static void retainKeys(Map<String, @Nullable Object> result, Map<String, @Nullable Object> changes) {
        if (!changes.containsKey(RETAIN_KEYS)) {
            return;
        }
        if (!(changes.remove(RETAIN_KEYS) instanceof ListValue keys)) {
            throw PatchException.malformed("invalid patch format of retainKeys");
        }
        Set<@Nullable Object> retained = new HashSet<>(keys);
        changes.forEach((name, change) -> {
            if (change != null && !name.startsWith(DELETE) && !name.startsWith(ORDER) && !retained.contains(name)) {
                throw PatchException.malformed("invalid patch format of retainKeys");
            }
        });
        result.keySet().retainAll(retained);
    }

    /** Merges and orders the lists for which the patch gives an order. */
    private static void mergeOrderedLists(
            Map<String, @Nullable Object> result, Map<String, @Nullable Object> changes, Schema schema) {
        for (String directive : List.copyOf(changes.keySet())) {
            if (!directive.startsWith(ORDER)) {
                continue;
            }
            ListValue order = list(changes.remove(directive));
            String name = target(directive, ORDER, "invalid patch format of setElementOrder list");
            boolean present = result.containsKey(name);
            boolean patched = changes.containsKey(name);
            ListValue original = present ? list(result.get(name)) : ListValue.EMPTY;
            ListValue patch = patched ? list(changes.get(name)) : ListValue.EMPTY;
            Field field = field(schema, name);
            String key = field.patch().mergeKey();
            MergedLists.validateOrder(patch, order, key);
            if (!present && !patched) {
                continue;
            }
            ListValue merged = !patched
                    ? original
                    : present
                            ? mergeLists(original, patch, field, false)
                            : kept(patch) instanceof ListValue added ? added : ListValue.EMPTY;
            result.put(name, MergedLists.ordered(merged, order, original, key));
            changes.remove(name);
        }
    }

    private static void mergeValue(
            Map<String, @Nullable Object> result, String directive, @Nullable Object change, Schema schema) {
        boolean deletion = directive.startsWith(DELETE);
        String name = deletion ? target(directive, DELETE, "invalid patch format of primitive list") : directive;
        if (change == null) {
            result.remove(name);
            return;
        }
        Object current = result.get(name);
        if (current instanceof MapValue map && change instanceof MapValue changes) {
            Field field = field(schema, name);
            result.put(
                    name,
                    field.patch().replace() ? JsonMergePatch.withoutNulls(changes) : merge(map, changes, field.type()));
        } else if (current instanceof ListValue list && change instanceof ListValue changes) {
            result.put(name, mergeLists(list, changes, field(schema, name), deletion));
        } else if (!deletion) {
            Object kept = kept(change);
            if (kept == null) {
                result.remove(name);
            } else {
                result.put(name, kept);
            }
        }
    }

    private static ListValue mergeLists(ListValue original, ListValue patch, Field field, boolean deletion) {
        if (!field.patch().merge() && !deletion) {
            return JsonMergePatch.withoutNulls(patch) instanceof ListValue list ? list : patch;
        }
        if (!(field.type() instanceof ListOf list)) {
            throw PatchException.malformed("expected slice or array type, but got: struct");
        }
        return MergedLists.merge(original, patch, field.patch().mergeKey(), list.item(), deletion);
    }

    private static String target(String directive, String prefix, String malformed) {
        if (directive.length() <= prefix.length() || directive.charAt(prefix.length()) != '/') {
            throw PatchException.malformed(malformed);
        }
        return directive.substring(prefix.length() + 1);
    }

    private static ListValue list(@Nullable Object value) {
        if (value instanceof ListValue list) {
            return list;
        }
        throw PatchException.malformed("expected a []interface {}, but received a " + GoNames.type(value));
    }

    private static Field field(Schema schema, String name) {
        if (!(schema instanceof Struct struct)) {
            throw PatchException.malformed("merging an object in json but data type is not struct, instead is: map");
        }
        Field field = struct.field(name);
        if (field == null) {
            throw PatchException.malformed("unable to find api field in struct " + struct.simpleName()
                    + " for the json field " + GoText.quote(name));
        }
        return field;
    }

    /** A value of the patch as it is stored: without nulls in its objects, and without what has a directive. Null when it has one itself. */
    static @Nullable Object kept(@Nullable Object value) {
        return switch (value) {
            case MapValue map -> {
                if (map.has(DIRECTIVE)) {
                    yield null;
                }
                MapValue.Builder kept = MapValue.builder(map.size());
                for (int i = 0; i < map.size(); i++) {
                    kept.putIfPresent(map.nameAt(i), kept(map.valueAt(i)));
                }
                yield kept.build();
            }
            case ListValue list -> {
                List<@Nullable Object> items = new ArrayList<>(list.size());
                for (Object item : list) {
                    Object kept = kept(item);
                    if (kept != null || item == null) {
                        items.add(kept);
                    }
                }
                yield ListValue.copyOf(items);
            }
            case null, default -> value;
        };
    }
}
