package dev.proa.server.resource;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An object within an object under validation, with its path: what can be wrong with a field in one line each. Fields are named as in the
 * API; a string that is absent counts as empty, as it does for Kubernetes.
 */
final class Fields {
    final MapValue map;
    final Path path;
    final Errors errors;

    Fields(MapValue map, Path path, Errors errors) {
        this.map = map;
        this.path = path;
        this.errors = errors;
    }

    /** A field of the object itself. */
    static Fields of(MapValue object, String name, Errors errors) {
        return new Fields(object.map(name), Path.of(name), errors);
    }

    Path at(String name) {
        return path.child(name);
    }

    String text(String name) {
        return map.string(name);
    }

    /** Whether a field is there, be it empty. */
    boolean has(String name) {
        return map.get(name) != null;
    }

    /** The object in a field; empty when there is none. */
    Fields in(String name) {
        return new Fields(map.map(name), path.child(name), errors);
    }

    /** Checks the object in a field, if there is one. */
    void in(String name, Consumer<Fields> check) {
        if (map.get(name) instanceof MapValue) {
            check.accept(in(name));
        }
    }

    /** Checks each object of a list. */
    void each(String name, Consumer<Fields> check) {
        ListValue list = map.list(name);
        for (int i = 0; i < list.size(); i++) {
            check.accept(new Fields(list.map(i), path.child(name).index(i), errors));
        }
    }

    /** Checks each string of a list. */
    void eachText(String name, BiConsumer<String, Path> check) {
        ListValue list = map.list(name);
        for (int i = 0; i < list.size(); i++) {
            check.accept(
                    list.get(i) instanceof String text ? text : "",
                    path.child(name).index(i));
        }
    }

    /** A string that must not be empty; whether it is not. */
    boolean required(String name) {
        return required(name, "");
    }

    boolean required(String name, String detail) {
        if (text(name).isEmpty()) {
            errors.required(at(name), detail);
            return false;
        }
        return true;
    }

    /** A list, object or other value that must be there and not be empty; whether it is. */
    boolean requiredValue(String name, String detail) {
        if (Values.isUnset(map.get(name))) {
            errors.required(at(name), detail);
            return false;
        }
        return true;
    }

    /** A string of a form, if it is not empty. */
    void form(String name, Function<String, List<String>> form) {
        if (!text(name).isEmpty()) {
            errors.invalid(at(name), text(name), form.apply(text(name)));
        }
    }

    /** A string of a form, if it is there, be it empty. */
    void formIfPresent(String name, Function<String, List<String>> form) {
        if (has(name)) {
            errors.invalid(at(name), text(name), form.apply(text(name)));
        }
    }

    /** A string that must be there, of a form. */
    void requiredForm(String name, Function<String, List<String>> form) {
        if (required(name)) {
            form(name, form);
        }
    }

    /** One of some values; absent counts as empty. */
    void oneOf(String name, String... supported) {
        errors.oneOf(at(name), text(name), supported);
    }

    /** One of some values, if it is there, be it empty. */
    void oneOfIfPresent(String name, String... supported) {
        if (has(name)) {
            oneOf(name, supported);
        }
    }

    /** One of some values, which must be there. */
    void requiredOneOf(String name, String... supported) {
        if (required(name)) {
            oneOf(name, supported);
        }
    }

    /** A whole number; 0 when it is absent. */
    long number(String name) {
        return map.integer(name, 0);
    }

    void notNegative(String name) {
        errors.notNegative(at(name), map.get(name));
    }

    /** A number within bounds, if it is there. */
    void between(String name, long least, long most) {
        if (map.get(name) instanceof Long number && (number < least || number > most)) {
            errors.invalid(at(name), number, Formats.inclusiveRange(least, most));
        }
    }

    void invalid(String name, String detail) {
        errors.invalid(at(name), map.get(name), detail);
    }

    void forbidden(String name, String detail) {
        errors.forbidden(at(name), detail);
    }

    /** A quantity; null when it is absent. */
    @Nullable
    Quantity quantity(String name) {
        return PodValidation.quantity(map.get(name));
    }

    /** A label selector, if there is one. */
    void selector(String name) {
        if (map.get(name) instanceof MapValue selector) {
            Metadata.labelSelector(selector, at(name), errors);
        }
    }

    /** What must be as it was in {@code old}. */
    void immutable(String name, MapValue old) {
        errors.immutable(at(name), map.get(name), old.get(name));
    }
}
