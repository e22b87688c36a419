package dev.proa.api.view;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Helpers of generated views: lists and maps that convert items when they are read, and the conversion back to
 * values.
 */
public final class Views {
    private Views() {}

    /** A new object with only its type and name, and its namespace unless that is empty. */
    public static MapValue object(String apiVersion, String kind, String namespace, String name) {
        MapValue.Builder metadata = MapValue.builder(2).put("name", name);
        if (!namespace.isEmpty()) {
            metadata.put("namespace", namespace);
        }
        return MapValue.builder(3)
                .put("apiVersion", apiVersion)
                .put("kind", kind)
                .put("metadata", metadata.build())
                .build();
    }

    /** {@code map} with {@code name} set, or without it when {@code value} is null. */
    public static MapValue with(MapValue map, String name, @Nullable Object value) {
        return value == null ? map.without(name) : map.with(name, value);
    }

    public static <T extends View> List<T> list(ListValue list, Function<MapValue, T> view) {
        return list.isEmpty() ? List.of() : new ViewList<>(list, view);
    }

    public static <T extends View> Map<String, T> map(MapValue map, Function<MapValue, T> view) {
        return convert(map, value -> view.apply(value instanceof MapValue inner ? inner : MapValue.EMPTY));
    }

    public static List<String> strings(ListValue list) {
        return convert(list, Views::string);
    }

    public static Map<String, String> strings(MapValue map) {
        return convert(map, Views::string);
    }

    /** A view of {@code list} whose items are made by {@code convert} each time they are read. */
    public static <T> List<T> convert(ListValue list, Function<@Nullable Object, T> convert) {
        return list.isEmpty() ? List.of() : new ConvertedList<>(list, convert);
    }

    /** A view of {@code map} whose values are made by {@code convert} each time they are read. */
    public static <T> Map<String, T> convert(MapValue map, Function<@Nullable Object, T> convert) {
        return map.isEmpty() ? Map.of() : new ConvertedMap<>(map, convert);
    }

    /** The values of views, strings, numbers and so on. */
    public static ListValue values(List<?> items) {
        return switch (items) {
            case ViewList<?> list -> list.list;
            case ConvertedList<?> list -> list.list;
            default -> ListValue.copyOf(items.stream().map(Views::value).toList());
        };
    }

    /** The values of views, strings, numbers and so on. */
    public static MapValue values(Map<String, ?> map) {
        if (map instanceof ConvertedMap<?> converted) {
            return converted.map;
        }
        MapValue.Builder builder = MapValue.builder(map.size());
        map.forEach((name, item) -> builder.put(name, value(item)));
        return builder.build();
    }

    /** A value from what views use for it in Java. */
    private static @Nullable Object value(@Nullable Object item) {
        return switch (item) {
            case null -> null;
            case View view -> view.value();
            case Integer number -> number.longValue();
            case byte[] bytes -> base64(bytes);
            case dev.proa.api.value.Quantity quantity -> quantity.toString();
            case dev.proa.api.value.IntOrString either -> either.toValue();
            case MapValue map -> map;
            case ListValue list -> list;
            case List<?> list -> values(list);
            default -> item;
        };
    }

    public static String string(@Nullable Object value) {
        return value instanceof String string ? string : "";
    }

    public static long integer(@Nullable Object value) {
        return value instanceof Long number ? number : 0;
    }

    public static double decimal(@Nullable Object value) {
        return value instanceof Number number ? number.doubleValue() : 0;
    }

    public static boolean bool(@Nullable Object value) {
        return value instanceof Boolean bool && bool;
    }

    public static List<String> stringList(@Nullable Object value) {
        return value instanceof ListValue list ? strings(list) : List.of();
    }

    /** Decodes a base64 string; empty when it is invalid. */
    public static byte[] bytes(@Nullable Object value) {
        try {
            return value instanceof String string ? Base64.getDecoder().decode(string) : new byte[0];
        } catch (IllegalArgumentException e) {
            return new byte[0]; // validation rejects it; a view treats an unreadable value as absent
        }
    }

    public static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static final class ViewList<T extends View> extends AbstractList<T> implements RandomAccess {
        private final ListValue list;
        private final Function<MapValue, T> view;

        ViewList(ListValue list, Function<MapValue, T> view) {
            this.list = list;
            this.view = view;
        }

        @Override
        public T get(int index) {
            return view.apply(list.map(index));
        }

        @Override
        public int size() {
            return list.size();
        }
    }

    private static final class ConvertedList<T> extends AbstractList<T> implements RandomAccess {
        private final ListValue list;
        private final Function<@Nullable Object, T> convert;

        ConvertedList(ListValue list, Function<@Nullable Object, T> convert) {
            this.list = list;
            this.convert = convert;
        }

        @Override
        public T get(int index) {
            return convert.apply(list.get(index));
        }

        @Override
        public int size() {
            return list.size();
        }
    }

    private static final class ConvertedMap<T> extends AbstractMap<String, T> {
        private final MapValue map;
        private final Function<@Nullable Object, T> convert;

        ConvertedMap(MapValue map, Function<@Nullable Object, T> convert) {
            this.map = map;
            this.convert = convert;
        }

        @Override
        public @Nullable T get(@Nullable Object key) {
            int index = key instanceof String name ? map.indexOf(name) : -1;
            return index < 0 ? null : convert.apply(map.valueAt(index));
        }

        @Override
        public boolean containsKey(@Nullable Object key) {
            return key instanceof String name && map.has(name);
        }

        @Override
        public int size() {
            return map.size();
        }

        @Override
        public Set<Entry<String, T>> entrySet() {
            return new AbstractSet<>() {
                @Override
                public Iterator<Entry<String, T>> iterator() {
                    return new Entries();
                }

                @Override
                public int size() {
                    return map.size();
                }
            };
        }

        private final class Entries implements Iterator<Entry<String, T>> {
            private int next;

            @Override
            public boolean hasNext() {
                return next < map.size();
            }

            @Override
            public Entry<String, T> next() {
                if (next >= map.size()) {
                    throw new java.util.NoSuchElementException();
                }
                int index = next++;
                return Map.entry(map.nameAt(index), convert.apply(map.valueAt(index)));
            }
        }
    }
}
