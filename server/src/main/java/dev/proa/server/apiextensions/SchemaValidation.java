package dev.proa.server.apiextensions;

import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Json;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Validates values against schemas, with the errors of Kubernetes. As there, an error of several schemas together ({@code anyOf} and the like)
 * names no field. Of maps, which Kubernetes takes in any order, entries come in the order of their names.
 */
final class SchemaValidation {
    private final String base;

    private SchemaValidation(String base) {
        this.base = base;
    }

    /**
     * The errors of a value.
     *
     * @param base the field that the value is; empty when it is the whole object
     * @param correlation with the value before an update, whose errors are dropped where nothing changed; null on create
     */
    static List<FieldError> errors(
            @Nullable Object value, StructuralSchema schema, String base, @Nullable Correlation correlation) {
        return new SchemaValidation(base)
                .value(value, schema, null, correlation)
                .errors();
    }

    /** @param correlation of this value; null when there is nothing to compare it with */
    private Findings value(
            @Nullable Object value,
            StructuralSchema schema,
            @Nullable FieldPath at,
            @Nullable Correlation correlation) {
        Findings findings = validated(value, schema, at, correlation);
        if (!findings.isEmpty() && correlation != null && correlation.isUnchanged()) {
            findings.forgive();
        }
        return findings;
    }

    private Findings validated(
            @Nullable Object value,
            StructuralSchema schema,
            @Nullable FieldPath at,
            @Nullable Correlation correlation) {
        Findings findings = new Findings();
        ValueValidation validation = schema.validation();
        String format = validation == null ? "" : validation.format();
        if (value == null) {
            if (!types(schema).isEmpty() && !schema.nullable()) {
                type(findings, at, types(schema), "null");
            } else {
                findings.matched();
            }
            enumeration(findings, value, validation, at);
            return findings;
        }
        if (!types(schema).isEmpty() || !format.isEmpty()) {
            typeOf(findings, value, schema, format, at);
            findings.matched();
        }
        if (validation == null) {
            findings.matched();
        } else {
            combinations(findings, value, validation, at);
        }
        findings.matched();
        switch (value) {
            case String text -> text(findings, text, validation, at);
            case Number number -> number(findings, number, schema, at);
            case ListValue list -> list(findings, list, schema, at, correlation);
            default -> {}
        }
        enumeration(findings, value, validation, at);
        findings.matched();
        if (value instanceof MapValue map) {
            map(findings, map, schema, at, correlation);
            findings.matched();
        }
        findings.matched();
        return findings;
    }

    private static String types(StructuralSchema schema) {
        return schema.isIntOrString() ? "integer,string" : schema.type();
    }

    private static boolean allows(StructuralSchema schema, String type) {
        return schema.isIntOrString()
                ? type.equals("integer") || type.equals("string")
                : schema.type().equals(type);
    }

    private void typeOf(
            Findings findings, Object value, StructuralSchema schema, String format, @Nullable FieldPath at) {
        String type = switch (value) {
            case String text -> "string";
            case Boolean bool -> "boolean";
            case Long number -> "integer";
            case Number number -> "number";
            case ListValue list -> "array";
            default -> "object";
        };
        String goFormat = value instanceof Long ? "int64" : value instanceof Number ? "float64" : "";
        boolean wholeNumber = value instanceof Double number && Numbers.isWhole(number) && allows(schema, "integer");
        boolean fits = allows(schema, type) || wholeNumber || value instanceof Long && allows(schema, "number");
        boolean textual = value instanceof String || value instanceof ListValue;
        if (!textual && !format.isEmpty() && !fits && !goFormat.equals(format)) {
            type(findings, at, format, goFormat);
        } else if (textual && !format.isEmpty() && !allows(schema, "number") && !allows(schema, "integer")) {
            // A format says it all; even a list passes here, as it does in Kubernetes.
            findings.matched();
        } else if (!fits) {
            type(findings, at, types(schema), type);
        } else {
            findings.matched();
        }
    }

    private void type(Findings findings, @Nullable FieldPath at, String wanted, String found) {
        String text = FieldPath.of(at) + " in body must be of type " + wanted + ": " + GoText.quote(found);
        findings.add(text, FieldError.typeInvalid(field(at), found, text));
    }

