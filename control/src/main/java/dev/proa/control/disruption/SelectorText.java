package dev.proa.control.disruption;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Views;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Prints label selectors as Go does, for events. Pure. */
final class SelectorText {
    private SelectorText() {}

    static String of(@Nullable Object selector) {
        if (!(selector instanceof MapValue given)) {
            return "nil";
        }
        StringBuilder text = new StringBuilder("&LabelSelector{MatchLabels:map[string]string{");
        new TreeMap<>(given.map("matchLabels").asMap())
                .forEach((label, value) ->
                        text.append(label).append(": ").append(value).append(','));
        text.append("},MatchExpressions:[]LabelSelectorRequirement{");
        ListValue expressions = given.list("matchExpressions");
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
