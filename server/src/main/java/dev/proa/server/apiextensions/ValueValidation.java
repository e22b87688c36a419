package dev.proa.server.apiextensions;

import dev.proa.api.value.ListValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a schema says of values besides their structure. Limits are null when there are none.
 *
 * @param format empty for none, and for those that Kubernetes does not know
 * @param pattern in Go's syntax; empty for none
 */
public record ValueValidation(
        String format,
        String pattern,
        @Nullable Double minimum,
        @Nullable Double maximum,
        boolean exclusiveMinimum,
        boolean exclusiveMaximum,
        @Nullable Double multipleOf,
        @Nullable Long minLength,
        @Nullable Long maxLength,
        @Nullable Long minItems,
        @Nullable Long maxItems,
        @Nullable Long minProperties,
        @Nullable Long maxProperties,
        boolean uniqueItems,
        ListValue enumeration,
        List<String> required,
        List<StructuralSchema> allOf,
        List<StructuralSchema> anyOf,
        List<StructuralSchema> oneOf,
        @Nullable StructuralSchema not) {}
