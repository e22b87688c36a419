package dev.proa.server.apiserver;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Json;
import dev.proa.api.schema.Field;
import dev.proa.api.schema.Schema;
import dev.proa.api.schema.Schema.ListOf;
import dev.proa.api.schema.Schema.MapOf;
import dev.proa.api.schema.Schema.Scalar;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import dev.proa.api.value.Quantity;
import dev.proa.api.value.Times;
import dev.proa.server.validation.BuiltInTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks objects against the schemas of their kinds: prunes unknown fields and nulls, refuses values of another type. Messages are
 * those of Go's decoder, which Kubernetes shows to its clients. What needs no change is shared, not copied.
 */
final class SchemaCheck implements ObjectDecoder.FieldCheck {
    /** What Go's layout of a MicroTime takes: six digits of a second, no more and no less. */
    private static final Pattern MICRO = Pattern.compile(".{19}[.][0-9]{6}(Z|[+-].*)");

    /** A time of which nothing is wrong but the month. */
    private static final Pattern OUT_OF_RANGE =
            Pattern.compile("[0-9]{4}-(00|1[3-9]|[2-9][0-9])-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}.*");

    /** Up to this number of unknown fields, the first ones in the text are reported. */
    private static final int MOST_UNKNOWN = 100 * DecodeException.MOST_PROBLEMS;

    private static final Struct OBJECT_META = BuiltInTypes.struct("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");

    private final @Nullable GoConverter converter;

    SchemaCheck() {
        this(null);
    }

    private SchemaCheck(@Nullable GoConverter converter) {
        this.converter = converter;
    }

    /** Of what a strategic merge patch made, which Go converts instead of decoding it: a {@link GoConverter} says how. */
    static SchemaCheck converting() {
        return new SchemaCheck(new GoConverter());
    }

    @Override
    public MapValue check(
            SchemaCatalog schemas, String apiVersion, String kind, MapValue object, List<String> unknown) {
        Struct struct = schemas.kind(apiVersion, kind);
        return struct == null ? object : struct(object, struct, new Place(null, struct, ""), unknown);
    }

    /** Reads the metadata of custom resources; a {@link dev.proa.server.apiextensions.MetadataReader}. */
    static MapValue metadata(@Nullable Object metadata, List<String> unknown) {
        if (metadata == null) {
            return MapValue.EMPTY;
        }
        if (!(metadata instanceof MapValue map)) {
            throw new DecodeException("json: cannot unmarshal " + ObjectDecoder.jsonType(metadata)
                    + " into Go value of type " + goType(OBJECT_META));
        }
        return new SchemaCheck().struct(map, OBJECT_META, new Place(null, OBJECT_META, ""), unknown);
    }

    /**
     * Where in an object a value is. Texts are made only when something is wrong.
     *
     * @param owner the struct whose field it is
     * @param name of the field or key, or {@code [index]}
     * @param element whether it is an item of a list or an entry of a map, which Go's decoder does not name
     */
    private record Place(@Nullable Place parent, Struct owner, String name, boolean element) {
        Place(@Nullable Place parent, Struct owner, String name) {
            this(parent, owner, name, false);
        }

        /** An item or entry of what is at this place. */
        Place element(String key) {
            return new Place(this, owner, key, true);
        }

        /** The path as strict decoding names it: {@code spec.containers[0].image}. */
        String path() {
            if (parent == null) {
                return name;
            }
            String before = parent.path();
            return before.isEmpty() || name.startsWith("[") ? before + name : before + "." + name;
        }

        /** The field as Go's decoder names it: {@code Container.spec.containers.image}. */
        String goField() {
            return owner.simpleName() + "." + fieldPath();
        }

        private String fieldPath() {
            if (parent == null) {
                return "";
            }
            String before = parent.fieldPath();
            if (element) {
                return before;
            }
            String within = GoFields.of(owner.name(), name).prefix() + name;
            return before.isEmpty() ? within : before + "." + within;
        }

        /** The type as Go names it, if it has a name that its schema does not tell; empty otherwise. */
        String goType() {
            if (parent == null) {
                return "";
            }
            if (!element) {
                return GoFields.of(owner.name(), name).type();
            }
            String whole = parent.goType();
            return whole.startsWith("[]") || whole.startsWith("map[") ? whole.substring(whole.indexOf(']') + 1) : "";
        }
    }

