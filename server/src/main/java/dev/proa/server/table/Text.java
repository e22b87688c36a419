package dev.proa.server.table;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Formats values for cells. */
final class Text {
    static final String NONE = "<none>";
    static final String UNSET = "<unset>";
    static final String UNKNOWN = "<unknown>";

    private Text() {}

    static String name(MapValue object) {
        return object.map("metadata").string("name");
    }

    /** The name of an object, marked {@code (default)} if its annotation makes it the default. */
    static String defaultName(MapValue object, String annotation) {
        boolean isDefault =
                object.map("metadata").map("annotations").string(annotation).equals("true");
        return name(object) + (isDefault ? " (default)" : "");
    }

    static String age(MapValue object, Instant now) {
        return since(object.map("metadata").get("creationTimestamp"), now);
    }

    /** The time since an instant, as in AGE columns. */
    static String since(@Nullable Object time, Instant now) {
        Instant instant = time(time);
        return instant == null ? UNKNOWN : duration(Duration.between(instant, now));
    }

    static @Nullable Instant time(@Nullable Object time) {
        return time == null ? null : Times.parse(time);
    }

    /** A duration as kubectl writes it: at most two units. */
    static String duration(Duration duration) {
        long seconds = duration.toSeconds() + (duration.isNegative() && duration.getNano() > 0 ? 1 : 0);
        if (seconds < -1) {
            return "<invalid>";
        }
        if (seconds < 0) {
            return "0s";
        }
        if (seconds < 120) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        if (minutes < 10) {
            return minutes + "m" + rest(seconds % 60, "s");
        }
        if (minutes < 180) {
            return minutes + "m";
        }
        long hours = minutes / 60;
        if (hours < 8) {
            return hours + "h" + rest(minutes % 60, "m");
        }
        if (hours < 48) {
            return hours + "h";
        }
        long days = hours / 24;
        if (days < 8) {
            return days + "d" + rest(hours % 24, "h");
        }
        if (days < 365 * 2) {
            return days + "d";
        }
        long years = days / 365;
        return years < 8 ? years + "y" + rest(days % 365, "d") : years + "y";
    }

    private static String rest(long number, String unit) {
        return number == 0 ? "" : number + unit;
    }

    static String or(String text, String otherwise) {
        return text.isEmpty() ? otherwise : text;
    }

    static String or(@Nullable Object value, String otherwise) {
        return value == null ? otherwise : value.toString();
    }

    /** {@code a=b,c=d}. */
    static String labels(MapValue labels) {
        return or(join(pairs(labels)), NONE);
    }

    private static List<String> pairs(MapValue labels) {
        List<String> pairs = new ArrayList<>();
        labels.forEach(label -> pairs.add(label.getKey() + "=" + label.getValue()));
        return pairs;
    }

    /** A label selector in the form of the query parameter. */
    static String selector(@Nullable Object selector) {
        return or(requirements(selector), NONE);
    }

    static String requirements(@Nullable Object selector) {
        if (!(selector instanceof MapValue map)) {
            return "";
        }
        record Requirement(String key, String text) {}
        List<Requirement> requirements = new ArrayList<>();
        map.map("matchLabels")
                .forEach(label ->
                        requirements.add(new Requirement(label.getKey(), label.getKey() + "=" + label.getValue())));
        ListValue expressions = map.list("matchExpressions");
        for (int i = 0; i < expressions.size(); i++) {
            MapValue expression = expressions.map(i);
            String key = expression.string("key");
            List<String> values = strings(expression.list("values"));
            Collections.sort(values);
            String set = "(" + String.join(",", values) + ")";
            requirements.add(new Requirement(
                    key,
                    switch (expression.string("operator")) {
                        case "In" -> key + " in " + set;
                        case "NotIn" -> key + " notin " + set;
                        case "DoesNotExist" -> "!" + key;
                        default -> key;
                    }));
        }
        requirements.sort(java.util.Comparator.comparing(Requirement::key));
        return join(requirements.stream().map(Requirement::text).toList());
    }

    static List<String> strings(ListValue list) {
        List<String> strings = new ArrayList<>(list.size());
        for (Object item : list) {
            strings.add(String.valueOf(item));
        }
        return strings;
    }

    static String join(List<String> strings) {
        return String.join(",", strings);
    }

    /** One field of each object of a list. */
    static String each(ListValue list, String field) {
        List<String> strings = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            strings.add(list.map(i).string(field));
        }
        return join(strings);
    }

    static String bool(@Nullable Object value) {
        return value == null ? UNSET : Boolean.TRUE.equals(value) ? "True" : "False";
    }

    /** The first {@code max} items, and the number of the others. */
    static String some(List<String> items, int max) {
        String text = join(items.subList(0, Math.min(max, items.size())));
        return items.size() > max ? text + " + " + (items.size() - max) + " more..." : text;
    }
}
