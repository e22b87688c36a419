package dev.proa.api.status;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that is wrong with one field of an object: one cause of a {@code Status} of reason {@code Invalid}. Reasons and the
 * form of messages are those of Kubernetes' {@code field.Error}.
 *
 * @param reason {@code FieldValueInvalid} and the like
 * @param field its path, as in {@code spec.containers[0].name}
 * @param message what is wrong, with the value where that says something
 */
public record FieldError(String reason, String field, String message) {

    /** A field that must be there is not. */
    public static FieldError required(String field, String detail) {
        return new FieldError("FieldValueRequired", field, with("Required value", detail));
    }

    /** A value is malformed or out of bounds. */
    public static FieldError invalid(String field, @Nullable Object value, String detail) {
        return new FieldError("FieldValueInvalid", field, with("Invalid value: " + text(value), detail));
    }

    /** A value that must be unique is there twice. */
    public static FieldError duplicate(String field, @Nullable Object value) {
        return new FieldError("FieldValueDuplicate", field, "Duplicate value: " + text(value));
    }

    /** A value is not one of those there are; {@code supported} is listed in the order given. */
    public static FieldError notSupported(String field, @Nullable Object value, List<String> supported) {
        String detail = "";
        if (!supported.isEmpty()) {
            StringBuilder values = new StringBuilder("supported values: ");
            for (int i = 0; i < supported.size(); i++) {
                values.append(i == 0 ? "" : ", ").append(text(supported.get(i)));
            }
            detail = values.toString();
        }
        return new FieldError("FieldValueNotSupported", field, with("Unsupported value: " + text(value), detail));
    }

    /** A value refers to something that does not exist. */
    public static FieldError notFound(String field, @Nullable Object value) {
        return new FieldError("FieldValueNotFound", field, "Not found: " + text(value));
    }

    /** A value is well-formed but not allowed here. */
    public static FieldError forbidden(String field, String detail) {
        return new FieldError("FieldValueForbidden", field, with("Forbidden", detail));
    }

    /** A value has another type than the field. */
    public static FieldError typeInvalid(String field, @Nullable Object value, String detail) {
        return new FieldError("FieldValueTypeInvalid", field, with("Invalid value: " + text(value), detail));
    }

    /** A value is longer than {@code max} bytes. */
    public static FieldError tooLong(String field, int max) {
        return new FieldError(
                "FieldValueTooLong",
                field,
                with("Too long", "may not be more than " + max + (max == 1 ? " byte" : " bytes")));
    }

    /** A list or map has more than {@code max} items. */
    public static FieldError tooMany(String field, int actual, int max) {
        return new FieldError(
                "FieldValueTooMany",
                field,
                with("Too many: " + actual, "must have at most " + max + (max == 1 ? " item" : " items")));
    }

    /** The error in one line, as the message of a {@code Status} lists it. */
    public String summary() {
        return field + ": " + message;
    }

    /** A value as Go would print it: strings quoted, numbers plain, everything else as JSON. */
    private static String text(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String string -> quoted(string);
            case MapValue map -> Json.toString(map);
            case ListValue list -> Json.toString(list);
            default -> value.toString();
        };
    }

    /** Go's {@code %q}. */
    private static String quoted(String string) {
        StringBuilder out = new StringBuilder(string.length() + 2).append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case 7 -> out.append("\\a");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case 11 -> out.append("\\v");
                default -> {
                    if (c < ' ' || c == 127) {
                        out.append(String.format("\\x%02x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }

    private static String with(String body, String detail) {
        return detail.isEmpty() ? body : body + ": " + detail;
    }
}
