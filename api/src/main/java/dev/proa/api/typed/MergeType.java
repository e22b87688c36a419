package dev.proa.api.typed;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How server-side apply treats the values of a type. Most types are one of scalar, list and map; where the schema allows several,
 * the value tells. Immutable.
 *
 * @param scalar null unless values may be scalars
 * @param list null unless values may be lists
 * @param map null unless values may be objects
 */
public record MergeType(
        @Nullable ScalarKind scalar,
        @Nullable ListRule list,
        @Nullable MapRule map) {

    /** Any value, always taken as a whole. */
    public static final MergeType ATOMIC = new MergeType(
            ScalarKind.ANY,
            new ListRule(false, List.of(), () -> MergeType.ATOMIC),
            new MapRule(true, Map::of, () -> MergeType.ATOMIC));

    /** Any value: objects field by field, lists as a whole. */
    public static final MergeType DEDUCED = new MergeType(
            ScalarKind.ANY,
            new ListRule(false, List.of(), () -> ATOMIC),
            new MapRule(false, Map::of, () -> MergeType.DEDUCED));

    /** What scalars there may be. */
    public enum ScalarKind {
        NUMERIC,
        STRING,
        BOOLEAN,
        ANY
    }

    /** The forms of a value. */
    enum Form {
        SCALAR,
        LIST,
        MAP
    }

    static MergeType of(ScalarKind kind) {
        return new MergeType(kind, null, null);
    }

    static MergeType of(ListRule rule) {
        return new MergeType(null, rule, null);
    }

    static MergeType of(MapRule rule) {
        return new MergeType(null, null, rule);
    }

    /** The form in which a value is treated: its own, or if this type does not have that, the first one it has. */
    Form form(@Nullable Object value) {
        return switch (value) {
            case MapValue object when map != null -> Form.MAP;
            case ListValue items when list != null -> Form.LIST;
            case String text when scalar != null -> Form.SCALAR;
            case Number number when scalar != null -> Form.SCALAR;
            case Boolean bool when scalar != null -> Form.SCALAR;
            case null, default -> map != null ? Form.MAP : scalar != null ? Form.SCALAR : Form.LIST;
        };
    }

    /** This type with its objects merged as a whole, or field by field. */
    MergeType withAtomicMap(boolean atomic) {
        return map == null || map.atomic() == atomic ? this : new MergeType(scalar, list, map.with(atomic));
    }

    /**
     * How lists are treated.
     *
     * @param associative whether items are told apart by keys, or are unique scalars when there are no keys
     * @param keys sorted
     */
    public record ListRule(boolean associative, List<String> keys, Supplier<MergeType> items) {
        public ListRule {
            List<String> sorted = new ArrayList<>(keys);
            Collections.sort(sorted);
            keys = List.copyOf(sorted);
        }

        MergeType item() {
            return items.get();
        }
    }

    /**
     * A field that a type declares.
     *
     * @param defaultValue null for none
     */
    public record Child(MergeType type, @Nullable Object defaultValue) {}

    /** How objects are treated. */
    public static final class MapRule {
        private final boolean atomic;
        private final Supplier<Map<String, Child>> declared;
        private final Supplier<@Nullable MergeType> others;
        private volatile @Nullable Map<String, Child> children;

        /**
         * A rule.
         *
         * @param atomic whether they are taken as a whole
         * @param declared the fields that the type names; asked for once
         * @param others the type of all other fields; null when there may be none
         */
        public MapRule(boolean atomic, Supplier<Map<String, Child>> declared, Supplier<@Nullable MergeType> others) {
            this.atomic = atomic;
            this.declared = declared;
            this.others = others;
        }

        boolean atomic() {
            return atomic;
        }

        private MapRule with(boolean another) {
            return new MapRule(another, this::children, others);
        }

        Map<String, Child> children() {
            Map<String, Child> known = children;
            if (known == null) {
                known = new HashMap<>(declared.get());
                children = known;
            }
            return known;
        }

        /** The type of all fields that are not declared; null when there may be none. */
        @Nullable
        MergeType others() {
            return others.get();
        }

        boolean declares(String name) {
            return children().containsKey(name);
        }

        /** The type of a field; null when there may be none of this name. */
        @Nullable
        MergeType field(String name) {
            Child child = children().get(name);
            return child == null ? others() : child.type();
        }

        /** The type of a field; of one that there may not be, any. */
        MergeType fieldOrAny(String name) {
            MergeType type = field(name);
            return type == null ? DEDUCED : type;
        }
    }
}