    private MapValue struct(MapValue map, Struct struct, Place place, List<String> unknown) {
        MapValue.Builder changed = null;
        for (int i = 0; i < map.size(); i++) {
            String name = map.nameAt(i);
            Object value = map.valueAt(i);
            Field field = struct.field(name);
            boolean keep = true;
            Object checked = value;
            if (field == null) {
                if (!struct.open()) {
                    if (unknown.size() < MOST_UNKNOWN) {
                        unknown.add(new Place(place, struct, name).path());
                    }
                    keep = false;
                }
            } else if (value == null) {
                keep = false;
            } else {
                checked = value(value, field.type(), new Place(place, struct, name), unknown);
            }
            if (changed == null && (!keep || checked != value)) {
                changed = before(map, i);
            }
            if (changed != null && keep) {
                changed.put(name, checked);
            }
        }
        return changed == null ? map : changed.build();
    }

    private static MapValue.Builder before(MapValue map, int end) {
        MapValue.Builder builder = MapValue.builder(map.size());
        for (int i = 0; i < end; i++) {
            builder.put(map.nameAt(i), map.valueAt(i));
        }
        return builder;
    }

    private Object value(Object value, Schema type, Place place, List<String> unknown) {
        return switch (type) {
            case Scalar scalar -> scalar(value, scalar, place);
            case Struct struct -> {
                if (!(value instanceof MapValue map)) {
                    throw mismatch(value, type, place);
                }
                yield struct(map, struct, place, unknown);
            }
            case ListOf list -> {
                if (!(value instanceof ListValue items)) {
                    throw mismatch(value, type, place);
                }
                yield list(items, list.item(), place, unknown);
            }
            case MapOf map -> {
                if (!(value instanceof MapValue entries)) {
                    throw mismatch(value, type, place);
                }
                yield map(entries, map.item(), place, unknown);
            }
        };
    }

    private ListValue list(ListValue items, Schema type, Place place, List<String> unknown) {
        List<Object> changed = null;
        for (int i = 0; i < items.size(); i++) {
            Object item = items.get(i);
            Object checked = item == null ? zero(type) : value(item, type, place.element("[" + i + "]"), unknown);
            if (changed == null && checked != item) {
                changed = new ArrayList<>(items.size());
                for (int j = 0; j < i; j++) {
                    changed.add(items.get(j));
                }
            }
            if (changed != null) {
                changed.add(checked);
            }
        }
        return changed == null ? items : ListValue.copyOf(changed);
    }

    private MapValue map(MapValue entries, Schema type, Place place, List<String> unknown) {
        MapValue.Builder changed = null;
        for (int i = 0; i < entries.size(); i++) {
            Object value = entries.valueAt(i);
            Place inner = place.element(entries.nameAt(i));
            Object checked = value == null ? zero(type) : value(value, type, inner, unknown);
            if (changed == null && checked != value) {
                changed = before(entries, i);
            }
            if (changed != null) {
                changed.put(entries.nameAt(i), checked);
            }
        }
        return changed == null ? entries : changed.build();
    }

    private static @Nullable Object zero(Schema type) {
        return switch (type) {
            case Scalar scalar ->
                switch (scalar) {
                    case INT32, INT64, DOUBLE, INT_OR_STRING -> 0L;
                    case BOOL -> false;
                    case QUANTITY -> "0";
                    case STRING, BYTES -> "";
                    case TIME, MICRO_TIME, ANY -> null;
                };
            case ListOf list -> ListValue.EMPTY;
            case MapOf map -> MapValue.EMPTY;
            case Struct struct -> MapValue.EMPTY;
        };
    }

    private Object scalar(Object given, Scalar type, Place place) {
        if (type == Scalar.ANY) {
            return given;
        }
        Object value = given instanceof Number number ? number(number, type) : given;
        if (type == Scalar.QUANTITY) {
            return quantity(value);
        }
        switch (type) {
            case STRING -> require(value instanceof String, value, type, place);
            case BOOL -> require(value instanceof Boolean, value, type, place);
            case INT32 -> require(value instanceof Long number && number == number.intValue(), value, type, place);
            case INT64 -> require(value instanceof Long, value, type, place);
            case DOUBLE -> require(value instanceof Number, value, type, place);
            case INT_OR_STRING ->
                require(
                        value instanceof String || value instanceof Long number && number == number.intValue(),
                        value,
                        type,
                        place);
            case BYTES -> bytes(value, place);
            case TIME, MICRO_TIME -> time(value, type, place);
            case QUANTITY, ANY -> {}
        }
        return value;
    }

    /** A number as a field of that type has it; as it is when the type cannot have it. */
    private Number number(Number number, Scalar type) {
        if (converter != null) {
            return converter.number(number, type);
        }
        boolean plain = type == Scalar.DOUBLE
                || number.longValue() == 0 && number.toString().equals("-0");
        return plain && number instanceof Numeral numeral ? numeral.plain() : number;
    }

