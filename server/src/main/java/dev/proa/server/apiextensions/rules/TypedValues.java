package dev.proa.server.apiextensions.rules;

import dev.proa.api.schema.Schema.ListType;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import dev.proa.server.apiextensions.StructuralSchema;
import dev.proa.server.apiextensions.ValueValidation;
import dev.proa.server.cel.CelList;
import dev.proa.server.cel.CelMap;
import dev.proa.server.cel.EvaluationException;
import dev.proa.server.cel.ValueType;
import dev.proa.server.cel.Values;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The values of custom resources as expressions see them: with the types that their schemas say. Nothing is copied. */
final class TypedValues {
    private static final StructuralSchema STRING = StructuralSchema.of(MapValue.of("type", "string"));
    private static final StructuralSchema OBJECT_META = StructuralSchema.of(MapValue.of(
            "type",
            "object",
            "properties",
            MapValue.of("name", MapValue.of("type", "string"), "generateName", MapValue.of("type", "string"))));

    private TypedValues() {}

    /**
     * A value with its type.
     *
     * @param resource whether it is an object of Kubernetes
     * @throws EvaluationException when it has not the type that the schema says
     */
    static @Nullable Object of(@Nullable Object value, StructuralSchema schema, boolean resource) {
        if (value == null) {
            if (schema.nullable()) {
                return null;
            }
            throw new EvaluationException("invalid data, got null for schema with nullable=false");
        }
        Object plain = Numeral.plain(value);
        if (schema.isIntOrString()) {
            return checked(
                    plain,
                    plain instanceof String || plain instanceof Long,
                    "XIntOrString value to be either a string or integer");
        }
        return switch (schema.type()) {
            case "object" -> {
                if (!(value instanceof MapValue map)) {
                    throw invalid("a map for the provided schema with type=object");
                }
                yield new TypedMap(map, schema, resource);
            }
            case "array" -> {
                StructuralSchema items = schema.items();
                if (!(value instanceof ListValue list) || items == null) {
                    throw invalid("an array for the provided schema with type=array");
                }
                yield schema.listType() == ListType.SET
                        ? new SetList(list, items)
                        : schema.listType() == ListType.MAP
                                ? new MapList(list, items, schema.listMapKeys())
                                : new TypedList(list, items);
            }
            case "string" -> {
                if (!(value instanceof String text)) {
                    throw invalid("string");
                }
                ValueValidation validation = schema.validation();
                yield validation == null || validation.format().isEmpty()
                        ? text
                        : FormattedText.of(text, validation.format());
            }
            case "number" -> {
                if (!(plain instanceof Number number)) {
                    throw invalid("float");
                }
                yield number.doubleValue();
            }
            case "integer" -> checked(plain, plain instanceof Long, "int");
            case "boolean" -> checked(value, value instanceof Boolean, "bool");
            default -> Values.of(value);
        };
    }

    private static @Nullable Object checked(@Nullable Object value, boolean valid, String wanted) {
        if (!valid) {
            throw invalid(wanted);
        }
        return value;
    }

    private static EvaluationException invalid(String wanted) {
        return new EvaluationException("invalid data, expected " + wanted);
    }

    /** An object or a map. */
    private static final class TypedMap extends CelMap {
        private final MapValue map;
        private final StructuralSchema schema;
        /** Whether there are fields {@code apiVersion}, {@code kind} and {@code metadata} that the schema does not say. */
        private final boolean resource;

        TypedMap(MapValue map, StructuralSchema schema, boolean resource) {
            this.map = map;
            this.schema = schema;
            this.resource = (resource || schema.isEmbeddedResource()) && !SchemaTypes.describesResource(schema);
        }

        private boolean isObject() {
            return resource || !schema.propertyNames().isEmpty();
        }

        private @Nullable StructuralSchema schemaOf(String name) {
            if (resource) {
                switch (name) {
                    case "apiVersion", "kind" -> {
                        return STRING;
                    }
                    case "metadata" -> {
                        return OBJECT_META;
                    }
                    default -> {}
                }
            }
            return isObject() ? schema.property(name) : schema.additionalProperties();
        }

        @Override
        public @Nullable Object find(@Nullable Object key) {
            if (!(key instanceof String text)) {
                throw new EvaluationException("no such overload");
            }
            boolean object = isObject();
            String name = object ? ValueType.unescaped(text) : text;
            int index = name == null ? -1 : map.indexOf(name);
            StructuralSchema inner = index < 0 || name == null ? null : schemaOf(name);
            // A field that is null is as one that is absent.
            if (inner == null || object && map.valueAt(index) == null) {
                return ABSENT;
            }
            return of(map.valueAt(index), inner, false);
        }

