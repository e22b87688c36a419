package dev.proa.api.protobuf;

/** The protobuf form of values that may have any type in JSON. */
enum AnyKind {
    /** Field 1 has it as JSON, or as an object in protobuf. */
    JSON,
    /** An empty message. */
    EMPTY,
    SCHEMA_OR_ARRAY,
    SCHEMA_OR_BOOL,
    SCHEMA_OR_STRINGS;

    /** The form of an OpenAPI type, by its full name. */
    static AnyKind of(String definition) {
        return switch (definition.substring(definition.lastIndexOf('.') + 1)) {
            case "CustomResourceSubresourceStatus" -> EMPTY;
            case "JSONSchemaPropsOrArray" -> SCHEMA_OR_ARRAY;
            case "JSONSchemaPropsOrBool" -> SCHEMA_OR_BOOL;
            case "JSONSchemaPropsOrStringArray" -> SCHEMA_OR_STRINGS;
            default -> JSON;
        };
    }
}
