package dev.proa.api.status;

import dev.proa.api.codec.GoText;
import dev.proa.api.view.View;
import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A field error: one cause of a {@code Status} with reason {@code Invalid}. Reasons and the form of messages are
 * those of Kubernetes' {@code field.Error}.
 *
 * <p>The bad value of an error is a value of an object: a string is shown in quotes, a map or list as JSON.
 *
 * @param reason {@code FieldValueInvalid} and the like
 * @param field its path, as in {@code spec.containers[0].name}
 * @param message what is wrong, with the value where that says something
 */
public record FieldError(String reason, String field, String message) {

    /** A required field is absent. */
    public static FieldError required(String field, String detail) {
        return new FieldError("FieldValueRequired", field, with("Required value", detail));
    }

    /** A value is malformed or out of bounds. */
    public static FieldError invalid(String field, @Nullable Object value, String detail) {
        return new FieldError("FieldValueInvalid", field, with("Invalid value: " + text(value), detail));
    }

    /** A value has another type than the field. */
    public static FieldError typeInvalid(String field, @Nullable Object value, String detail) {
        return new FieldError("FieldValueTypeInvalid", field, with("Invalid value: " + text(value), detail));
    }

    /** A value that must be unique is duplicated. */
    public static FieldError duplicate(String field, @Nullable Object value) {
        return new FieldError("FieldValueDuplicate", field, "Duplicate value: " + text(value));
    }

    /** A value is not one of {@code supported}, which the message lists in this order. */
    public static FieldError notSupported(String field, @Nullable Object value, Collection<String> supported) {
        String detail = supported.isEmpty()
                ? ""
                : supported.stream().map(GoText::quote).collect(Collectors.joining(", ", "supported values: ", ""));
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

    /** A value is longer than {@code most} bytes. */
    public static FieldError tooLong(String field, int most) {
        return new FieldError("FieldValueTooLong", field, "Too long: may not be more than " + counted(most, "byte"));
    }

    /** A value is longer than {@code most} characters. */
    public static FieldError tooLongCharacters(String field, int most) {
        return new FieldError(
                "FieldValueTooLong", field, "Too long: may not be more than " + counted(most, "character"));
    }

    /** A value is shorter than {@code least} characters. */
    public static FieldError tooShort(String field, int least) {
        return new FieldError(
                "FieldValueTooShort", field, "Too short: must be at least " + counted(least, "character"));
    }

    /** A list or map has more than {@code most} items. */
    public static FieldError tooMany(String field, int actual, int most) {
        return new FieldError(
                "FieldValueTooMany", field, "Too many: " + actual + ": must have at most " + counted(most, "item"));
    }

    /** A list or map has fewer than {@code least} items. */
    public static FieldError tooFew(String field, int actual, int least) {
        return new FieldError(
                "FieldValueTooFew", field, "Too few: " + actual + ": must have at least " + counted(least, "item"));
    }

    /** Validation itself failed. */
    public static FieldError internal(String field, String detail) {
        return new FieldError("InternalError", field, with("Internal error", detail));
    }

    /** The error in one line, as the message of a {@code Status} lists it. */
    public String summary() {
        return field + ": " + message;
    }

    private static String counted(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private static String with(String body, String detail) {
        return detail.isEmpty() ? body : body + ": " + detail;
    }

    /** Formats a bad value: strings are quoted, objects and lists are JSON. */
    private static String text(@Nullable Object value) {
        return switch (value) {
            case String text -> GoText.quote(text);
            case Integer number -> number.toString();
            case Double number -> GoText.floating(number);
            case View view -> GoText.json(view.value());
            case null, default -> GoText.json(value);
        };
    }
}