    private void require(boolean fits, Object value, Schema type, Place place) {
        if (!fits) {
            throw mismatch(value, type, place);
        }
    }

    /** A number becomes the text that a quantity always is. */
    private static String quantity(Object value) {
        try {
            if (value instanceof String text) {
                Quantity.parse(text);
                return text;
            }
            if (value instanceof Number) {
                return Quantity.parse(Json.toString(value)).toString();
            }
        } catch (IllegalArgumentException e) {
            throw new DecodeException(String.valueOf(e.getMessage()), e);
        }
        throw new DecodeException(
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    }

    private void bytes(Object value, Place place) {
        if (!(value instanceof String text)) {
            throw mismatch(value, Scalar.BYTES, place);
        }
        int illegal = illegal(text);
        if (illegal >= 0) {
            throw new DecodeException("illegal base64 data at input byte " + illegal);
        }
    }

    /** Where a text stops being base64 with its padding, as Go counts; -1 when it is. Line ends are skipped. */
    private static int illegal(String text) {
        int digits = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' || c == '\r') {
                continue;
            }
            if (c == '=') {
                return padding(text, i, digits % 4);
            }
            if (!isBase64(c)) {
                return i;
            }
            digits++;
        }
        // Go names the first byte of the group that is cut off.
        return digits % 4 == 0 ? -1 : text.length() - digits % 4;
    }

    private static int padding(String text, int start, int digits) {
        if (digits < 2) {
            return start;
        }
        int missing = 3 - digits;
        for (int i = start + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' || c == '\r') {
                continue;
            }
            if (missing == 0) {
                return i;
            }
            if (c != '=') {
                return i - 1;
            }
            missing--;
        }
        return missing == 0 ? -1 : text.length();
    }

    private static boolean isBase64(char c) {
        return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/';
    }

    private void time(Object value, Scalar type, Place place) {
        if (!(value instanceof String text)) {
            throw mismatch(value, type, place);
        }
        if (Times.parse(text) != null
                && type == Scalar.MICRO_TIME
                && !MICRO.matcher(text).matches()) {
            String rest = text.substring(Math.min(19, text.length()));
            boolean digits = rest.matches("[.][0-9]{6}.*");
            throw new DecodeException("parsing time " + GoText.quote(text)
                    + " as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse "
                    + GoText.quote(digits ? rest.substring(7) : rest) + " as "
                    + (digits ? "\"Z07:00\"" : "\".000000\""));
        }
        if (Times.parse(text) == null && OUT_OF_RANGE.matcher(text).matches()) {
            throw new DecodeException("parsing time " + GoText.quote(text) + ": month out of range");
        }
        if (Times.parse(text) == null) {
            String layout = type == Scalar.TIME ? "2006-01-02T15:04:05Z07:00" : "2006-01-02T15:04:05.000000Z07:00";
            throw new DecodeException("parsing time " + GoText.quote(text) + " as " + GoText.quote(layout)
                    + ": cannot parse " + GoText.quote(text) + " as \"2006\"");
        }
    }

    private DecodeException mismatch(Object value, Schema type, Place place) {
        return new DecodeException(
                converter != null
                        ? converter.mismatch(value, type)
                        : "json: cannot unmarshal " + found(value, type) + " into Go struct field " + place.goField()
                                + " of type " + (place.goType().isEmpty() ? goType(type) : place.goType()));
    }

    /** What was found instead of {@code type}; of numbers Go says which, where it wanted an integer. */
    static String found(Object value, Schema type) {
        boolean integer = type == Scalar.INT32 || type == Scalar.INT64 || type == Scalar.INT_OR_STRING;
        return integer && value instanceof Number ? "number " + Json.toString(value) : ObjectDecoder.jsonType(value);
    }

    static String goType(Schema type) {
        return switch (type) {
            case Scalar scalar ->
                switch (scalar) {
                    case STRING, QUANTITY -> "string";
                    case INT32, INT_OR_STRING -> "int32";
                    case INT64 -> "int64";
                    case DOUBLE -> "float64";
                    case BOOL -> "bool";
                    case BYTES -> "[]uint8";
                    case TIME, MICRO_TIME -> "string";
                    case ANY -> "interface {}";
                };
            case ListOf list -> "[]" + goType(list.item());
            case MapOf map -> "map[string]" + goType(map.item());
            case Struct struct -> {
                String name = struct.name();
                int dot = name.lastIndexOf('.');
                yield name.substring(name.lastIndexOf('.', dot - 1) + 1);
            }
        };
    }
}
