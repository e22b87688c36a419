package dev.proa.server.resource.extension;

import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.apiextensions.rules.RuleChecks;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Validates the schemas of custom resources, which must be structural (KEP-1154): every field has one type, outside
 * of {@code allOf}, {@code anyOf}, {@code oneOf} and {@code not}. {@link RuleChecks} checks their rules.
 */
final class StructuralSchemaValidation {
    private static final String[] TYPES = {"array", "boolean", "integer", "number", "object", "string"};
    private static final Set<String> ROOT_WITH_STATUS = Set.of(
            "description",
            "type",
            "format",
            "title",
            "maximum",
            "exclusiveMaximum",
            "minimum",
            "exclusiveMinimum",
            "maxLength",
            "minLength",
            "pattern",
            "maxItems",
            "minItems",
            "uniqueItems",
            "multipleOf",
            "required",
            "items",
            "properties",
            "externalDocs",
            "example",
            "x-kubernetes-preserve-unknown-fields",
            "x-kubernetes-validations");
    private static final String ALLOWED = "only [Description Type Format Title Maximum ExclusiveMaximum Minimum"
            + " ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties"
            + " ExternalDocs Example XPreserveUnknownFields XValidations] fields are allowed at the root of the schema if the"
            + " status subresource is enabled";
    private static final String LIST_TYPE = "x-kubernetes-list-type";
    private static final String MAP_TYPE = "x-kubernetes-map-type";
    private static final String MAP_KEYS = "x-kubernetes-list-map-keys";
    private static final String RULES = "x-kubernetes-validations";
    private static final String EMBEDDED = "x-kubernetes-embedded-resource";
    private static final String UNKNOWN = "x-kubernetes-preserve-unknown-fields";
    private static final String INT_OR_STRING = "x-kubernetes-int-or-string";

    /** The position of a schema, on which the error for a missing type depends. */
    private enum Level {
        ROOT("must not be empty at the root"),
        ITEM("must not be empty for specified array items"),
        FIELD("must not be empty for specified object fields");

        private final String noType;

        Level(String noType) {
            this.noType = noType;
        }
    }

    private StructuralSchemaValidation() {}

    /**
     * The schema of a version.
     *
     * @param known whether it was there before
     */
    static void root(Fields schema, boolean status, boolean known) {
        int start = schema.errors.size();
        if (status) {
            rootWithStatus(schema);
        }
        if (schema.map.bool("nullable")) {
            schema.forbidden("nullable", "nullable cannot be true at the root");
        }
        if (isConvertible(schema.map)) {
            int before = schema.errors.size();
            structural(schema, Level.ROOT);
            if (schema.errors.size() == before) {
                defaults(schema);
            }
        }
        supported(schema);
        if (schema.errors.size() == start) {
            RuleChecks.check(schema.map, schema.path, known, schema.errors);
        }
    }

    static boolean hasDefaults(MapValue schema) {
        if (schema.has("default")) {
            return true;
        }
        for (Map.Entry<String, @Nullable Object> entry : schema.map("properties")) {
            if (entry.getValue() instanceof MapValue property && hasDefaults(property)) {
                return true;
            }
        }
        return hasDefaults(schema, "items") || hasDefaults(schema, "additionalProperties");
    }

    private static boolean hasDefaults(MapValue schema, String name) {
        return schema.get(name) instanceof MapValue inner && hasDefaults(inner);
    }

    /** Validates defaults against their schema: the type, and the constraints of strings. */
    private static void defaults(Fields schema) {
        Object value = schema.map.get("default");
        String type = schema.text("type");
        if (value != null) {
            Path path = schema.at("default");
            String found = jsonType(value);
            boolean fits = found.equals(type) || found.equals("integer") && type.equals("number");
            if (!type.isEmpty() && !fits) {
                schema.errors.add(FieldError.typeInvalid(
                        path.toString(), found, " in body must be of type " + type + ": \"" + found + "\""));
            } else if (value instanceof String text) {
                text(schema, text, path);
            }
        }
        for (Fields property : properties(schema)) {
            defaults(property);
        }
        schema.in("items", StructuralSchemaValidation::defaults);
        schema.in("additionalProperties", StructuralSchemaValidation::defaults);
    }

    private static void text(Fields schema, String text, Path path) {
        if (schema.map.get("maxLength") instanceof Long most && text.length() > most) {
            if (most < 0) {
                schema.errors.add(new FieldError("FieldValueTooLong", path.toString(), "Too long: value is too long"));
            } else {
                schema.errors.tooLong(path, most.intValue());
            }
        }
        String pattern = schema.text("pattern");
        if (!pattern.isEmpty() && !Pattern.compile(pattern).matcher(text).find()) {
            schema.errors.invalid(path, text, " in body should match '" + pattern + "'");
        }
    }

