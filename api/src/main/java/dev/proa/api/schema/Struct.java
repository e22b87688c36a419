package dev.proa.api.schema;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An object type with known fields, which are read on first use. Equality is identity, since structs refer to each
 * other in cycles. Thread-safe.
 */
public final class Struct implements Schema {
    private final String name;
    private final List<String> kinds;
    private final boolean atomic;
    private final boolean open;
    private final Supplier<List<Field>> source;
    private volatile @Nullable Fields fields;
    private volatile @Nullable Object derived;

    private record Fields(List<Field> inOrder, Map<String, Field> byName, List<Field> always) {}

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

    /** The fields that Go writes even if they are empty. */
    List<Field> alwaysPresent() {
        return known().always;
    }

    /** The field of this name; null when there is none. */
    public @Nullable Field field(String field) {
        return known().byName.get(field);
    }

    /** Something that only depends on this type and is made once, mostly. There is room for one such thing. */
    public <T> T derived(Class<T> type, Function<Struct, T> make) {
        Object known = derived;
        if (!type.isInstance(known)) {
            known = make.apply(this);
            derived = known;
        }
        return type.cast(known);
    }

    private Fields known() {
        Fields known = fields;
        if (known == null) {
            List<Field> inOrder = List.copyOf(source.get());
            Map<String, Field> byName = HashMap.newHashMap(inOrder.size());
            for (Field field : inOrder) {
                byName.put(field.name(), field);
            }
            List<Field> always = inOrder.stream()
                    .filter(field ->
                            field.presence() == Field.Presence.ALWAYS || field.presence() == Field.Presence.NULLABLE)
                    .toList();
            known = new Fields(inOrder, byName, always);
            fields = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return name;
    }
}
