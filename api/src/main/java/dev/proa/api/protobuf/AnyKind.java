package dev.proa.api.protobuf;

import dev.proa.api.schema.Schema.ListOf;
import dev.proa.api.schema.Schema.ListType;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import java.util.List;
import java.util.Objects;

/** How protobuf has a value that JSON has in any form. */
enum AnyKind {
    /** Field 1 has it as JSON, or as an object in protobuf. */
    JSON,
    /** Nothing is in it. */
    EMPTY,
    SCHEMA_OR_ARRAY,
    SCHEMA_OR_BOOL,
    SCHEMA_OR_STRINGS;

    /** By the full name of the OpenAPI type. */
    static AnyKind of(String definition) {
        return switch (definition.substring(definition.lastIndexOf('.') + 1)) {
            case "CustomResourceSubresourceStatus" -> EMPTY;
            case "JSONSchemaPropsOrArray" -> SCHEMA_OR_ARRAY;
            case "JSONSchemaPropsOrBool" -> SCHEMA_OR_BOOL;
            case "JSONSchemaPropsOrStringArray" -> SCHEMA_OR_STRINGS;
            default -> JSON;
        };
    }

    static Struct schema() {
        return Objects.requireNonNull(SchemaCatalog.builtin()
                .struct("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps"));
    }

    static ListOf schemas() {
        return new ListOf(schema(), ListType.ATOMIC, List.of());
    }
}
