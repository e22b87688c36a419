package dev.proa.delivery.analysis;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.argo.Argument;
import dev.proa.delivery.argo.Metric;
import dev.proa.delivery.argo.SecretKeyRef;
import dev.proa.delivery.argo.ValueFrom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts the values of arguments in place of {@code {{args.NAME}}}. */
public final class MetricArguments {
    private static final String OPEN = "{{";
    private static final String CLOSE = "}}";
    /** Stands for a secret where only the form of metrics matters. */
    private static final String HIDDEN = "temp-for-secret";

    private MetricArguments() {}

    /** A key of a Secret that an argument comes from, or null. */
    static @Nullable SecretKeyRef secret(Argument argument) {
        ValueFrom from = argument.valueFrom();
        return from == null ? null : from.secretKeyRef();
    }

    /** Metrics with all arguments, but with a placeholder for secrets. */
    static List<Metric> withoutSecrets(List<Metric> metrics, List<Argument> arguments) throws AnalysisException {
        List<Argument> shown = arguments.stream()
                .map(argument -> secret(argument) == null ? argument : argument.withText(HIDDEN))
                .toList();
        List<Metric> resolved = new ArrayList<>();
        for (Metric metric : metrics) {
            resolved.add(resolve(metric, shown));
        }
        return resolved;
    }

    /** A metric with these arguments, each of which must have a value. */
    static Metric resolve(Metric metric, List<Argument> arguments) throws AnalysisException {
        Map<String, String> values = new HashMap<>();
        for (Argument argument : arguments) {
            String text = argument.text();
            if (text == null) {
                throw new AnalysisException("argument \"" + argument.name() + "\" was not supplied");
            }
            values.put("args." + argument.name(), text);
        }
        return new Metric(map(metric.value(), values));
    }

    private static MapValue map(MapValue map, Map<String, String> values) throws AnalysisException {
        MapValue.Builder result = MapValue.builder(map.size());
        for (Map.Entry<String, @Nullable Object> entry : map) {
            result.put(text(entry.getKey(), values), value(entry.getValue(), values));
        }
        return result.build();
    }

    private static @Nullable Object value(@Nullable Object value, Map<String, String> values) throws AnalysisException {
        return switch (value) {
            case String text -> text(text, values);
            case MapValue map -> map(map, values);
            case ListValue list -> {
                List<@Nullable Object> items = new ArrayList<>();
                for (Object item : list) {
                    items.add(value(item, values));
                }
                yield ListValue.copyOf(items);
            }
            case null, default -> value;
        };
    }

    /**
     * A text with values in place of {@code {{NAME}}}.
     *
     * @throws AnalysisException when there is no value of that name
     */
    public static String text(String template, Map<String, String> values) throws AnalysisException {
        int open = template.indexOf(OPEN);
        if (open < 0) {
            return template;
        }
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (open >= 0) {
            int close = template.indexOf(CLOSE, open + OPEN.length());
            if (close < 0) {
                throw new AnalysisException("Cannot find end tag=\"}}\" in the template=\"" + template + "\"");
            }
            String tag = template.substring(open + OPEN.length(), close);
            String value = values.get(tag.strip());
            if (value == null) {
                throw new AnalysisException("failed to resolve {{" + tag + "}}");
            }
            text.append(template, at, open).append(value);
            at = close + CLOSE.length();
            open = template.indexOf(OPEN, at);
        }
        return text.append(template, at, template.length()).toString();
    }
}
