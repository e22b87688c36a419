package dev.proa.server.expression;

import dev.proa.api.schema.Field;
import dev.proa.api.schema.Schema;
import dev.proa.api.schema.Struct;
import dev.proa.server.cel.CelType;
import dev.proa.server.cel.ValueType;
import org.jspecify.annotations.Nullable;

/** The types of built-in objects in expressions. They are made as far as an expression looks into them. */
public final class DeclaredTypes {
    private DeclaredTypes() {}

    /** The type of the objects of a struct. */
    public static CelType of(Struct struct) {
        return CelType.struct(struct.name(), name -> field(struct, name));
    }

    private static @Nullable CelType field(Struct struct, String name) {
        String property = ValueType.unescaped(name);
        Field field = property == null ? null : struct.field(property);
        return field == null ? null : of(field.type());
    }

    private static CelType of(Schema schema) {
        return switch (schema) {
            case Struct struct -> of(struct);
            case Schema.ListOf list -> CelType.list(of(list.item()));
            case Schema.MapOf map -> CelType.map(CelType.STRING, of(map.item()));
            case Schema.Scalar scalar ->
                switch (scalar) {
                    case STRING -> CelType.STRING;
                    case INT32, INT64 -> CelType.INT;
                    case DOUBLE -> CelType.DOUBLE;
                    case BOOL -> CelType.BOOL;
                    case BYTES -> CelType.BYTES;
                    case TIME, MICRO_TIME -> CelType.TIMESTAMP;
                    case QUANTITY, INT_OR_STRING, ANY -> CelType.DYN;
                };
        };
    }
}
