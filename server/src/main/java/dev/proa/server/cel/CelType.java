package dev.proa.server.cel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A type of the language. Immutable. */
public final class CelType {
    /** What sort of type it is. */
    enum Kind {
        DYN,
        ERROR,
        NULL,
        BOOL,
        INT,
        UINT,
        DOUBLE,
        STRING,
        BYTES,
        TIMESTAMP,
        DURATION,
        LIST,
        MAP,
        /** An object with named fields. */
        STRUCT,
        /** Known by its name and parameters only, such as {@code optional_type}. */
        OPAQUE,
        /** The type of types. */
        TYPE,
        /** Stands for any type, the same throughout a function. */
        PARAMETER
    }

    /** Tells the types of the fields of a struct. */
    @FunctionalInterface
    public interface Fields {
        /** The type of a field by its name in expressions; null when there is none. */
        @Nullable
        CelType field(String name);
    }

    public static final CelType DYN = simple(Kind.DYN, "dyn");
    public static final CelType NULL = simple(Kind.NULL, "null_type");
    public static final CelType BOOL = simple(Kind.BOOL, "bool");
    public static final CelType INT = simple(Kind.INT, "int");
    public static final CelType UINT = simple(Kind.UINT, "uint");
    public static final CelType DOUBLE = simple(Kind.DOUBLE, "double");
    public static final CelType STRING = simple(Kind.STRING, "string");
    public static final CelType BYTES = simple(Kind.BYTES, "bytes");
    public static final CelType TIMESTAMP = simple(Kind.TIMESTAMP, "google.protobuf.Timestamp");
    public static final CelType DURATION = simple(Kind.DURATION, "google.protobuf.Duration");
    static final CelType ERROR = simple(Kind.ERROR, "!error!");
    static final CelType TYPE = simple(Kind.TYPE, "type");
    static final CelType IP = opaque("net.IP");
    static final CelType CIDR = opaque("net.CIDR");
    private static final String OPTIONAL = "optional_type";

    private static final Map<String, CelType> NAMED = Map.ofEntries(
            Map.entry("dyn", DYN),
            Map.entry("null", NULL),
            Map.entry("bool", BOOL),
            Map.entry("int", INT),
            Map.entry("uint", UINT),
            Map.entry("double", DOUBLE),
            Map.entry("string", STRING),
            Map.entry("bytes", BYTES),
            Map.entry("timestamp", TIMESTAMP),
            Map.entry("duration", DURATION),
            Map.entry("type", TYPE),
            Map.entry("net.IP", IP),
            Map.entry("net.CIDR", CIDR));
    /** An amount of a resource. */
    public static final CelType QUANTITY = parse("kubernetes.Quantity");

    private final Kind kind;
    private final String name;
    private final List<CelType> parameters;
    private final @Nullable Fields fields;

    private CelType(Kind kind, String name, List<CelType> parameters, @Nullable Fields fields) {
        this.kind = kind;
        this.name = name;
        this.parameters = parameters;
        this.fields = fields;
    }

    private static CelType simple(Kind kind, String name) {
        return new CelType(kind, name, List.of(), null);
    }

    public static CelType list(CelType items) {
        return new CelType(Kind.LIST, "list", List.of(items), null);
    }

    public static CelType map(CelType keys, CelType values) {
        return new CelType(Kind.MAP, "map", List.of(keys, values), null);
    }

    /** An object. Two such types are the same when their names are. */
    public static CelType struct(String name, Fields fields) {
        return new CelType(Kind.STRUCT, name, List.of(), fields);
    }

    /** A value that may be absent. */
    public static CelType optional(CelType type) {
        return opaque(OPTIONAL, type);
    }

    static CelType opaque(String name, CelType... parameters) {
        return new CelType(Kind.OPAQUE, name, List.of(parameters), null);
    }

    static CelType typeOf(CelType type) {
        return new CelType(Kind.TYPE, "type", List.of(type), null);
    }

    static CelType parameter(String name) {
        return simple(Kind.PARAMETER, name);
    }

    /** Reads a type as {@link #toString} writes it; a capital letter is a parameter. */
    static CelType parse(String text) {
        int open = text.indexOf('(');
        if (open < 0) {
            CelType known = NAMED.get(text);
            return known != null ? known : text.length() == 1 ? parameter(text) : struct(text, field -> null);
        }
        String name = text.substring(0, open);
        List<CelType> parameters = new ArrayList<>(2);
        int depth = 0;
        int start = open + 1;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (depth == 0 && (c == ',' || c == ')')) {
                parameters.add(parse(text.substring(start, i).strip()));
                start = i + 1;
            }
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        }
        return switch (name) {
            case "list" -> list(parameters.get(0));
            case "map" -> map(parameters.get(0), parameters.get(1));
            case "type" -> typeOf(parameters.get(0));
            default -> new CelType(Kind.OPAQUE, name, List.copyOf(parameters), null);
        };
    }

    Kind kind() {
        return kind;
    }

    /** The name that {@code type(value)} has. */
    String name() {
        return name;
    }

    List<CelType> parameters() {
        return parameters;
    }

    CelType parameter(int index) {
        return parameters.get(index);
    }

    CelType withParameters(List<CelType> changed) {
        return new CelType(kind, name, List.copyOf(changed), fields);
    }

    boolean isDyn() {
        return kind == Kind.DYN;
    }

    boolean isDynOrError() {
        return kind == Kind.DYN || kind == Kind.ERROR;
    }

    boolean isOptional() {
        return kind == Kind.OPAQUE && name.equals(OPTIONAL);
    }

    /** The type of a field; null when there is none. */
    @Nullable
    CelType field(String field) {
        return fields == null ? null : fields.field(field);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof CelType type
                        && kind == type.kind
                        && name.equals(type.name)
                        && parameters.equals(type.parameters);
    }

    @Override
    public int hashCode() {
        return name.hashCode() * 31 + parameters.hashCode();
    }

    /** As errors show it. */
    @Override
    public String toString() {
        return switch (kind) {
            case NULL -> "null";
            case TIMESTAMP -> "timestamp";
            case DURATION -> "duration";
            default ->
                parameters.isEmpty()
                        ? name
                        : parameters.stream().map(CelType::toString).collect(Collectors.joining(", ", name + "(", ")"));
        };
    }
}
