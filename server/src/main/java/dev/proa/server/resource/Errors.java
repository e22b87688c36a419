package dev.proa.server.resource;

import dev.proa.api.schema.Schema;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with one object. For one thread. */
final class Errors {
    private @Nullable List<FieldError> errors;

    void add(FieldError error) {
        if (errors == null) {
            errors = new ArrayList<>();
        }
        errors.add(error);
    }

    void required(Path field, String detail) {
        add(FieldError.required(field.toString(), detail));
    }

    void invalid(Path field, @Nullable Object value, String detail) {
        add(FieldError.invalid(field.toString(), value, detail));
    }

    /** Something wrong with a whole, which is not shown. */
    void invalidWhole(Path field, String detail) {
        add(new FieldError("FieldValueInvalid", field.toString(), "Invalid value: " + detail));
    }

    /** One error for each of {@code details}. */
    void invalid(Path field, @Nullable Object value, List<String> details) {
        for (String detail : details) {
            invalid(field, value, detail);
        }
    }

    void forbidden(Path field, String detail) {
        add(FieldError.forbidden(field.toString(), detail));
    }

    void duplicate(Path field, @Nullable Object value) {
        add(FieldError.duplicate(field.toString(), value));
    }

    void notFound(Path field, @Nullable Object value) {
        add(FieldError.notFound(field.toString(), value));
    }

    void tooLong(Path field, int max) {
        add(FieldError.tooLong(field.toString(), max));
    }

    void tooMany(Path field, int actual, int max) {
        add(FieldError.tooMany(field.toString(), actual, max));
    }

    void notSupported(Path field, @Nullable Object value, String... supported) {
        add(FieldError.notSupported(field.toString(), value, List.of(supported)));
    }

    /** A value that must be one of {@code supported}. */
    void oneOf(Path field, @Nullable Object value, String... supported) {
        for (String candidate : supported) {
            if (candidate.equals(value)) {
                return;
            }
        }
        notSupported(field, value, supported);
    }

    /** A whole number that must not be negative; absent is fine. */
    void notNegative(Path field, @Nullable Object value) {
        if (value instanceof Long number && number < 0) {
            invalid(field, number, "must be greater than or equal to 0");
        }
    }

    /** A value that must be what it was. */
    void immutable(Path field, @Nullable Object updated, @Nullable Object old) {
        if (!Values.same(updated, old)) {
            invalid(field, updated, "field is immutable");
        }
    }

    /** A value that must be what it was, where an empty object may be something else than none. */
    void immutable(Path field, MapValue updated, MapValue old, Schema type) {
        if (!SameValues.same(updated, old, type)) {
            invalid(field, updated, "field is immutable");
        }
    }

    boolean isEmpty() {
        return errors == null;
    }

    int size() {
        return errors == null ? 0 : errors.size();
    }

    List<FieldError> toList() {
        return errors == null ? List.of() : List.copyOf(errors);
    }
}
