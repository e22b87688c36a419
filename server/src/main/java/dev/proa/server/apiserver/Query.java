package dev.proa.server.apiserver;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.StatusException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters of a request's query, decoded, in their order. */
public final class Query {
    public static final Query EMPTY = new Query(List.of(), "");

    private final List<String> namesAndValues;
    private final String raw;

    private Query(List<String> namesAndValues, String raw) {
        this.namesAndValues = namesAndValues;
        this.raw = raw;
    }

    /** Reads what follows the question mark of a URL. */
    public static Query parse(@Nullable String raw) {
        if (raw == null || raw.isEmpty()) {
            return EMPTY;
        }
        List<String> entries = new ArrayList<>(8);
        int start = 0;
        while (start <= raw.length()) {
            int end = raw.indexOf('&', start);
            if (end < 0) {
                end = raw.length();
            }
            if (end > start) {
                int equals = raw.indexOf('=', start);
                boolean valued = equals >= 0 && equals < end;
                entries.add(decode(raw.substring(start, valued ? equals : end)));
                entries.add(valued ? decode(raw.substring(equals + 1, end)) : "");
            }
            start = end + 1;
        }
        return new Query(entries, raw);
    }

    public static Query of(Map<String, String> parameters) {
        if (parameters.isEmpty()) {
            return EMPTY;
        }
        List<String> entries = new ArrayList<>(2 * parameters.size());
        parameters.forEach((name, value) -> {
            entries.add(name);
            entries.add(value);
        });
        return new Query(entries, "");
    }

    private static String decode(String text) {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw StatusException.badRequest("invalid URL escape in the query: " + text);
        }
    }

    /** The query as it was sent; empty when the request did not come by HTTP. */
    public String raw() {
        return raw;
    }

    /** The query as it was sent, or as a client would have sent it. */
    String text() {
        if (!raw.isEmpty()) {
            return raw;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            text.append(i == 0 ? "" : "&")
                    .append(URLEncoder.encode(namesAndValues.get(i), StandardCharsets.UTF_8))
                    .append('=')
                    .append(URLEncoder.encode(namesAndValues.get(i + 1), StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    /** The first value of a parameter, or the empty string. */
    public String get(String name) {
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            if (namesAndValues.get(i).equals(name)) {
                return namesAndValues.get(i + 1);
            }
        }
        return "";
    }

    public boolean has(String name) {
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            if (namesAndValues.get(i).equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** All values of a parameter. */
    public List<String> all(String name) {
        List<String> values = new ArrayList<>(2);
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            if (namesAndValues.get(i).equals(name)) {
                values.add(namesAndValues.get(i + 1));
            }
        }
        return values;
    }

    /** A boolean parameter: absent, empty, {@code 0} and {@code false} are false, all else is true, as Kubernetes has it. */
    public boolean flag(String name) {
        String value = get(name);
        return switch (value) {
            case "" -> has(name);
            case "0", "false", "False", "FALSE", "F", "f" -> false;
            default -> true;
        };
    }

    /**
     * A whole number, or null when it is absent.
     *
     * @throws StatusException when it is something else
     */
    public @Nullable Long number(String name) {
        String value = get(name);
        if (value.isEmpty()) {
            return null;
        }
        try {
            return Long.valueOf(value);
        } catch (NumberFormatException e) {
            String why = value.matches("[+-]?[0-9]+") ? "value out of range" : "invalid syntax";
            throw StatusException.badRequest("strconv.ParseInt: parsing " + GoText.quote(value) + ": " + why);
        }
    }
}