    private static String jsonType(Object value) {
        return switch (value) {
            case String text -> "string";
            case Long number -> "integer";
            case Number number -> "number";
            case Boolean bool -> "boolean";
            case ListValue list -> "array";
            default -> "object";
        };
    }

    private static void rootWithStatus(Fields schema) {
        boolean typed =
                schema.text("type").equals("object") || schema.text("type").isEmpty();
        if (!typed) {
            schema.invalid(
                    "type",
                    "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled");
            return;
        }
        for (Map.Entry<String, @Nullable Object> entry : schema.map) {
            boolean set = !Values.isUnset(entry.getValue()) && !Boolean.FALSE.equals(entry.getValue())
                    || entry.getValue() instanceof MapValue
                            && !entry.getKey().equals("definitions")
                            && !entry.getKey().equals("dependencies")
                            && !entry.getKey().equals("patternProperties");
            if (set && !ROOT_WITH_STATUS.contains(entry.getKey())) {
                schema.errors.invalid(schema.path, schema.map, ALLOWED);
                return;
            }
        }
    }

    /** Whether the schema has no fields that structural schemas never have. */
    private static boolean isConvertible(MapValue schema) {
        for (String name : new String[] {"id", "$schema", "$ref", "patternProperties", "dependencies", "definitions"}) {
            if (!Values.isUnset(schema.get(name))) {
                return false;
            }
        }
        if (schema.has("additionalItems")) {
            return false;
        }
        for (String name : new String[] {"properties"}) {
            for (Map.Entry<String, @Nullable Object> entry : schema.map(name)) {
                if (entry.getValue() instanceof MapValue inner && !isConvertible(inner)) {
                    return false;
                }
            }
        }
        for (String name : new String[] {"items", "additionalProperties", "not"}) {
            if (schema.get(name) instanceof MapValue inner && !isConvertible(inner)) {
                return false;
            }
        }
        return true;
    }

    private static void structural(Fields schema, Level level) {
        String type = schema.text("type");
        if (type.equals("array") && !schema.has("items")) {
            schema.errors.required(schema.at("items"), "must be specified");
        }
        schema.in("items", items -> structural(items, Level.ITEM));
        for (Fields property : properties(schema)) {
            structural(property, Level.FIELD);
        }
        if (schema.has("additionalProperties")) {
            if (level == Level.ROOT) {
                schema.forbidden("additionalProperties", "must not be used at the root");
            }
            schema.in("additionalProperties", values -> structural(values, Level.FIELD));
        }
        extensions(schema);
        alternatives(schema);
        boolean embedded = schema.map.bool(EMBEDDED);
        type(schema, type, embedded, level);
        if (embedded || level == Level.ROOT) {
            for (String name : new String[] {"kind", "apiVersion"}) {
                if (schema.map.map("properties").get(name) instanceof MapValue property
                        && !property.string("type").equals("string")) {
                    schema.errors.invalid(
                            schema.at("properties").key(name).child("type"), property.string("type"), "must be string");
                }
            }
            if (schema.map.map("properties").get("metadata") instanceof MapValue metadata
                    && !metadata.string("type").equals("object")) {
                schema.errors.invalid(
                        schema.at("properties").key("metadata").child("type"),
                        metadata.string("type"),
                        "must be object");
            }
        }
        if (embedded
                && !schema.map.bool(UNKNOWN)
                && schema.map.map("properties").isEmpty()) {
            schema.errors.required(
                    schema.at("properties"),
                    "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields");
        }
    }

    private static void type(Fields schema, String type, boolean embedded, Level level) {
        String mustBe = "must be object if x-kubernetes-embedded-resource is true";
        if (embedded && type.isEmpty()) {
            schema.errors.required(schema.at("type"), mustBe);
        } else if (embedded && !type.equals("object")) {
            schema.invalid("type", mustBe);
        } else if (type.isEmpty() && !schema.map.bool(INT_OR_STRING) && !schema.map.bool(UNKNOWN)) {
            schema.errors.required(schema.at("type"), level.noType);
        }
        if (embedded && schema.has("additionalProperties")) {
            schema.forbidden("additionalProperties", "must not be used if x-kubernetes-embedded-resource is set");
        }
        if (level == Level.ROOT && !type.isEmpty() && !type.equals("object")) {
            schema.invalid("type", "must be object at the root");
        }
    }

    private static java.util.List<Fields> properties(Fields schema) {
        java.util.List<Fields> properties = new java.util.ArrayList<>();
        for (Map.Entry<String, @Nullable Object> entry : schema.map.map("properties")) {
            if (entry.getValue() instanceof MapValue property) {
                properties.add(new Fields(property, schema.at("properties").key(entry.getKey()), schema.errors));
            }
        }
        return properties;
    }

