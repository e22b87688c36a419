package dev.proa.api.value;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An immutable JSON object: names in ascending order of their UTF-16 code units, each with one value.
 *
 * <p>The array of names is shared between objects that have the same names ({@link Names}), so an object costs its slots and
 * two references, and equal objects have equal arrays. Finding a name compares references first, which hits whenever the name
 * is a literal of the program, because decoders intern names.
 */
public final class MapValue implements Iterable<Map.Entry<String, @Nullable Object>> {
    /** The object without any name. */
    public static final MapValue EMPTY = new MapValue(new String[0], new Object[0]);

    /** Up to this many names a linear look by reference is quicker than a binary search. */
    private static final int LINEAR = 12;

    private final String[] names;
    private final @Nullable Object[] values;

    private MapValue(String[] names, @Nullable Object[] values) {
        this.names = names;
        this.values = values;
    }

    /** Takes over arrays that are sorted by name and free of duplicates. */
    static MapValue ofSorted(String[] names, @Nullable Object[] values) {
        return names.length == 0 ? EMPTY : new MapValue(Names.shared(names), values);
    }

    /** An object from alternating names and values. */
    public static MapValue of(@Nullable Object... namesAndValues) {
        Builder builder = builder(namesAndValues.length / 2);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            builder.put((String) java.util.Objects.requireNonNull(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return builder.build();
    }

    /** An object with the entries of {@code map}. */
    public static MapValue copyOf(Map<String, ?> map) {
        Builder builder = builder(map.size());
        map.forEach(builder::put);
        return builder.build();
    }

    public static Builder builder() {
        return new Builder(8);
    }

    public static Builder builder(int expectedSize) {
        return new Builder(expectedSize);
    }

    public int size() {
        return names.length;
    }

    public boolean isEmpty() {
        return names.length == 0;
    }

    /** The name at {@code index} in ascending order. */
    public String nameAt(int index) {
        return names[index];
    }

    /** The value of {@link #nameAt} of the same index. */
    public @Nullable Object valueAt(int index) {
        return values[index];
    }

    /** The index of {@code name}, or {@code -(insertion point) - 1} when it is absent. */
    public int indexOf(String name) {
        int index = find(name);
        return index >= 0 ? index : Arrays.binarySearch(names, name);
    }

    /**
     * The index of {@code name}, or a negative number when it is absent. Most lookups are of a literal in a small object, and many
     * are of names that are absent: one pass that compares references and kept hash codes answers both.
     */
    private int find(String name) {
        String[] sorted = names;
        if (sorted.length > LINEAR) {
            return Arrays.binarySearch(sorted, name);
        }
        int hash = name.hashCode();
        for (int i = 0; i < sorted.length; i++) {
            String candidate = sorted[i];
            if (candidate == name || candidate.hashCode() == hash && candidate.equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether {@code name} is present, be its value null or not. */
    public boolean has(String name) {
        return find(name) >= 0;
    }

    /** The value of {@code name}; null when it is absent, or null. */
    public @Nullable Object get(String name) {
        int index = find(name);
        return index < 0 ? null : values[index];
    }

    /** The value at the end of a path of names; null when any of them is absent or not an object. */
    public @Nullable Object at(String... path) {
        Object value = this;
        for (String name : path) {
            if (!(value instanceof MapValue map)) {
                return null;
            }
            value = map.get(name);
        }
        return value;
    }

    /** The string of {@code name}, or {@code ""} when it is absent or of another type. */
    public String string(String name) {
        return get(name) instanceof String string ? string : "";
    }

    /** The number of {@code name}, or {@code otherwise} when it is absent or not a whole number. */
    public long integer(String name, long otherwise) {
        return get(name) instanceof Long number ? number : otherwise;
    }

    /** The boolean of {@code name}, or false when it is absent or of another type. */
    public boolean bool(String name) {
        return get(name) instanceof Boolean value && value;
    }

    /** The object of {@code name}, or {@link #EMPTY} when it is absent or of another type. */
    public MapValue map(String name) {
        return get(name) instanceof MapValue map ? map : EMPTY;
    }

    /** The list of {@code name}, or {@link ListValue#EMPTY} when it is absent or of another type. */
    public ListValue list(String name) {
        return get(name) instanceof ListValue list ? list : ListValue.EMPTY;
    }

    /** This object with {@code name} set to {@code value}; this very object when it already is. */
    public MapValue with(String name, @Nullable Object value) {
        int index = indexOf(name);
        if (index >= 0) {
            if (values[index] == value) {
                return this;
            }
            @Nullable Object[] changed = values.clone();
            changed[index] = value;
            return new MapValue(names, changed);
        }
        int at = -index - 1;
        String[] moreNames = new String[names.length + 1];
        @Nullable Object[] moreValues = new Object[names.length + 1];
        System.arraycopy(names, 0, moreNames, 0, at);
        System.arraycopy(values, 0, moreValues, 0, at);
        moreNames[at] = Names.interned(name);
        moreValues[at] = value;
        System.arraycopy(names, at, moreNames, at + 1, names.length - at);
        System.arraycopy(values, at, moreValues, at + 1, names.length - at);
        return new MapValue(Names.shared(moreNames), moreValues);
    }

    /** This object without {@code name}; this very object when it has none such. */
    public MapValue without(String name) {
        int at = indexOf(name);
        if (at < 0) {
            return this;
        }
        if (names.length == 1) {
            return EMPTY;
        }
        String[] fewerNames = new String[names.length - 1];
        @Nullable Object[] fewerValues = new Object[names.length - 1];
        System.arraycopy(names, 0, fewerNames, 0, at);
        System.arraycopy(values, 0, fewerValues, 0, at);
        System.arraycopy(names, at + 1, fewerNames, at, fewerNames.length - at);
        System.arraycopy(values, at + 1, fewerValues, at, fewerNames.length - at);
        return new MapValue(Names.shared(fewerNames), fewerValues);
    }

    /** This object with the object of {@code name} (empty when absent) replaced by what {@code change} makes of it. */
    public MapValue withMap(String name, Function<MapValue, MapValue> change) {
        return with(name, change.apply(map(name)));
    }

    /** A builder that starts with everything in this object. */
    public Builder toBuilder() {
        Builder builder = new Builder(names.length + 4);
        for (int i = 0; i < names.length; i++) {
            builder.put(names[i], values[i]);
        }
        return builder;
    }

    /** A read-only view as a map. */
    public Map<String, @Nullable Object> asMap() {
        return new View();
    }

    @Override
    public Iterator<Map.Entry<String, @Nullable Object>> iterator() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < names.length;
            }

            @Override
            public Map.Entry<String, @Nullable Object> next() {
                if (next >= names.length) {
                    throw new java.util.NoSuchElementException();
                }
                int index = next++;
                return new AbstractMap.SimpleImmutableEntry<>(names[index], values[index]);
            }
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof MapValue map
                        && (names == map.names || Arrays.equals(names, map.names))
                        && Arrays.equals(values, map.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(names) + Arrays.hashCode(values);
    }

    /** The object as JSON, for messages and debuggers. */
    @Override
    public String toString() {
        return asMap().toString();
    }

    private final class View extends AbstractMap<String, @Nullable Object> {
        @Override
        public @Nullable Object get(@Nullable Object key) {
            return key instanceof String name ? MapValue.this.get(name) : null;
        }

        @Override
        public boolean containsKey(@Nullable Object key) {
            return key instanceof String name && has(name);
        }

        @Override
        public Set<Entry<String, @Nullable Object>> entrySet() {
            return new AbstractSet<>() {
                @Override
                public Iterator<Entry<String, @Nullable Object>> iterator() {
                    return MapValue.this.iterator();
                }

                @Override
                public int size() {
                    return names.length;
                }
            };
        }
    }

    /** Collects the names and values of an object. Not for several threads at once. */
    public static final class Builder {
        private String[] names;
        private @Nullable Object[] values;
        private int size;
        private boolean sorted = true;
        private @Nullable List<String> repeated;
        private boolean merging;

        private Builder(int expectedSize) {
            names = new String[Math.max(expectedSize, 4)];
            values = new Object[names.length];
        }

        /** Sets {@code name}; the last value set for a name counts. */
        public Builder put(String name, @Nullable Object value) {
            if (size == names.length) {
                names = Arrays.copyOf(names, size * 2);
                values = Arrays.copyOf(values, size * 2);
            }
            if (size > 0 && sorted) {
                sorted = names[size - 1].compareTo(name) < 0;
            }
            names[size] = Names.interned(name);
            values[size++] = value;
            return this;
        }

        /** Whether maps that are set for the same name become one map with the entries of all, instead of the last one. */
        public Builder merging(boolean merge) {
            merging = merge;
            return this;
        }

        private @Nullable Object both(@Nullable Object first, @Nullable Object second) {
            if (!merging || !(first instanceof MapValue before) || !(second instanceof MapValue after)) {
                return second;
            }
            Builder builder = before.toBuilder().merging(true);
            for (int i = 0; i < after.size(); i++) {
                builder.put(after.nameAt(i), after.valueAt(i));
            }
            return builder.build();
        }

        /** Sets {@code name} unless {@code value} is null. */
        public Builder putIfPresent(String name, @Nullable Object value) {
            return value == null ? this : put(name, value);
        }

        private void repeat(String name) {
            if (repeated == null) {
                repeated = new ArrayList<>(1);
            }
            repeated.add(name);
        }

        /** The names that were set again before {@link #build}, once for each time. */
        public List<String> repeated() {
            return repeated == null ? List.of() : Collections.unmodifiableList(repeated);
        }

        public MapValue build() {
            if (size == 0) {
                return EMPTY;
            }
            if (!sorted) {
                sort();
            }
            return ofSorted(Arrays.copyOf(names, size), Arrays.copyOf(values, size));
        }

        /** Objects are small and mostly nearly sorted: insertion, and a merge sort by index for the large ones. */
        private void sort() {
            if (size > 64) {
                sortLarge();
                return;
            }
            int end = 0;
            for (int i = 0; i < size; i++) {
                String name = names[i];
                Object value = values[i];
                int at = Arrays.binarySearch(names, 0, end, name);
                if (at >= 0) {
                    values[at] = both(values[at], value);
                    repeat(name);
                    continue;
                }
                at = -at - 1;
                System.arraycopy(names, at, names, at + 1, end - at);
                System.arraycopy(values, at, values, at + 1, end - at);
                names[at] = name;
                values[at] = value;
                end++;
            }
            size = end;
            sorted = true;
        }

        private void sortLarge() {
            java.util.TreeMap<String, @Nullable Object> ordered = new java.util.TreeMap<>();
            for (int i = 0; i < size; i++) {
                int count = ordered.size();
                Object before = ordered.get(names[i]);
                ordered.put(names[i], both(before, values[i]));
                if (ordered.size() == count) {
                    repeat(names[i]);
                }
            }
            size = 0;
            sorted = true;
            ordered.forEach(this::put);
        }
    }
}
