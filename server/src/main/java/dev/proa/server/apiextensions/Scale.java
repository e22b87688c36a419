package dev.proa.server.apiextensions;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.MapValue;
import dev.proa.server.strategy.ScaleFields;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a custom resource has the fields of its subresource {@code scale}. Paths begin with a dot and name fields only.
 *
 * @param labelSelector empty when it has none
 */
public record Scale(String specReplicas, String statusReplicas, String labelSelector) implements ScaleFields {

    static Scale of(MapValue scale) {
        return new Scale(
                scale.string("specReplicasPath"),
                scale.string("statusReplicasPath"),
                scale.string("labelSelectorPath"));
    }

    /** The names of the path to the wanted number of replicas. */
    @Override
    public List<String> specReplicasNames() {
        return names(specReplicas);
    }

    /** The wanted number of replicas; null when the object has none, or not an integer. */
    @Override
    public @Nullable Long specReplicas(MapValue object) {
        return object.at(names(specReplicas).toArray(String[]::new)) instanceof Long replicas ? replicas : null;
    }

    /** The present number of replicas; 0 when the object has none, or not an integer. */
    @Override
    public long statusReplicas(MapValue object) {
        return object.at(names(statusReplicas).toArray(String[]::new)) instanceof Long replicas ? replicas : 0;
    }

    /** The selector of the replicas as text; empty when the object has none. */
    @Override
    public String labelSelector(MapValue object) {
        return !labelSelector.isEmpty()
                        && object.at(names(labelSelector).toArray(String[]::new)) instanceof String selector
                ? selector
                : "";
    }

    /**
     * An object with another wanted number of replicas.
     *
     * @throws IllegalArgumentException when there is a value on the way that is not an object
     */
    @Override
    public MapValue withSpecReplicas(MapValue object, long replicas) {
        return with(object, specReplicasNames(), 0, replicas);
    }

    private static MapValue with(MapValue object, List<String> names, int depth, long replicas) {
        String name = names.get(depth);
        if (depth == names.size() - 1) {
            return object.with(name, replicas);
        }
        if (object.has(name) && !(object.get(name) instanceof MapValue)) {
            throw new IllegalArgumentException("value cannot be set because ."
                    + String.join(".", names.subList(0, depth + 1)) + " is not a map[string]interface{}");
        }
        return object.with(name, with(object.map(name), names, depth + 1, replicas));
    }

    private static List<String> names(String path) {
        return List.of((path.startsWith(".") ? path.substring(1) : path).split("\\.", -1));
    }

    /** What is wrong with the wanted number of replicas of an object. */
    List<FieldError> specErrors(MapValue object) {
        return replicaErrors(object, specReplicas);
    }

    /** What is wrong with the present number of replicas of an object, and with the selector. */
    List<FieldError> statusErrors(MapValue object) {
        List<FieldError> errors = new ArrayList<>(replicaErrors(object, statusReplicas));
        if (!labelSelector.isEmpty()) {
            Found found = Found.at(object, names(labelSelector), "string");
            if (!found.wrong.isEmpty()) {
                errors.add(FieldError.invalid(labelSelector, "", found.wrong));
            }
        }
        return errors;
    }

    private static List<FieldError> replicaErrors(MapValue object, String path) {
        Found found = Found.at(object, names(path), "int64");
        long replicas = found.value instanceof Long number ? number : 0;
        String wrong = found.wrong.isEmpty()
                ? replicas < 0
                        ? "should be a non-negative integer"
                        : replicas > Integer.MAX_VALUE ? "should be less than or equal to " + Integer.MAX_VALUE : ""
                : found.wrong;
        return wrong.isEmpty() ? List.of() : List.of(FieldError.invalid(path, replicas, wrong));
    }

    /** A value at a path, or what is wrong with it. */
    private record Found(@Nullable Object value, String wrong) {
        static Found at(MapValue object, List<String> names, String type) {
            Object value = object;
            for (int i = 0; i < names.size(); i++) {
                if (value == null) {
                    return new Found(null, "");
                }
                if (!(value instanceof MapValue map)) {
                    return wrong(names.subList(0, i + 1), value, "map[string]interface{}");
                }
                if (!map.has(names.get(i))) {
                    return new Found(null, "");
                }
                value = map.get(names.get(i));
            }
            return GoTypes.of(value).equals(type) ? new Found(value, "") : wrong(names, value, type);
        }

        private static Found wrong(List<String> names, @Nullable Object value, String type) {
            return new Found(
                    null,
                    "." + String.join(".", names) + " accessor error: "
                            + GoText.printed(value) + " is of the type " + GoTypes.of(value)
                            + ", expected " + type);
        }
    }
}
