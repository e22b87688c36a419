package dev.proa.server.apiextensions.rules;

import dev.proa.api.value.ListValue;
import dev.proa.server.apiextensions.StructuralSchema;
import dev.proa.server.cel.ValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The compiled rules of a schema, and those of the schemas below it that have some. Immutable.
 *
 * @param resource whether values are objects of Kubernetes
 * @param properties by name
 */
record RuleNode(
        StructuralSchema schema,
        boolean resource,
        List<Rule> rules,
        Map<String, RuleNode> properties,
        @Nullable RuleNode additional,
        @Nullable RuleNode items) {

    /** Compiles the rules of a schema of objects of Kubernetes. */
    static RuleNode of(StructuralSchema schema) {
        RuleNode root = of(schema, true, SchemaTypes.of(schema, true, "selfType"));
        return root != null ? root : new RuleNode(schema, true, List.of(), Map.of(), null, null);
    }

    /** @param type null when expressions cannot see the values, whose rules then do not apply */
    private static @Nullable RuleNode of(StructuralSchema schema, boolean resource, @Nullable ValueType type) {
        if (!schema.hasRules()) {
            return null;
        }
        List<Rule> rules = new ArrayList<>();
        ListValue written = schema.rules();
        for (int i = 0; type != null && i < written.size(); i++) {
            rules.add(Rule.of(written.map(i), type));
        }
        ValueType element = type == null ? null : type.element();
        StructuralSchema additional = schema.additionalProperties();
        StructuralSchema items = schema.items();
        Map<String, RuleNode> properties = new HashMap<>();
        for (String name : schema.propertyNames()) {
            StructuralSchema property = schema.property(name);
            RuleNode node = property == null || !property.hasRules() ? null : property(property, name, type);
            if (node != null) {
                properties.put(name, node);
            }
        }
        return new RuleNode(
                schema,
                resource,
                List.copyOf(rules),
                Map.copyOf(properties),
                additional == null ? null : of(additional, additional.isEmbeddedResource(), element),
                items == null ? null : of(items, items.isEmbeddedResource(), element));
    }

    private static @Nullable RuleNode property(StructuralSchema property, String name, @Nullable ValueType parent) {
        boolean resource = property.isEmbeddedResource();
        String field = ValueType.escaped(name);
        ValueType type = field == null || parent == null
                ? SchemaTypes.of(property, resource, "selfType." + name)
                : parent.fields().get(field);
        return type == null ? null : of(property, resource, type);
    }

    /** Whether one of the rules here compares with the value before. */
    boolean usesOld() {
        return rules.stream().anyMatch(Rule::usesOld);
    }
}
