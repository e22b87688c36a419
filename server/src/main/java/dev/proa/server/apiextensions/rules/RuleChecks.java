package dev.proa.server.apiextensions.rules;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.apiextensions.StructuralSchema;
import dev.proa.server.cel.ValueType;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Path;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks the rules in the schema of a definition: that they compile, compare with old values only where there can be some, and do not cost too
 * much. For one schema.
 */
public final class RuleChecks {
    /** The most that an expression may cost for all values of an object that it applies to. */
    private static final long MOST_COST = 10_000_000;
    /** The same of all expressions of a schema. */
    private static final long MOST_TOTAL = 100_000_000;

    private static final int MOST_EXPENSIVE = 4;
    /** As a count of values: any number of them. */
    private static final long UNBOUNDED = -1;

    private static final String RULES = "x-kubernetes-validations";

    private final Errors errors;
    private final boolean known;
    private final List<Expensive> expensive = new ArrayList<>(0);
    private long total;

    private record Expensive(Path path, long cost) {}

    /**
     * A schema in the schema.
     *
     * @param json as it is written
     * @param type null when expressions cannot see its values
     * @param count the most values that it can have in an object; {@link #UNBOUNDED}
     * @param uncorrelated the highest schema of which values cannot be told from each other; null when there is none
     */
    private record At(
            Path path,
            MapValue json,
            StructuralSchema schema,
            @Nullable ValueType type,
            long count,
            @Nullable Path uncorrelated) {}

    private RuleChecks(Errors errors, boolean known) {
        this.errors = errors;
        this.known = known;
    }

    /**
     * Checks the rules of a schema that is valid otherwise.
     *
     * @param json {@code openAPIV3Schema}
     * @param known whether the schema was there before, so that single expressions may cost what they did
     */
    public static void check(MapValue json, Path path, boolean known, Errors errors) {
        StructuralSchema schema = StructuralSchema.of(json);
        if (!schema.hasRules()) {
            return;
        }
        RuleChecks checks = new RuleChecks(errors, known);
        checks.visit(new At(path, json, schema, SchemaTypes.of(schema, true, "selfType"), 1, null));
        checks.total(path);
    }

    /** The path of a rule's field, as errors write it; null when the schema has no such field. */
    public static boolean isFieldPath(String path, MapValue json) {
        return SchemaPaths.normalized(path, StructuralSchema.of(json)) != null;
    }

    private void total(Path path) {
        if (Long.compareUnsigned(total, MOST_TOTAL) <= 0) {
            return;
        }
        expensive.sort(Comparator.comparing(Expensive::cost, (one, two) -> Long.compareUnsigned(two, one)));
        for (Expensive one : expensive.subList(0, Math.min(MOST_EXPENSIVE, expensive.size()))) {
            errors.forbidden(
                    one.path,
                    "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema");
        }
        errors.forbidden(
                path,
                exceeds(
                        "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema",
                        total,
                        MOST_TOTAL));
    }

    private void visit(At at) {
        if (!at.schema.hasRules()) {
            return;
        }
        long count = inner(at);
        ValueType element = at.type == null ? null : at.type.element();
        StructuralSchema additional = at.schema.additionalProperties();
        if (additional != null) {
            visit(new At(
                    at.path.child("additionalProperties"),
                    at.json.map("additionalProperties"),
                    additional,
                    element != null ? element : typeOf(additional),
                    count,
                    at.uncorrelated));
        }
        for (String name : at.schema.propertyNames()) {
            property(at, name, count);
        }
        StructuralSchema items = at.schema.items();
        if (items != null) {
            boolean keyed = at.json.string("x-kubernetes-list-type").equals("map");
            visit(new At(
                    at.path.child("items"),
                    at.json.map("items"),
                    items,
                    element != null ? element : typeOf(items),
                    count,
                    keyed || at.uncorrelated != null ? at.uncorrelated : at.path));
        }
        ListValue rules = at.json.list(RULES);
        for (int i = 0; i < rules.size(); i++) {
            rule(at, rules.map(i), at.path.child(RULES).index(i));
            if (at.type == null) {
                break;
            }
        }
    }

    private static @Nullable ValueType typeOf(StructuralSchema schema) {
        return SchemaTypes.of(schema, schema.isEmbeddedResource(), "selfType");
    }

