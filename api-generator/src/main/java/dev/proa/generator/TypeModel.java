package dev.proa.generator;

import java.util.List;
import java.util.Map;

/**
 * A type with fields.
 *
 * @param name the full name, as {@code io.k8s.api.core.v1.Pod}
 * @param kinds as {@code group/version/Kind}; empty for what is only part of objects
 * @param facts {@code key=value} facts of the type itself
 */
record TypeModel(
        String name, String description, List<FieldModel> fields, List<String> kinds, Map<String, String> facts) {
    /**
     * A field.
     *
     * @param name as in JSON
     * @param number the number in protobuf, after the numbers of the embedded messages it is in, as {@code 1} or {@code 1.3};
     *     empty when protobuf does not have it
     * @param presence {@code p}, {@code q}, {@code o} or {@code z} as in {@code go.txt}
     * @param message the full name of the type of a field of {@link TypeRef.Scalar#ANY} value; empty for others
     * @param facts {@code key=value} facts: list, keys, map, patch, key, enum, default
     */
    record FieldModel(
            String name,
            TypeRef type,
            String description,
            boolean required,
            String number,
            String presence,
            String message,
            Map<String, String> facts) {}

    String simpleName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** The Java package of the view. */
    String javaPackage() {
        String[] parts = name.split("\\.");
        String version = parts[parts.length - 2];
        return version.matches("v[0-9].*")
                ? "dev.proa.api." + parts[parts.length - 3] + "." + version
                : "dev.proa.api." + version;
    }
}
