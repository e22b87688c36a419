package dev.proa.server.validation;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An object under validation, or one nested in it, with its path and a method for each common check of a field.
 * Fields have the names of the API; an absent string counts as empty, as in Kubernetes.
 */
public final class Fields {
    public final MapValue map;
    public final Path path;
    public final Errors errors;

    public Fields(MapValue map, Path path, Errors errors) {
        this.map = map;
        this.path = path;
        this.errors = errors;
    }

    /** A field of the object itself. */
    public static Fields of(MapValue object, String name, Errors errors) {
        return new Fields(object.map(name), Path.of(name), errors);
    }

    public Path at(String name) {
        return path.child(name);
    }

    public String text(String name) {
        return map.string(name);
    }

    /** Whether a field is present, even if it is empty. */
    public boolean has(String name) {
        return map.get(name) != null;
    }

    /** The object in a field; empty when there is none. */
    public Fields in(String name) {
        return new Fields(map.map(name), path.child(name), errors);
    }

    /** Checks the object in a field, if there is one. */
    public void in(String name, Consumer<Fields> check) {
        if (map.get(name) instanceof MapValue) {
            check.accept(in(name));
        }
    }

    /** Checks each object of a list. */
    public void each(String name, Consumer<Fields> check) {
        ListValue list = map.list(name);
        for (int i = 0; i < list.size(); i++) {
            check.accept(new Fields(list.map(i), path.child(name).index(i), errors));
        }
    }

    /** Checks each string of a list. */
    public void eachText(String name, BiConsumer<String, Path> check) {
        ListValue list = map.list(name);
        for (int i = 0; i < list.size(); i++) {
            check.accept(
                    list.get(i) instanceof String text ? text : "",
                    path.child(name).index(i));
        }
    }

    /** Requires a string not to be empty; returns whether that holds. */
    public boolean required(String name) {
        return required(name, "");
    }

    public boolean required(String name, String detail) {
        if (text(name).isEmpty()) {
            errors.required(at(name), detail);
            return false;
        }
        return true;
    }

    /** Requires a value to be present and not empty; returns whether that holds. */
    public boolean requiredValue(String name, String detail) {
        if (Values.isUnset(map.get(name))) {
            errors.required(at(name), detail);
            return false;
        }
        return true;
    }

    /** Validates the format of a string that is not empty. */
    public void form(String name, Function<String, List<String>> form) {
        if (!text(name).isEmpty()) {
            errors.invalid(at(name), text(name), form.apply(text(name)));
        }
    }

    /** Validates the format of a string that is present, even if it is empty. */
    public void formIfPresent(String name, Function<String, List<String>> form) {
        if (has(name)) {
            errors.invalid(at(name), text(name), form.apply(text(name)));
        }
    }

    /** Requires a string and validates its format. */
    public void requiredForm(String name, Function<String, List<String>> form) {
        if (required(name)) {
            form(name, form);
        }
    }

    /** Requires one of several values; absent counts as empty. */
    public void oneOf(String name, String... supported) {
        errors.oneOf(at(name), text(name), supported);
    }

    /** Requires one of several values if the field is present, even if it is empty. */
    public void oneOfIfPresent(String name, String... supported) {
        if (has(name)) {
            oneOf(name, supported);
        }
    }

    /** Requires the field, with one of several values. */
    public void requiredOneOf(String name, String... supported) {
        if (required(name)) {
            oneOf(name, supported);
        }
    }

    /** The integer in a field; 0 when it is absent. */
    public long number(String name) {
        return map.integer(name, 0);
    }

    public void notNegative(String name) {
        errors.notNegative(at(name), map.get(name));
    }

    /** Requires a number to be within bounds, if it is present. */
    public void between(String name, long least, long most) {
        if (map.get(name) instanceof Long number && (number < least || number > most)) {
            errors.invalid(at(name), number, Formats.inclusiveRange(least, most));
        }
    }

    public void invalid(String name, String detail) {
        errors.invalid(at(name), map.get(name), detail);
    }

    public void forbidden(String name, String detail) {
        errors.forbidden(at(name), detail);
    }

    /** A quantity; null when it is absent. */
    @Nullable
    public Quantity quantity(String name) {
        return Values.quantity(map.get(name));
    }

    /** Validates a label selector, if there is one. */
    public void selector(String name) {
        if (map.get(name) instanceof MapValue selector) {
            Metadata.labelSelector(selector, at(name), errors);
        }
    }

    /** Requires a field to be unchanged. */
    public void immutable(String name, MapValue old) {
        errors.immutable(at(name), map.get(name), old.get(name));
    }
}
