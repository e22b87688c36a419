package dev.proa.control.shared;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Views;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Prints label selectors as Go does, for events. Pure. */
public final class SelectorText {
    private SelectorText() {}

    /** The text of {@code selector}; {@code nil} for null. */
    public static String printed(@Nullable MapValue selector) {
        if (selector == null) {
            return "nil";
        }
        StringBuilder text = new StringBuilder("&LabelSelector{MatchLabels:map[string]string{");
        new TreeMap<>(selector.map("matchLabels").asMap())
                .forEach((label, value) ->
                        text.append(label).append(": ").append(value).append(','));
        text.append("},MatchExpressions:[]LabelSelectorRequirement{");
        ListValue expressions = selector.list("matchExpressions");
        for (int i = 0; i < expressions.size(); i++) {
            MapValue expression = expressions.map(i);
            text.append("LabelSelectorRequirement{Key:")
                    .append(expression.string("key"))
                    .append(",Operator:")
                    .append(expression.string("operator"))
                    .append(",Values:[")
                    .append(String.join(" ", Views.strings(expression.list("values"))))
                    .append("],},");
        }
        return text.append("},}").toString();
    }
}
