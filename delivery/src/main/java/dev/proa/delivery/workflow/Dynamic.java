package dev.proa.delivery.workflow;

import dev.proa.delivery.pipeline.yaml.YamlNode;
import dev.proa.delivery.workflow.expression.Scope;
import dev.proa.delivery.workflow.expression.Template;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A part of a workflow whose values may be expressions. Immutable. */
sealed interface Dynamic {
    /** A value. */
    record Constant(@Nullable Object value) implements Dynamic {
        /** The part where it says nothing. */
        static final Dynamic NOTHING = new Constant(null);
    }

    /** A text with expressions. */
    record Text(Template template) implements Dynamic {}

    /** A list. */
    record Items(List<Dynamic> items) implements Dynamic {}

    /** A map; keys are texts as they stand. */
    record Entries(Map<String, Dynamic> entries, YamlNode.Place place) implements Dynamic {}

    /** What it gives in a scope. */
    default @Nullable Object value(Scope scope) {
        return switch (this) {
            case Constant constant -> constant.value;
            case Text text -> text.template.value(scope);
            case Items list -> {
                List<@Nullable Object> values = new ArrayList<>();
                list.items.forEach(item -> values.add(item.value(scope)));
                yield Collections.unmodifiableList(values);
            }
            case Entries map -> {
                Map<String, @Nullable Object> values = new LinkedHashMap<>();
                map.entries.forEach((name, value) -> values.put(name, value.value(scope)));
                yield Collections.unmodifiableMap(values);
            }
        };
    }

    /** Whether there is nothing. */
    default boolean absent() {
        return this instanceof Constant(Object value) && value == null;
    }

    /** Whether it has no expressions, so that any scope gives the same. */
    default boolean constant() {
        return switch (this) {
            case Constant _ -> true;
            case Text _ -> false;
            case Items list -> list.items.stream().allMatch(Dynamic::constant);
            case Entries map -> map.entries.values().stream().allMatch(Dynamic::constant);
        };
    }
}