    private static void extensions(Fields schema) {
        if (schema.map.bool(INT_OR_STRING)) {
            for (String name : new String[] {UNKNOWN, EMBEDDED}) {
                if (schema.map.bool(name)) {
                    schema.invalid(name, "must be false if x-kubernetes-int-or-string is true");
                }
            }
        }
        String pattern = schema.text("pattern");
        if (!pattern.isEmpty()) {
            try {
                Pattern.compile(pattern);
            } catch (PatternSyntaxException e) {
                schema.invalid("pattern", "must be a valid regular expression, but isn't: " + e.getDescription());
            }
        }
    }

    /**
     * Validates {@code allOf}, {@code anyOf}, {@code oneOf} and {@code not}, which may constrain values but not
     * types.
     */
    private static void alternatives(Fields schema) {
        boolean either = schema.map.bool(INT_OR_STRING);
        for (String name : new String[] {"allOf", "anyOf", "oneOf"}) {
            if (!(either && name.equals("anyOf"))) {
                schema.each(name, StructuralSchemaValidation::nested);
            }
        }
        schema.in("not", StructuralSchemaValidation::nested);
    }

    private static void nested(Fields schema) {
        alternatives(schema);
        schema.in("items", StructuralSchemaValidation::nested);
        for (Fields property : properties(schema)) {
            nested(property);
        }
        for (String name : new String[] {"type", "title", "description"}) {
            if (!schema.text(name).isEmpty()) {
                schema.forbidden(name, "must be empty to be structural");
            }
        }
        for (String name : new String[] {"additionalProperties", "default", LIST_TYPE, MAP_TYPE}) {
            if (schema.has(name)) {
                schema.forbidden(name, "must be undefined to be structural");
            }
        }
        for (String name : new String[] {"nullable", UNKNOWN, EMBEDDED, INT_OR_STRING}) {
            if (schema.map.bool(name)) {
                schema.forbidden(name, "must be false to be structural");
            }
        }
        for (String name : new String[] {MAP_KEYS, RULES}) {
            if (!schema.map.list(name).isEmpty()) {
                schema.forbidden(name, "must be empty to be structural");
            }
        }
    }