    private void combinations(Findings findings, Object value, ValueValidation validation, @Nullable FieldPath at) {
        findings.matched();
        if (!validation.anyOf().isEmpty()) {
            anyOf(findings, value, validation.anyOf(), at);
        }
        if (!validation.oneOf().isEmpty()) {
            oneOf(findings, value, validation.oneOf(), at);
        }
        if (!validation.allOf().isEmpty()) {
            allOf(findings, value, validation.allOf(), at);
        }
        StructuralSchema not = validation.not();
        if (not != null && value(value, not, at, null).isEmpty()) {
            whole(findings, quoted(at) + " must not validate the schema (not)");
        }
    }

    private void anyOf(Findings findings, Object value, List<StructuralSchema> schemas, @Nullable FieldPath at) {
        Findings best = null;
        for (StructuralSchema schema : schemas) {
            Findings result = value(value, schema, at, null);
            if (result.isEmpty()) {
                findings.merge(result);
                return;
            }
            best = best == null || result.matches() > best.matches() ? result : best;
        }
        whole(findings, quoted(at) + " must validate at least one schema (anyOf)");
        if (best != null) {
            findings.merge(best);
        }
    }

    private void oneOf(Findings findings, Object value, List<StructuralSchema> schemas, @Nullable FieldPath at) {
        Findings best = null;
        Findings first = null;
        int valid = 0;
        for (StructuralSchema schema : schemas) {
            Findings result = value(value, schema, at, null);
            if (result.isEmpty()) {
                valid++;
                first = first == null ? result : first;
                best = null;
            } else if (valid == 0 && (best == null || result.matches() > best.matches())) {
                best = result;
            }
        }
        if (valid == 1 && first != null) {
            findings.merge(first);
            return;
        }
        whole(
                findings,
                quoted(at) + " must validate one and only one schema (oneOf). "
                        + (valid == 0 ? "Found none valid" : "Found " + valid + " valid alternatives"));
        if (best != null) {
            findings.merge(best);
        }
    }

    private void allOf(Findings findings, Object value, List<StructuralSchema> schemas, @Nullable FieldPath at) {
        int valid = 0;
        for (StructuralSchema schema : schemas) {
            Findings result = value(value, schema, at, null);
            valid += result.isEmpty() ? 1 : 0;
            findings.merge(result);
        }
        if (valid < schemas.size()) {
            whole(
                    findings,
                    quoted(at) + " must validate all the schemas (allOf)" + (valid == 0 ? ". None validated" : ""));
        }
    }

    private void text(Findings findings, String text, @Nullable ValueValidation validation, @Nullable FieldPath at) {
        findings.matched();
        if (validation == null) {
            return;
        }
        Long least = validation.minLength();
        Long most = validation.maxLength();
        int length = text.codePointCount(0, text.length());
        if (most != null && length > most) {
            findings.add(
                    in(at) + "should be at most " + most + " chars long",
                    FieldError.tooLong(field(at), most.intValue()));
        } else if (least != null && length < least) {
            invalid(findings, at, text, "should be at least " + least + " chars long");
        } else if (!validation.pattern().isEmpty() && !Patterns.matches(validation.pattern(), text)) {
            invalid(findings, at, text, "should match '" + validation.pattern() + "'");
        }
        if (StringFormats.isKnown(validation.format())) {
            if (!StringFormats.matches(validation.format(), text)) {
                type(findings, at, validation.format(), text);
            }
            findings.matched();
        }
    }

    private void number(Findings findings, Number number, StructuralSchema schema, @Nullable FieldPath at) {
        findings.matched();
        findings.matched();
        Numbers.check(number, schema, FieldPath.of(at), new Numbers.Report() {
            @Override
            public void invalid(@Nullable Object value, String text) {
                findings.add(text, FieldError.invalid(field(at), value, text));
            }

            @Override
            public void whole(String text) {
                SchemaValidation.this.whole(findings, text);
            }
        });
    }