        @Override
        public List<String> keys() {
            List<String> keys = new ArrayList<>(map.size());
            for (int i = 0; i < map.size(); i++) {
                String name = map.nameAt(i);
                if (schemaOf(name) != null) {
                    String escaped = isObject() ? ValueType.escaped(name) : name;
                    keys.add(escaped == null ? name : escaped);
                }
            }
            return keys;
        }

        @Override
        public int size() {
            return map.size();
        }

        @Override
        public boolean isEqual(CelMap other) {
            if (!(other instanceof TypedMap typed)) {
                return super.isEqual(other);
            }
            if (map.size() != typed.map.size()) {
                return false;
            }
            for (int i = 0; i < map.size(); i++) {
                String name = map.nameAt(i);
                StructuralSchema inner = schemaOf(name);
                Object value = map.valueAt(i);
                Object otherValue = typed.map.get(name);
                boolean same = !typed.map.has(name)
                        ? inner == null || isObject() && value == null
                        : inner == null || value == null || otherValue == null
                                ? Values.equal(Values.of(value), Values.of(otherValue))
                                : Values.equal(of(value, inner, false), of(otherValue, inner, false));
                if (!same) {
                    return false;
                }
            }
            return true;
        }
    }

    /** A list whose order counts. */
    private static class TypedList extends CelList {
        final ListValue list;
        final StructuralSchema items;

        TypedList(ListValue list, StructuralSchema items) {
            this.list = list;
            this.items = items;
        }

        @Override
        public @Nullable Object get(int index) {
            return of(list.get(index), items, false);
        }

        @Override
        public int size() {
            return list.size();
        }
    }

    /** A list that an operation on another one made, with the same meaning of equality and concatenation. */
    private static final class Made extends CelList {
        private final List<@Nullable Object> values;
        private final Keyed like;

        Made(Collection<@Nullable Object> values, Keyed like) {
            this.values = new ArrayList<>(values);
            this.like = like;
        }

        @Override
        public @Nullable Object get(int index) {
            return values.get(index);
        }

        @Override
        public int size() {
            return values.size();
        }

        @Override
        public boolean isEqual(List<?> other) {
            return like.isEqual(this, other);
        }

        @Override
        public List<?> plus(List<?> other) {
            return like.plus(this, other);
        }
    }

    /** Tells by what items of a list are known. */
    private interface Keyed {
        /** A key with the equality of Java. */
        @Nullable
        Object key(@Nullable Object item);

        default boolean isEqual(List<?> first, List<?> second) {
            if (first.size() != second.size()) {
                return false;
            }
            Map<@Nullable Object, @Nullable Object> byKey = HashMap.newHashMap(first.size());
            first.forEach(item -> byKey.put(key(item), item));
            for (Object item : second) {
                Object key = key(item);
                if (!byKey.containsKey(key) || !Values.equal(byKey.get(key), item)) {
                    return false;
                }
            }
            return true;
        }

        /** Items of the second list take the place of those with the same key, or are added. */
        default List<?> plus(List<?> first, List<?> second) {
            List<@Nullable Object> all = new ArrayList<>(first.size() + second.size());
            Map<@Nullable Object, Integer> positions = HashMap.newHashMap(first.size());
            for (Object item : first) {
                positions.put(key(item), all.size());
                all.add(item);
            }
            Set<@Nullable Object> added = new HashSet<>();
            for (Object item : second) {
                Object key = key(item);
                Integer position = positions.get(key);
                if (position != null) {
                    all.set(position, item);
                } else if (isRepeatable() || added.add(key)) {
                    all.add(item);
                }
            }
            return new Made(all, this);
        }

        /** Whether the second list may add several items with the same key. */
        default boolean isRepeatable() {
            return false;
        }
    }

    /** A list whose items are known by a key. */
    private abstract static class KeyedList extends TypedList implements Keyed {
        KeyedList(ListValue list, StructuralSchema items) {
            super(list, items);
        }

        @Override
        public boolean isEqual(List<?> other) {
            return isEqual(this, other);
        }

        @Override
        public List<?> plus(List<?> other) {
            return plus(this, other);
        }
    }

    /** A list of type {@code set}. */
    private static final class SetList extends KeyedList {
        SetList(ListValue list, StructuralSchema items) {
            super(list, items);
        }

        @Override
        public @Nullable Object key(@Nullable Object item) {
            return item;
        }
    }

    /** A list of type {@code map}. */
    private static final class MapList extends KeyedList {
        private final List<String> keys;

        MapList(ListValue list, StructuralSchema items, List<String> keys) {
            super(list, items);
            this.keys = keys;
        }

        @Override
        public Object key(@Nullable Object item) {
            List<@Nullable Object> key = new ArrayList<>(keys.size());
            for (String name : keys) {
                key.add(
                        item instanceof TypedMap map
                                ? map.map.get(name)
                                : item instanceof CelMap map ? map.find(name) : null);
            }
            return key;
        }

        @Override
        public boolean isRepeatable() {
            return true;
        }
    }
}