    private void property(At at, String name, long count) {
        StructuralSchema property = at.schema.property(name);
        if (property == null || !property.hasRules()) {
            return;
        }
        String field = ValueType.escaped(name);
        ValueType declared =
                field == null || at.type == null ? null : at.type.fields().get(field);
        visit(new At(
                at.path.child("properties").key(name),
                at.json.map("properties").map(name),
                property,
                declared != null ? declared : typeOf(property),
                count,
                at.uncorrelated));
    }

    /** How many values there can be below all values of a schema. */
    private static long inner(At at) {
        String limit = switch (at.json.string("type")) {
            case "object" -> at.json.has("additionalProperties") ? "maxProperties" : "";
            case "array" -> "maxItems";
            default -> "";
        };
        if (limit.isEmpty() || at.count == UNBOUNDED) {
            return at.count;
        }
        return at.json.get(limit) instanceof Number number
                ? product(at.count, Math.max(0, number.longValue()))
                : UNBOUNDED;
    }

    private static long product(long first, long second) {
        return Math.unsignedMultiplyHigh(first, second) != 0 ? -1 : first * second;
    }

    private void rule(At at, MapValue value, Path path) {
        if (at.type == null) {
            errors.add(FieldError.internal(
                    at.path.child(RULES).toString(),
                    "internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert"
                            + " structural schema to CEL declarations"));
            return;
        }
        Rule rule = Rule.of(value, at.type);
        long count = at.count == UNBOUNDED ? ValueType.LARGEST_REQUEST / (at.type.minSize() + 1) : at.count;
        long cost = rule.mostCost() == 0 ? 0 : product(rule.mostCost(), count);
        cost(path.child("rule"), "estimated rule cost", cost);
        if (!rule.error().isEmpty()) {
            invalid(path.child("rule"), value, rule.error());
        }
        if (!rule.messageError().isEmpty()) {
            invalid(path.child("messageExpression"), value, rule.messageError());
        } else if (rule.message() != null) {
            cost(path.child("messageExpression"), "estimated messageExpression cost", rule.mostMessageCost());
        }
        if (rule.usesOld() && at.uncorrelated != null) {
            errors.invalid(
                    path.child("rule"),
                    value.string("rule"),
                    "oldSelf cannot be used on the uncorrelatable portion of the schema within " + at.uncorrelated);
        } else if (!rule.usesOld() && value.get("optionalOldSelf") instanceof Boolean optional) {
            errors.invalid(path.child("optionalOldSelf"), optional, "may not be set if oldSelf is not used in rule");
        }
    }

    private void cost(Path path, String name, long cost) {
        if (!known && Long.compareUnsigned(cost, MOST_COST) > 0) {
            errors.forbidden(path, exceeds(name, cost, MOST_COST));
        }
        long sum = total + cost;
        total = Long.compareUnsigned(sum, total) < 0 ? -1 : sum;
        if (Long.compareUnsigned(cost, MOST_TOTAL / 100) >= 0) {
            expensive.add(new Expensive(path, cost));
        }
    }

    private static String exceeds(String name, long cost, long limit) {
        double factor = (cost >= 0 ? cost : (cost >>> 1) * 2.0) / limit;
        String shown = factor > 100
                ? "more than 100x"
                : new BigDecimal(factor)
                                .setScale(factor < 1.5 ? 6 : 1, RoundingMode.HALF_EVEN)
                                .toPlainString() + "x";
        return name + " exceeds budget by factor of " + shown
                + " (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are"
                + " declared)";
    }

    /** An error that shows the rule as Kubernetes does: with the names of its fields in Go. */
    private void invalid(Path path, MapValue rule, String detail) {
        String shown = "{\"Rule\":" + GoText.json(rule.string("rule"))
                + ",\"Message\":" + GoText.json(rule.string("message"))
                + ",\"MessageExpression\":" + GoText.json(rule.string("messageExpression"))
                + ",\"Reason\":" + GoText.json(rule.get("reason"))
                + ",\"FieldPath\":" + GoText.json(rule.string("fieldPath"))
                + ",\"OptionalOldSelf\":" + GoText.json(rule.get("optionalOldSelf")) + "}";
        errors.add(new FieldError("FieldValueInvalid", path.toString(), "Invalid value: " + shown + ": " + detail));
    }
}
