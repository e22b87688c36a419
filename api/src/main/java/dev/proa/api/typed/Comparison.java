package dev.proa.api.typed;

import dev.proa.api.fieldpath.FieldSet;
import dev.proa.api.typed.MergeType.Form;
import dev.proa.api.typed.MergeType.ListRule;
import dev.proa.api.typed.MergeType.MapRule;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two objects. No field is in two of the sets, but items that are in a list twice. Parts that both objects share are not looked at.
 *
 * @param added fields that only the later one has
 * @param modified fields that both have, with different values
 * @param removed fields that only the earlier one has
 */
public record Comparison(FieldSet added, FieldSet modified, FieldSet removed) {
    /** No difference. */
    public static final Comparison NONE = new Comparison(FieldSet.EMPTY, FieldSet.EMPTY, FieldSet.EMPTY);

    /** Compares an object with a later one, which may have duplicates in lists that should have none. */
    public static Comparison of(MergeType type, MapValue before, MapValue after) {
        Nodes nodes = compare(type, before, after);
        return nodes == null
                ? NONE
                : new Comparison(
                        FieldSet.of(nodes.added()), FieldSet.of(nodes.modified()), FieldSet.of(nodes.removed()));
    }

    public boolean isSame() {
        return added.isEmpty() && modified.isEmpty() && removed.isEmpty();
    }

    /** With each set replaced by what {@code filter} makes of it. */
    public Comparison filtered(UnaryOperator<FieldSet> filter) {
        return isSame() ? this : new Comparison(filter.apply(added), filter.apply(modified), filter.apply(removed));
    }

    /** The nodes of the three sets below some path; null for those where there is nothing. */
    private record Nodes(
            @Nullable MapValue added,
            @Nullable MapValue modified,
            @Nullable MapValue removed) {
        static final Nodes MODIFIED = new Nodes(null, MapValue.EMPTY, null);

        Nodes and(@Nullable Nodes other) {
            return other == null
                    ? this
                    : new Nodes(
                            union(added, other.added), union(modified, other.modified), union(removed, other.removed));
        }

        private static @Nullable MapValue union(@Nullable MapValue a, @Nullable MapValue b) {
            return a == null && b == null ? null : FieldSet.unionOf(a, b);
        }
    }

    private static final class Builder {
        private MapValue.@Nullable Builder added;
        private MapValue.@Nullable Builder modified;
        private MapValue.@Nullable Builder removed;

        void add(String element, MapValue node) {
            added = put(added, element, node);
        }

        void modify(String element, MapValue node) {
            modified = put(modified, element, node);
        }

        void remove(String element, MapValue node) {
            removed = put(removed, element, node);
        }

        void put(String element, @Nullable Nodes nodes) {
            if (nodes == null) {
                return;
            }
            added = nodes.added == null ? added : put(added, element, nodes.added);
            modified = nodes.modified == null ? modified : put(modified, element, nodes.modified);
            removed = nodes.removed == null ? removed : put(removed, element, nodes.removed);
        }

        private static MapValue.Builder put(MapValue.@Nullable Builder builder, String element, MapValue node) {
            return (builder == null ? MapValue.builder() : builder).put(element, node);
        }

        @Nullable
        Nodes build() {
            return added == null && modified == null && removed == null
                    ? null
                    : new Nodes(built(added), built(modified), built(removed));
        }

        private static @Nullable MapValue built(MapValue.@Nullable Builder builder) {
            return builder == null ? null : builder.build();
        }
    }

    /** Compares two values that are both there. */
    private static @Nullable Nodes compare(MergeType type, @Nullable Object before, @Nullable Object after) {
        if (before == after || !(before instanceof MapValue) && Values.same(before, after)) {
            return null;
        }
        Form form = type.form(after);
        Form former = type.form(before);
        Nodes nodes = compare(type, form, before, after);
        if (former == form) {
            return nodes;
        }
        Nodes others = compare(type, former, before, after);
        return nodes == null ? others : nodes.and(others);
    }

    private static @Nullable Nodes compare(MergeType type, Form form, @Nullable Object before, @Nullable Object after) {
        boolean whole = switch (form) {
            case SCALAR -> true;
            case MAP -> {
                MapRule map = Objects.requireNonNull(type.map());
                yield map.atomic() || noFields(before) && noFields(after);
            }
            case LIST -> {
                ListRule list = Objects.requireNonNull(type.list());
                yield !list.associative() || noItems(before) && noItems(after);
            }
        };
        if (whole) {
            return Values.same(before, after) ? null : Nodes.MODIFIED;
        }
        return form == Form.MAP
                ? fields(Objects.requireNonNull(type.map()), map(before), map(after))
                : items(Objects.requireNonNull(type.list()), list(before), list(after));
    }

