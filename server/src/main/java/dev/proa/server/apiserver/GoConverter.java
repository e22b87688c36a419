package dev.proa.server.apiserver;

import dev.proa.api.schema.Schema;
import dev.proa.api.schema.Schema.ListOf;
import dev.proa.api.schema.Schema.MapOf;
import dev.proa.api.schema.Schema.Scalar;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;

/**
 * Converts the untyped values of a strategic merge patch to field types by Go's conversions, where integers wrap
 * around. Follows {@code runtime.DefaultUnstructuredConverter}.
 */
final class GoConverter {

    /** A plain number in a field of {@code type}; as it is when the field cannot have it. */
    Number number(Number number, Scalar type) {
        boolean whole = number instanceof Long || number.doubleValue() == Math.rint(number.doubleValue());
        return switch (type) {
            case INT32 -> whole ? (Number) (long) (int) integer(number) : number;
            case INT64 -> whole ? (Number) integer(number) : number;
            case INT_OR_STRING ->
                whole && Math.abs(number.doubleValue()) < 0x1p63 ? (Number) number.longValue() : number;
            default -> number;
        };
    }

    /** Converts a number to an integer. On x86, a float that exceeds every integer becomes the smallest one. */
    private static long integer(Number number) {
        boolean fits = number instanceof Long || Math.abs(number.doubleValue()) < 0x1p63;
        return fits ? number.longValue() : Long.MIN_VALUE;
    }

    /** The message for a {@code value} that does not fit {@code type}. */
    String mismatch(Object value, Schema type) {
        return switch (type) {
            case Struct struct -> "cannot restore struct from: " + kind(value);
            case ListOf list -> "cannot restore slice from " + kind(value);
            case MapOf map -> "cannot restore map from " + kind(value);
            case Scalar scalar ->
                switch (scalar) {
                    case INT_OR_STRING, TIME, MICRO_TIME ->
                        "json: cannot unmarshal " + SchemaCheck.found(value, type) + " into Go value of type "
                                + SchemaCheck.goType(type);
                    case INT32, INT64 ->
                        value instanceof Double
                                ? "cannot convert float64 to " + SchemaCheck.goType(type)
                                : "unrecognized type: " + SchemaCheck.goType(type);
                    case STRING ->
                        value instanceof Long ? "cannot convert int64 to string" : "unrecognized type: string";
                    default -> "unrecognized type: " + SchemaCheck.goType(type);
                };
        };
    }

    private static String kind(Object value) {
        return switch (value) {
            case MapValue map -> "map";
            case ListValue list -> "slice";
            case String text -> "string";
            case Boolean bool -> "bool";
            case Double number -> "float64";
            default -> "int64";
        };
    }
}