    /** Rejects the fields of OpenAPI that Kubernetes does not support. */
    private static void supported(Fields schema) {
        if (!schema.text("type").isEmpty()) {
            schema.oneOf("type", TYPES);
        }
        for (String name :
                new String[] {"id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"}) {
            boolean there = name.equals("id") || name.equals("patternProperties") || name.equals("definitions")
                    ? !Values.isUnset(schema.map.get(name))
                    : schema.has(name);
            if (there) {
                schema.forbidden(name, name + " is not supported");
            }
        }
        if (schema.text("type").equals("null")) {
            schema.forbidden("type", "type cannot be set to null, use nullable as an alternative");
        }
        if (schema.map.bool("uniqueItems")) {
            schema.forbidden(
                    "uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        }
        if (!schema.map.map("properties").isEmpty()
                && schema.has("additionalProperties")
                && !Boolean.TRUE.equals(schema.map.get("additionalProperties"))) {
            schema.forbidden("additionalProperties", "additionalProperties and properties are mutual exclusive");
        }
        for (Fields property : properties(schema)) {
            supported(property);
        }
        for (String name : new String[] {"additionalProperties", "not", "items"}) {
            schema.in(name, StructuralSchemaValidation::supported);
        }
        for (String name : new String[] {"allOf", "oneOf", "anyOf"}) {
            schema.each(name, StructuralSchemaValidation::supported);
        }
        if (Boolean.FALSE.equals(schema.map.get(UNKNOWN))) {
            schema.invalid(UNKNOWN, "must be true or undefined");
        }
        topology(schema);
        rules(schema);
    }

    /** Validates {@code x-kubernetes-list-type}, {@code -list-map-keys} and {@code -map-type}. */
    private static void topology(Fields schema) {
        if (schema.has(MAP_TYPE)) {
            ofType(schema, "object", MAP_TYPE);
            schema.oneOf(MAP_TYPE, "atomic", "granular");
        }
        if (schema.has(LIST_TYPE)) {
            ofType(schema, "array", LIST_TYPE);
            schema.oneOf(LIST_TYPE, "atomic", "set", "map");
        }
        MapValue items = schema.map.map("items");
        String type = schema.text(LIST_TYPE);
        if (type.equals("set") && schema.text("type").equals("array")) {
            setItems(schema, items);
        }
        if (!schema.map.list(MAP_KEYS).isEmpty() && !type.equals("map")) {
            String mustBe = "must be map if x-kubernetes-list-map-keys is non-empty";
            if (schema.has(LIST_TYPE)) {
                schema.invalid(LIST_TYPE, mustBe);
            } else {
                schema.errors.required(schema.at(LIST_TYPE), mustBe);
            }
        }
        if (type.equals("map")) {
            keyed(schema, items);
        }
        if ((type.equals("set") || type.equals("map")) && items.bool("nullable")) {
            schema.errors.forbidden(
                    schema.at("items").child("nullable"), "cannot be nullable when x-kubernetes-list-type is " + type);
        }
    }

    private static void ofType(Fields schema, String type, String extension) {
        String mustBe = "must be " + type + " if " + extension + " is specified";
        if (schema.text("type").isEmpty()) {
            schema.errors.required(schema.at("type"), mustBe);
        } else if (!schema.text("type").equals(type)) {
            schema.invalid("type", mustBe);
        }
    }

    private static void setItems(Fields schema, MapValue items) {
        String mustBe = "must be atomic as item of a list with x-kubernetes-list-type=set";
        String extension = items.string("type").equals("array") ? LIST_TYPE : MAP_TYPE;
        boolean atomic = items.string(extension).equals("atomic");
        boolean wrong = switch (items.string("type")) {
            case "array" -> items.has(LIST_TYPE) && !atomic;
            case "object" -> !atomic;
            default -> false;
        };
        if (wrong) {
            schema.errors.invalid(schema.at("items").child(extension), items.get(LIST_TYPE), mustBe);
        }
    }

    private static void keyed(Fields schema, MapValue items) {
        ListValue keys = schema.map.list(MAP_KEYS);
        schema.requiredValue(MAP_KEYS, "must not be empty if x-kubernetes-list-type is map");
        if (!schema.has("items")) {
            schema.errors.required(schema.at("items"), "must have a schema if x-kubernetes-list-type is map");
            return;
        }
        Path path = schema.at("items");
        if (!items.string("type").equals("object")) {
            schema.errors.invalid(
                    path.child("type"),
                    items.string("type"),
                    "must be object if parent array's x-kubernetes-list-type is map");
            return;
        }
        Set<Object> seen = new HashSet<>();
        for (Object key : keys) {
            String name = String.valueOf(key);
            Path property = path.child("properties").key(name);
            if (!(items.map("properties").get(name) instanceof MapValue found)) {
                schema.invalid(MAP_KEYS, "entries must all be names of item properties");
            } else {
                if (found.string("type").equals("array") || found.string("type").equals("object")) {
                    schema.errors.invalid(
                            property.child("type"),
                            "object",
                            "must be a scalar type if parent array's x-kubernetes-list-type is map");
                }
                if (!items.list("required").contains(name) && !found.has("default")) {
                    schema.errors.required(
                            property.child("default"),
                            "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property");
                }
                if (found.bool("nullable")) {
                    schema.errors.forbidden(
                            property.child("nullable"),
                            "this property is in x-kubernetes-list-map-keys, so it cannot be nullable");
                }
            }
            if (!seen.add(name)) {
                schema.invalid(MAP_KEYS, "must not contain duplicate entries");
            }
        }
    }

    private static void rules(Fields schema) {
        schema.each(RULES, rule -> {
            String message = rule.text("message");
            String fieldPath = rule.text("fieldPath");
            if (rule.text("rule").isBlank()) {
                rule.errors.required(rule.at("rule"), "rule is not specified");
            } else if (!message.isEmpty() && message.isBlank()) {
                rule.invalid("message", "must be non-empty if specified");
            } else if (hasLineBreak(message.strip())) {
                rule.invalid("message", "must not contain line breaks");
            } else if (hasLineBreak(rule.text("rule").strip()) && message.isBlank()) {
                rule.errors.required(rule.at("message"), "message must be specified if rule contains line breaks");
            }
            if (!rule.text("messageExpression").isEmpty()
                    && rule.text("messageExpression").isBlank()) {
                rule.errors.required(rule.at("messageExpression"), "messageExpression must be non-empty if specified");
            }
            rule.oneOfIfPresent(
                    "reason", "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired");
            if (fieldPath.isEmpty()) {
                return;
            }
            if (fieldPath.isBlank()) {
                rule.invalid("fieldPath", "must be non-empty if specified");
            }
            if (hasLineBreak(fieldPath)) {
                rule.invalid("fieldPath", "must not contain line breaks");
            }
            if (!RuleChecks.isFieldPath(fieldPath, schema.map)) {
                rule.invalid("fieldPath", "must be a valid path");
            }
        });
    }

    private static boolean hasLineBreak(String text) {
        return text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0;
    }
}
