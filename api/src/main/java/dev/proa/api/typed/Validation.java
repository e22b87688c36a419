package dev.proa.api.typed;

import dev.proa.api.codec.GoText;
import dev.proa.api.typed.MergeType.ListRule;
import dev.proa.api.typed.MergeType.MapRule;
import dev.proa.api.typed.MergeType.ScalarKind;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks that an object is of its type. */
public final class Validation {
    private final boolean allowDuplicates;
    private final List<String> errors = new ArrayList<>();

    private Validation(boolean allowDuplicates) {
        this.allowDuplicates = allowDuplicates;
    }

    /**
     * Checks an object.
     *
     * @param allowDuplicates whether lists may have several items that cannot be told apart
     * @throws MismatchException with all that is wrong
     */
    public static void check(MergeType type, MapValue value, boolean allowDuplicates) {
        Validation validation = new Validation(allowDuplicates);
        validation.value(type, value, "");
        if (validation.errors.size() == 1) {
            throw new MismatchException(validation.errors.getFirst());
        }
        if (!validation.errors.isEmpty()) {
            throw new MismatchException("errors:\n  " + String.join("\n  ", validation.errors));
        }
    }

    private void error(String path, String message) {
        errors.add(path.isEmpty() ? message : path + ": " + message);
    }

    private void value(MergeType type, @Nullable Object value, String path) {
        switch (type.form(value)) {
            case MAP -> {
                if (value instanceof MapValue map) {
                    fields(Objects.requireNonNull(type.map()), map, path);
                } else if (value != null) {
                    error(path, "expected map, got " + pointer(value));
                }
            }
            case LIST -> {
                if (value instanceof ListValue list) {
                    items(Objects.requireNonNull(type.list()), list, path);
                } else if (value != null) {
                    error(path, "expected list, got " + pointer(value));
                }
            }
            case SCALAR -> scalar(Objects.requireNonNull(type.scalar()), value, path);
        }
    }

    private void scalar(ScalarKind kind, @Nullable Object value, String path) {
        if (value == null) {
            return;
        }
        switch (kind) {
            case NUMERIC -> {
                if (!(value instanceof Number)) {
                    error(path, "expected numeric (int or float), got " + goType(value));
                }
            }
            case STRING -> {
                if (!(value instanceof String)) {
                    error(path, "expected string, got &value.valueUnstructured{Value:" + goSyntax(value) + "}");
                }
            }
            case BOOLEAN -> {
                if (!(value instanceof Boolean)) {
                    error(path, "expected boolean, got " + pointer(value));
                }
            }
            case ANY -> {
                if (value instanceof MapValue || value instanceof ListValue) {
                    error(path, "expected any scalar, got " + pointer(value));
                }
            }
        }
    }

    private void fields(MapRule rule, MapValue map, String path) {
        for (int i = 0; i < map.size(); i++) {
            String name = map.nameAt(i);
            MergeType type = rule.field(name);
            if (type == null) {
                error(path + "." + name, "field not declared in schema");
                return;
            }
            value(type, map.valueAt(i), path + "." + name);
        }
    }

    private void items(ListRule rule, ListValue list, String path) {
        Set<String> elements = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            String shown = "[" + i + "]";
            if (rule.associative()) {
                String element;
                try {
                    element = ListItems.element(rule, list.get(i));
                } catch (MismatchException e) {
                    error(path, "element " + i + ": " + e.getMessage());
                    return;
                }
                shown = Merging.shown(element);
                if (!elements.add(element) && !allowDuplicates) {
                    error(path, "duplicate entries for key " + shown);
                }
            }
            value(rule.item(), list.get(i), path + shown);
        }
    }

    /** As Go's {@code %v} prints a pointer to a struct with this value. */
    private static String pointer(Object value) {
        return "&{" + GoText.printed(value) + "}";
    }

    /** As Go's {@code %T}. */
    private static String goType(Object value) {
        return switch (value) {
            case String text -> "string";
            case Boolean bool -> "bool";
            case Long number -> "int64";
            case Numeral number -> goType(number.plain());
            case Number number -> "float64";
            case ListValue list -> "[]interface {}";
            default -> "map[string]interface {}";
        };
    }

    /** As Go's {@code %#v}. */
    private static String goSyntax(@Nullable Object value) {
        return switch (value) {
            case null -> "interface {}(nil)";
            case String text -> GoText.quote(text);
            case MapValue map -> {
                List<String> entries = new ArrayList<>();
                for (int i = 0; i < map.size(); i++) {
                    entries.add(GoText.quote(map.nameAt(i)) + ":" + goSyntax(map.valueAt(i)));
                }
                yield "map[string]interface {}{" + String.join(", ", entries) + "}";
            }
            case ListValue list ->
                "[]interface {}{"
                        + String.join(
                                ", ", list.stream().map(Validation::goSyntax).toList()) + "}";
            default -> GoText.printed(value);
        };
    }
}
