package dev.proa.api.schema;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An object with known fields. Equality is identity: structs refer to each other in circles. Its fields are found out when they
 * are first asked for; safe for any thread.
 */
public final class Struct implements Schema {
    private final String name;
    private final List<String> kinds;
    private final boolean atomic;
    private final boolean open;
    private final Supplier<List<Field>> source;
    private volatile @Nullable Fields fields;

    private record Fields(List<Field> inOrder, Map<String, Field> byName) {}

    /**
     * A struct.
     *
     * @param name the full name, as {@code io.k8s.api.core.v1.Pod}; for messages and OpenAPI
     * @param kinds as {@code group/version/Kind} (the core group has none); empty for what is only part of objects
     * @param atomic whether server-side apply sets it as a whole
     * @param open whether fields that it does not know are kept instead of pruned
     * @param fields gives the fields, sorted by name; it may be called more than once
     */
    public Struct(String name, List<String> kinds, boolean atomic, boolean open, Supplier<List<Field>> fields) {
        this.name = name;
        this.kinds = List.copyOf(kinds);
        this.atomic = atomic;
        this.open = open;
        this.source = fields;
    }

    public String name() {
        return name;
    }

    /** The name without its package, as {@code Pod}. */
    public String simpleName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    public List<String> kinds() {
        return kinds;
    }

    public boolean atomic() {
        return atomic;
    }

    public boolean open() {
        return open;
    }

    /** The fields, sorted by name. */
    public List<Field> fields() {
        return known().inOrder;
    }

    /** The field of this name; null when there is none. */
    public @Nullable Field field(String field) {
        return known().byName.get(field);
    }

    private Fields known() {
        Fields known = fields;
        if (known == null) {
            List<Field> inOrder = List.copyOf(source.get());
            Map<String, Field> byName = HashMap.newHashMap(inOrder.size());
            for (Field field : inOrder) {
                byName.put(field.name(), field);
            }
            known = new Fields(inOrder, byName);
            fields = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return name;
    }
}