    private static boolean noFields(@Nullable Object value) {
        return !(value instanceof MapValue map) || map.isEmpty();
    }

    private static boolean noItems(@Nullable Object value) {
        return !(value instanceof ListValue list) || list.isEmpty();
    }

    private static MapValue map(@Nullable Object value) {
        return value instanceof MapValue map ? map : MapValue.EMPTY;
    }

    private static ListValue list(@Nullable Object value) {
        return value instanceof ListValue list ? list : ListValue.EMPTY;
    }

    private static @Nullable Nodes fields(MapRule rule, MapValue before, MapValue after) {
        Builder builder = new Builder();
        int i = 0;
        int j = 0;
        while (i < before.size() || j < after.size()) {
            int order = i == before.size()
                    ? 1
                    : j == after.size() ? -1 : before.nameAt(i).compareTo(after.nameAt(j));
            if (order == 0) {
                Object old = before.valueAt(i);
                Object now = after.valueAt(j);
                if (old != now && !(old instanceof String && old.equals(now))) {
                    String name = after.nameAt(j);
                    builder.put(FieldElements.of(name), compare(rule.fieldOrAny(name), old, now));
                }
            } else if (order > 0) {
                String name = after.nameAt(j);
                builder.add(FieldElements.of(name), FieldSets.whole(rule.fieldOrAny(name), after.valueAt(j)));
            } else {
                String name = before.nameAt(i);
                builder.remove(FieldElements.of(name), FieldSets.whole(rule.fieldOrAny(name), before.valueAt(i)));
            }
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        return builder.build();
    }

    private static @Nullable Nodes items(ListRule rule, ListValue before, ListValue after) {
        MergeType type = rule.item();
        if (before.size() == after.size()) {
            String[] elements = elements(rule, before, after);
            if (elements != null) {
                return pairs(type, elements, before, after);
            }
        }
        Map<String, List<@Nullable Object>> olds = byElement(rule, before);
        Map<String, List<@Nullable Object>> news = byElement(rule, after);
        Builder builder = new Builder();
        olds.forEach((element, old) -> {
            List<@Nullable Object> now = news.getOrDefault(element, List.of());
            if (old.size() > 1 && now.size() > 1) {
                if (!Values.same(ListValue.copyOf(old), ListValue.copyOf(now))) {
                    builder.modify(element, MapValue.EMPTY);
                }
            } else if (old.size() > 1) {
                if (!now.isEmpty()) {
                    builder.add(element, FieldSets.whole(type, now.getFirst()));
                }
                builder.remove(element, MapValue.EMPTY);
            } else if (now.size() > 1) {
                builder.remove(element, FieldSets.whole(type, old.getFirst()));
                builder.add(element, MapValue.EMPTY);
            } else if (now.isEmpty()) {
                builder.remove(element, FieldSets.whole(type, old.getFirst()));
            } else {
                builder.put(element, compare(type, old.getFirst(), now.getFirst()));
            }
        });
        news.forEach((element, now) -> {
            if (!olds.containsKey(element)) {
                builder.add(element, now.size() > 1 ? MapValue.EMPTY : FieldSets.whole(type, now.getFirst()));
            }
        });
        return builder.build();
    }

    /** The elements of the items if both lists have the same ones in the same order, and each once; null if not. */
    private static String @Nullable [] elements(ListRule rule, ListValue before, ListValue after) {
        String[] elements = new String[after.size()];
        for (int i = 0; i < elements.length; i++) {
            String element = ListItems.elementOrNull(rule, after.get(i));
            boolean same = element != null
                    && (before.get(i) == after.get(i) || element.equals(ListItems.elementOrNull(rule, before.get(i))));
            if (!same) {
                return null;
            }
            elements[i] = element;
        }
        return new HashSet<>(List.of(elements)).size() == elements.length ? elements : null;
    }

    private static @Nullable Nodes pairs(MergeType type, String[] elements, ListValue before, ListValue after) {
        Builder builder = new Builder();
        for (int i = 0; i < elements.length; i++) {
            builder.put(elements[i], compare(type, before.get(i), after.get(i)));
        }
        return builder.build();
    }

    private static Map<String, List<@Nullable Object>> byElement(ListRule rule, ListValue list) {
        Map<String, List<@Nullable Object>> items = LinkedHashMap.newLinkedHashMap(list.size());
        for (int i = 0; i < list.size(); i++) {
            String element = ListItems.elementOrNull(rule, list.get(i));
            if (element != null) {
                items.computeIfAbsent(element, any -> new ArrayList<>(1)).add(list.get(i));
            }
        }
        return items;
    }
}
