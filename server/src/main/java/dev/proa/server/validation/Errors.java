package dev.proa.server.validation;

import dev.proa.api.schema.Schema;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the field errors of one object. For one thread. */
public final class Errors {
    private @Nullable List<FieldError> errors;

    public void add(FieldError error) {
        if (errors == null) {
            errors = new ArrayList<>();
        }
        errors.add(error);
    }

    public void required(Path field, String detail) {
        add(FieldError.required(field.toString(), detail));
    }

    public void invalid(Path field, @Nullable Object value, String detail) {
        add(FieldError.invalid(field.toString(), value, detail));
    }

    /** An invalid object whose value the error does not show. */
    public void invalidWhole(Path field, String detail) {
        add(new FieldError("FieldValueInvalid", field.toString(), "Invalid value: " + detail));
    }

    /** One error for each of {@code details}. */
    public void invalid(Path field, @Nullable Object value, List<String> details) {
        for (String detail : details) {
            invalid(field, value, detail);
        }
    }

    public void forbidden(Path field, String detail) {
        add(FieldError.forbidden(field.toString(), detail));
    }

    public void duplicate(Path field, @Nullable Object value) {
        add(FieldError.duplicate(field.toString(), value));
    }

    public void notFound(Path field, @Nullable Object value) {
        add(FieldError.notFound(field.toString(), value));
    }

    public void tooLong(Path field, int max) {
        add(FieldError.tooLong(field.toString(), max));
    }

    public void tooMany(Path field, int actual, int max) {
        add(FieldError.tooMany(field.toString(), actual, max));
    }

    public void notSupported(Path field, @Nullable Object value, String... supported) {
        add(FieldError.notSupported(field.toString(), value, List.of(supported)));
    }

    /** Requires a value to be one of {@code supported}. */
    public void oneOf(Path field, @Nullable Object value, String... supported) {
        for (String candidate : supported) {
            if (candidate.equals(value)) {
                return;
            }
        }
        notSupported(field, value, supported);
    }

    /** Requires an integer not to be negative; it may be absent. */
    public void notNegative(Path field, @Nullable Object value) {
        if (value instanceof Long number && number < 0) {
            invalid(field, number, "must be greater than or equal to 0");
        }
    }

    /** Requires a value not to change. */
    public void immutable(Path field, @Nullable Object updated, @Nullable Object old) {
        if (!Values.same(updated, old)) {
            invalid(field, updated, "field is immutable");
        }
    }

    /** Requires a value not to change, where an empty object may differ from an absent one. */
    public void immutable(Path field, MapValue updated, MapValue old, Schema type) {
        if (!SameValues.same(updated, old, type)) {
            invalid(field, updated, "field is immutable");
        }
    }

    public boolean isEmpty() {
        return errors == null;
    }

    public int size() {
        return errors == null ? 0 : errors.size();
    }

    public List<FieldError> toList() {
        return errors == null ? List.of() : List.copyOf(errors);
    }
}
