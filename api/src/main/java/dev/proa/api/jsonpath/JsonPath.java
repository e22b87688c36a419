package dev.proa.api.jsonpath;

import dev.proa.api.codec.GoText;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A parsed template of kubectl's JSONPath, such as <code>{.status.conditions[?(@.type=="Ready")].status}</code>: text, and expressions in braces
 * with fields, indexes, slices, wildcards, unions, filters, recursive descent and quoted text. It has no {@code range}. A field that is absent
 * is no error. Immutable.
 */
public final class JsonPath {
    private final String text;
    private final List<Step> blocks;

    private JsonPath(String text, List<Step> blocks) {
        this.text = text;
        this.blocks = blocks;
    }

    /** Thrown when an expression does not fit the value, as an index of what is no list. */
    public static final class EvaluationException extends RuntimeException {
        private static final long serialVersionUID = 1;

        EvaluationException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * Parses a template.
     *
     * @throws IllegalArgumentException when it is malformed; the message is kubectl's
     */
    public static JsonPath parse(String template) {
        return new JsonPath(template, new PathParser(template).blocks());
    }

    /**
     * What the first expression or text finds; empty when it finds nothing. Values are those of the object, or a {@code Long}, {@code Double},
     * {@code Boolean} or {@code String} that stands in the template.
     *
     * @throws EvaluationException when the expression does not fit the value
     */
    public List<@Nullable Object> find(@Nullable Object value) {
        return blocks.isEmpty()
                ? List.of()
                : blocks.getFirst().of(List.<@Nullable Object>of(value == null ? MapValue.EMPTY : value));
    }

    /**
     * The whole template with what it finds, as {@code kubectl -o jsonpath} prints it.
     *
     * @throws EvaluationException when an expression does not fit the value
     */
    public String print(MapValue value) {
        StringBuilder out = new StringBuilder();
        for (Step block : blocks) {
            List<String> texts = new ArrayList<>();
            for (Object found : block.of(List.of(value))) {
                texts.add(printed(found));
            }
            out.append(String.join(" ", texts));
        }
        return out.toString();
    }

    /** A value as templates print it: objects and lists as JSON. */
    public static String printed(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case MapValue map -> GoText.json(map);
            case ListValue list -> GoText.json(list);
            default -> GoText.printed(value);
        };
    }

    /** The template. */
    @Override
    public String toString() {
        return text;
    }
}
