package dev.proa.delivery.analysis.expression;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The functions of texts, and between texts and other values. */
final class TextFunctions {
    static final Set<String> NAMES = Set.of(
            "string",
            "trim",
            "trimPrefix",
            "trimSuffix",
            "upper",
            "lower",
            "split",
            "replace",
            "repeat",
            "join",
            "indexOf",
            "lastIndexOf",
            "hasPrefix",
            "hasSuffix",
            "fromJSON");

    private TextFunctions() {}

    static @Nullable Object call(String name, List<@Nullable Object> values, Evaluator evaluator) {
        Object first = values.getFirst();
        switch (name) {
            case "string":
                return printed(first, evaluator);
            case "join":
                return joined(
                        Values.list(first).stream().map(Values::text).toList(),
                        values.size() > 1 ? Values.text(values.get(1)) : "",
                        evaluator);
            default:
                break;
        }
        String text = Values.text(first);
        evaluator.spend(text.length());
        return switch (name) {
            case "trim" -> text.strip();
            case "upper" -> text.toUpperCase(Locale.ROOT);
            case "lower" -> text.toLowerCase(Locale.ROOT);
            case "fromJSON" -> parsed(text);
            case "repeat" -> repeated(text, Values.integer(values.get(1)), evaluator);
            case "replace" -> replaced(text, Values.text(values.get(1)), Values.text(values.get(2)), evaluator);
            default -> {
                evaluator.spendSearching(text, Values.text(values.get(1)));
                yield of(name, text, Values.text(values.get(1)), values);
            }
        };
    }

    private static String joined(List<String> texts, String separator, Evaluator evaluator) {
        evaluator.spend((long) texts.size() * separator.length());
        texts.forEach(evaluator::spendWriting);
        return String.join(separator, texts);
    }

    private static String replaced(String text, String old, String by, Evaluator evaluator) {
        evaluator.spendSearching(text, old);
        long times = old.isEmpty()
                ? text.length() + 1
                : (text.length() - text.replace(old, "").length()) / old.length();
        evaluator.spend(times * by.length());
        return text.replace(old, by);
    }

    private static Object of(String name, String text, String other, List<@Nullable Object> values) {
        return switch (name) {
            case "trimPrefix" -> text.startsWith(other) ? text.substring(other.length()) : text;
            case "trimSuffix" -> text.endsWith(other) ? text.substring(0, text.length() - other.length()) : text;
            case "split" ->
                List.of(text.split(
                        Pattern.quote(other), values.size() > 2 ? Math.toIntExact(Values.integer(values.get(2))) : -1));
            case "indexOf" -> (long) text.indexOf(other);
            case "lastIndexOf" -> (long) text.lastIndexOf(other);
            case "hasPrefix" -> text.startsWith(other);
            default -> text.endsWith(other); // hasSuffix
        };
    }

    private static String repeated(String text, long times, Evaluator evaluator) {
        if (times < 0) {
            throw new ExpressionException("invalid argument for repeat (" + times + ")");
        }
        evaluator.spend(Math.min(Integer.MAX_VALUE, times) * Math.max(1, text.length()));
        return text.repeat((int) times);
    }

    /** As Go's {@code fmt} prints it. */
    static String printed(@Nullable Object value, Evaluator evaluator) {
        evaluator.spendWriting(value);
        return value == null ? "<nil>" : value instanceof String text ? text : GoText.printed(toJson(value));
    }

    private static @Nullable Object parsed(String json) {
        try {
            return fromJson(Json.decode(json.getBytes(StandardCharsets.UTF_8)));
        } catch (DecodeException e) {
            throw new ExpressionException(String.valueOf(e.getMessage()));
        }
    }

    /** A value of JSON as expressions have it: all numbers are {@code Double}. */
    static @Nullable Object fromJson(@Nullable Object value) {
        return switch (value) {
            case MapValue map -> {
                Map<String, @Nullable Object> result = new LinkedHashMap<>();
                map.forEach(entry -> result.put(entry.getKey(), fromJson(entry.getValue())));
                yield result;
            }
            case List<?> list -> {
                List<@Nullable Object> result = new ArrayList<>();
                list.forEach(item -> result.add(fromJson(item)));
                yield result;
            }
            case Number number -> number.doubleValue();
            case null, default -> value;
        };
    }

    private static @Nullable Object toJson(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                MapValue.Builder result = MapValue.builder();
                map.forEach((key, item) -> result.put(String.valueOf(key), toJson(item)));
                yield result.build();
            }
            case List<?> list ->
                ListValue.copyOf(list.stream().map(TextFunctions::toJson).toList());
            case Double number
            when number.isNaN() || number.isInfinite() ->
                throw new ExpressionException("json: unsupported value: " + number);
            case null, default -> value;
        };
    }
}
