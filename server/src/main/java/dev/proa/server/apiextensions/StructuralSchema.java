package dev.proa.server.apiextensions;

import dev.proa.api.schema.Schema.ListType;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A node of a structural schema (the {@code openAPIV3Schema} of a custom resource): what a value may be, and what its properties, entries or
 * items may be. Immutable.
 *
 * <p>Descriptions and other texts are left out, and nodes that are alike within a definition are one, so that a schema costs little more than
 * its names.
 */
public final class StructuralSchema {
    static final int NULLABLE = 1;
    static final int PRESERVE = 1 << 1;
    static final int EMBEDDED = 1 << 2;
    static final int INT_OR_STRING = 1 << 3;
    static final int ATOMIC_MAP = 1 << 4;
    static final int SET = 1 << 5;
    static final int MAP = 1 << 6;
    /** Whether there is {@code additionalProperties}, which may be a schema or {@code true}. */
    static final int ADDITIONAL = 1 << 7;
    /** Whether {@code additionalProperties} is {@code false}. */
    static final int CLOSED = 1 << 8;
    /** Whether there are rules here or below. */
    static final int RULES = 1 << 9;
    /** Whether there are embedded resources here or below. */
    static final int HAS_EMBEDDED = 1 << 10;
    /** Whether there are defaults here or below. */
    static final int DEFAULTS = 1 << 11;

    /** The schema that says nothing. */
    static final StructuralSchema ANY =
            new StructuralSchema("", 0, MapValue.EMPTY, null, null, null, Extras.NONE, null);

    private final String type;
    private final int flags;
    private final MapValue properties;
    private final @Nullable StructuralSchema additional;
    private final @Nullable StructuralSchema items;
    private final @Nullable Object defaultValue;
    private final Extras extras;
    private final @Nullable ValueValidation validation;

    /** What few nodes have. */
    record Extras(List<String> listMapKeys, ListValue rules) {
        static final Extras NONE = new Extras(List.of(), ListValue.EMPTY);
    }

    /**
     * A node.
     *
     * @param properties the schema of each property by its name
     */
    StructuralSchema(
            String type,
            int flags,
            MapValue properties,
            @Nullable StructuralSchema additional,
            @Nullable StructuralSchema items,
            @Nullable Object defaultValue,
            Extras extras,
            @Nullable ValueValidation validation) {
        this.type = type;
        this.flags = flags;
        this.properties = properties;
        this.additional = additional;
        this.items = items;
        this.defaultValue = defaultValue;
        this.extras = extras;
        this.validation = validation;
    }

    /**
     * Reads a schema, which has been validated.
     *
     * @param schema {@code openAPIV3Schema} of a version of a custom resource definition, or a part of it
     */
    public static StructuralSchema of(MapValue schema) {
        return new SchemaReader().read(schema);
    }

    /** {@code object}, {@code array}, {@code string} and so on; empty when the schema says none. */
    public String type() {
        return type;
    }

    public boolean nullable() {
        return has(NULLABLE);
    }

    /** {@code x-kubernetes-preserve-unknown-fields} */
    public boolean preservesUnknownFields() {
        return has(PRESERVE);
    }

    /** {@code x-kubernetes-embedded-resource} */
    public boolean isEmbeddedResource() {
        return has(EMBEDDED);
    }

    /** {@code x-kubernetes-int-or-string} */
    public boolean isIntOrString() {
        return has(INT_OR_STRING);
    }

    /** {@code x-kubernetes-list-type}; atomic when the schema says none. */
    public ListType listType() {
        return has(SET) ? ListType.SET : has(MAP) ? ListType.MAP : ListType.ATOMIC;
    }

    /** {@code x-kubernetes-list-map-keys} */
    public List<String> listMapKeys() {
        return extras.listMapKeys;
    }

    /** Whether {@code x-kubernetes-map-type} is {@code atomic}. */
    public boolean isAtomicMap() {
        return has(ATOMIC_MAP);
    }

    /** {@code x-kubernetes-validations}: objects with {@code rule}, {@code message} and so on. */
    public ListValue rules() {
        return extras.rules;
    }

    /** Whether there are {@link #rules} here, or anywhere below. */
    public boolean hasRules() {
        return has(RULES);
    }

    /** The names of {@code properties}, in ascending order. */
    public Set<String> propertyNames() {
        return Collections.unmodifiableSet(properties.asMap().keySet());
    }

    /** The schema of a property that {@code properties} names; null for others. */
    public @Nullable StructuralSchema property(String name) {
        return (StructuralSchema) properties.get(name);
    }

    /** The schema of all other properties; null when {@code additionalProperties} is absent or a boolean. */
    public @Nullable StructuralSchema additionalProperties() {
        return additional;
    }

    /** Whether {@code additionalProperties} allows other properties than those that are named, be it by a schema or {@code true}. */
    public boolean allowsAdditionalProperties() {
        return has(ADDITIONAL);
    }

    /** The schema of a property, be it named or additional; null when it is unknown, or allowed without a schema. */
    public @Nullable StructuralSchema field(String name) {
        StructuralSchema named = property(name);
        return named == null ? additional : named;
    }

    /** The schema of the items of a list; null when there is none. */
    public @Nullable StructuralSchema items() {
        return items;
    }

    /** The default, without fields that the schema does not know; null when there is none. */
    public @Nullable Object defaultValue() {
        return defaultValue;
    }

    /** Bounds, formats and the like; null when there are none. */
    public @Nullable ValueValidation validation() {
        return validation;
    }

    /** Whether there are embedded resources here, or anywhere below. */
    boolean hasEmbedded() {
        return has(HAS_EMBEDDED);
    }

    /** Whether there are defaults here, or anywhere below. */
    boolean hasDefaults() {
        return has(DEFAULTS);
    }

    int flags() {
        return flags;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** This node as one whose value is an object of Kubernetes. */
    StructuralSchema asResource() {
        return has(EMBEDDED)
                ? this
                : new StructuralSchema(
                        type, flags | EMBEDDED, properties, additional, items, defaultValue, extras, validation);
    }
}