    private void list(
            Findings findings,
            ListValue list,
            StructuralSchema schema,
            @Nullable FieldPath at,
            @Nullable Correlation correlation) {
        findings.matched();
        findings.matched();
        StructuralSchema items = schema.items();
        for (int i = 0; items != null && i < list.size(); i++) {
            Correlation item = correlation == null ? null : correlation.item(i);
            findings.merge(value(list.get(i), items, FieldPath.item(at, i), item));
        }
        ValueValidation validation = schema.validation();
        if (validation == null) {
            return;
        }
        Long least = validation.minItems();
        Long most = validation.maxItems();
        if (least != null && list.size() < least) {
            invalid(findings, at, (long) list.size(), "should have at least " + least + " items");
        }
        if (most != null && list.size() > most) {
            findings.add(
                    in(at) + "should have at most " + most + " items",
                    FieldError.tooMany(field(at), list.size(), most.intValue()));
        }
        if (validation.uniqueItems() && new HashSet<>(list).size() < list.size()) {
            invalid(findings, at, "", "shouldn't contain duplicates");
        }
    }

    private void map(
            Findings findings,
            MapValue map,
            StructuralSchema schema,
            @Nullable FieldPath at,
            @Nullable Correlation correlation) {
        ValueValidation validation = schema.validation();
        Long least = validation == null ? null : validation.minProperties();
        Long most = validation == null ? null : validation.maxProperties();
        if (least != null && map.size() < least) {
            invalid(findings, at, (long) map.size(), "should have at least " + least + " properties");
        }
        if (most != null && map.size() > most) {
            findings.add(
                    in(at) + "should have at most " + most + " properties",
                    FieldError.tooMany(field(at), map.size(), most.intValue()));
        }
        StructuralSchema additional = schema.additionalProperties();
        for (int i = 0; i < map.size() && additional != null; i++) {
            String name = map.nameAt(i);
            if (schema.property(name) == null) {
                FieldPath entry = FieldPath.child(at, at == null ? "." + name : name);
                findings.merge(value(map.valueAt(i), additional, entry, entry(correlation, name, at)));
            }
        }
        for (int i = 0; i < map.size(); i++) {
            String name = map.nameAt(i);
            StructuralSchema property = schema.property(name);
            if (property != null) {
                FieldPath entry = FieldPath.child(at, name);
                findings.merge(value(map.valueAt(i), property, entry, entry(correlation, name, at)));
            } else if (schema.has(StructuralSchema.CLOSED)) {
                String text = FieldPath.of(at) + "." + name + " in body is a forbidden property";
                findings.add(text, FieldError.invalid(field(at), name, text));
            }
        }
        for (String name : validation == null ? List.<String>of() : validation.required()) {
            if (!map.has(name)) {
                FieldPath missing = FieldPath.child(at, name);
                findings.add(missing + " in body is required", FieldError.required(field(missing), ""));
            }
        }
    }

    private static @Nullable Correlation entry(@Nullable Correlation correlation, String name, @Nullable FieldPath at) {
        // A change of the version is not seen, since both objects were converted to the same one.
        boolean ofType = at == null && (name.equals("kind") || name.equals("apiVersion"));
        return correlation == null || ofType ? null : correlation.field(name);
    }

    private void enumeration(
            Findings findings, @Nullable Object value, @Nullable ValueValidation validation, @Nullable FieldPath at) {
        if (validation == null || validation.enumeration().isEmpty()) {
            return;
        }
        List<String> supported = new ArrayList<>();
        for (Object candidate : validation.enumeration()) {
            if (Numbers.same(value, candidate)) {
                return;
            }
            supported.add(candidate instanceof String text ? text : GoText.json(candidate));
        }
        findings.add(
                in(at) + "should be one of " + Json.toString(validation.enumeration()),
                FieldError.notSupported(field(at), value, supported));
    }

    private void invalid(Findings findings, @Nullable FieldPath at, @Nullable Object value, String what) {
        String text = in(at) + what;
        findings.add(text, FieldError.invalid(field(at), value, text));
    }

    /** An error that names no field. */
    private void whole(Findings findings, String text) {
        findings.add(text, FieldError.invalid(base.isEmpty() ? "<nil>" : base, "", text));
    }

    private static String in(@Nullable FieldPath at) {
        return FieldPath.of(at) + " in body ";
    }

    private static String quoted(@Nullable FieldPath at) {
        return GoText.quote(FieldPath.of(at));
    }

    private String field(@Nullable FieldPath at) {
        String path = FieldPath.of(at);
        if (path.isEmpty()) {
            return base.isEmpty() ? "<nil>" : base;
        }
        String name = path.startsWith(".") ? path.substring(1) : path;
        return base.isEmpty() ? name : base + "." + name;
    }
}
