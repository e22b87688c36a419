package dev.proa.api.protobuf;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.schema.Field;
import dev.proa.api.schema.Schema;
import dev.proa.api.schema.Schema.ListOf;
import dev.proa.api.schema.Schema.MapOf;
import dev.proa.api.schema.Schema.Scalar;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Names;
import dev.proa.api.value.Times;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads messages from a range of an array. For one thread. */
final class MessageReader {
    private final Protobuf types;
    private final byte[] bytes;
    private final int end;
    private int at;

    MessageReader(Protobuf types, byte[] bytes, int from, int end) {
        this.types = types;
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    boolean hasNext() {
        return at < end;
    }

    /** The number of the next field and how it is written, as {@code number << 3 | wire}. */
    int tag() {
        long tag = varint();
        if (tag >>> 3 == 0 || tag > Integer.MAX_VALUE) {
            throw broken("illegal tag " + tag);
        }
        return (int) tag;
    }

    private static DecodeException broken(String why) {
        return new DecodeException("proto: " + why);
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (at >= end) {
                throw broken("unexpected EOF");
            }
            byte b = bytes[at++];
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw broken("integer overflow");
    }

    /** The start of the content of a field of bytes, after which the reader stands at its end. */
    private int content(int tag) {
        if ((tag & 7) != MessageWriter.BYTES) {
            throw broken("wrong wireType = " + (tag & 7) + " for field " + (tag >>> 3));
        }
        long length = varint();
        if (length < 0 || length > end - at) {
            throw broken("unexpected EOF");
        }
        int from = at;
        at += (int) length;
        return from;
    }

    /** The length of the content of a field of bytes, which is passed over. */
    int length(int tag) {
        int from = content(tag);
        return at - from;
    }

    MessageReader nested(int tag) {
        int from = content(tag);
        return new MessageReader(types, bytes, from, at);
    }

    String string(int tag) {
        int from = content(tag);
        return Names.sharedValue(new String(bytes, from, at - from, StandardCharsets.UTF_8));
    }

    private byte[] bytes(int tag) {
        int from = content(tag);
        return Arrays.copyOfRange(bytes, from, at);
    }

    private long integer(int tag) {
        if ((tag & 7) != MessageWriter.VARINT) {
            throw broken("wrong wireType = " + (tag & 7) + " for field " + (tag >>> 3));
        }
        return varint();
    }

    void skip(int tag) {
        switch (tag & 7) {
            case 0 -> varint();
            case 1 -> advance(8);
            case 2 -> content(tag);
            case 5 -> advance(4);
            default -> throw broken("illegal wireType " + (tag & 7));
        }
    }

    private void advance(int count) {
        if (count > end - at) {
            throw broken("unexpected EOF");
        }
        at += count;
    }

    /** Reads the rest as an object. */
    MapValue message(MessagePlan plan, int depth) {
        if (depth > Json.MAX_DEPTH) {
            throw broken("exceeded max depth of " + Json.MAX_DEPTH);
        }
        Fields fields = new Fields();
        into(fields, plan, depth);
        return fields.build();
    }

    private void into(Fields fields, MessagePlan plan, int depth) {
        while (hasNext()) {
            int tag = tag();
            MessagePlan.Entry entry = plan.entry(tag >>> 3);
            if (entry == null) {
                skip(tag);
                continue;
            }
            MessagePlan embedded = entry.embedded();
            Field field = entry.field();
            if (embedded != null) {
                nested(tag).into(fields, embedded, depth);
            } else if (field != null) {
                read(fields, field, tag, depth);
            }
        }
    }

    /** Collects the fields of an object: lists and maps arrive one item at a time. */
    private static final class Fields {
        private final MapValue.Builder single = MapValue.builder(8);
        private @Nullable Map<String, List<@Nullable Object>> lists;
        private @Nullable Map<String, MapValue.Builder> maps;

        void put(Field field, @Nullable Object value) {
            boolean left = value == null || field.presence() == Field.Presence.OMITTED && isZero(value);
            if (!left) {
                single.put(field.name(), value);
            }
        }

        private static boolean isZero(Object value) {
            return switch (value) {
                case String text -> text.isEmpty();
                case Long number -> number == 0;
                case Double number -> number == 0;
                case Boolean bool -> !bool;
                case MapValue map -> map.isEmpty();
                default -> false;
            };
        }

        List<@Nullable Object> list(Field field) {
            if (lists == null) {
                lists = new LinkedHashMap<>();
            }
            return lists.computeIfAbsent(field.name(), name -> new ArrayList<>());
        }

        MapValue.Builder map(Field field) {
            if (maps == null) {
                maps = new LinkedHashMap<>();
            }
            return maps.computeIfAbsent(field.name(), name -> MapValue.builder());
        }

        MapValue build() {
            if (lists != null) {
                lists.forEach((name, items) -> single.put(name, ListValue.copyOf(items)));
            }
            if (maps != null) {
                maps.forEach((name, entries) -> single.put(name, entries.build()));
            }
            return single.build();
        }
    }

    private void read(Fields fields, Field field, int tag, int depth) {
        switch (field.type()) {
            case ListOf list
            when list.item() instanceof Scalar scalar && isPacked(scalar, tag) -> {
                MessageReader packed = nested(tag);
                while (packed.hasNext()) {
                    fields.list(field).add(packed.value(list.item(), MessageWriter.VARINT, "", depth));
                }
            }
            case ListOf list -> fields.list(field).add(value(list.item(), tag, field.definition(), depth));
            case MapOf map -> nested(tag).mapEntry(fields.map(field), map.item(), field.definition(), depth);
            case Schema type -> fields.put(field, value(type, tag, field.definition(), depth));
        }
    }

    private static boolean isPacked(Scalar scalar, int tag) {
        boolean number = scalar == Scalar.INT32 || scalar == Scalar.INT64 || scalar == Scalar.BOOL;
        return number && (tag & 7) == MessageWriter.BYTES;
    }

    private void mapEntry(MapValue.Builder entries, Schema type, String definition, int depth) {
        String key = "";
        Object value =
                type instanceof Struct ? MapValue.EMPTY : type == Scalar.STRING || type == Scalar.BYTES ? "" : null;
        while (hasNext()) {
            int tag = tag();
            switch (tag >>> 3) {
                case 1 -> key = string(tag);
                case 2 ->
                    value = type instanceof ListOf list
                            ? nested(tag).items(list.item(), depth)
                            : value(type, tag, definition, depth);
                default -> skip(tag);
            }
        }
        entries.put(key, value);
    }

    /** The items in field 1 of a message. */
    private ListValue items(Schema type, int depth) {
        List<@Nullable Object> items = new ArrayList<>();
        while (hasNext()) {
            int tag = tag();
            if (tag >>> 3 == 1) {
                items.add(value(type, tag, "", depth));
            } else {
                skip(tag);
            }
        }
        return ListValue.copyOf(items);
    }

    private @Nullable Object value(Schema type, int tag, String definition, int depth) {
        return switch (type) {
            case Struct struct -> nested(tag).message(types.plan(struct), depth + 1);
            case Scalar scalar ->
                switch (scalar) {
                    case STRING -> string(tag);
                    case BYTES -> Base64.getEncoder().encodeToString(bytes(tag));
                    case INT32 -> (long) (int) integer(tag);
                    case INT64 -> integer(tag);
                    case BOOL -> integer(tag) != 0;
                    case DOUBLE -> fixed64(tag);
                    case TIME -> nested(tag).time(false);
                    case MICRO_TIME -> nested(tag).time(true);
                    case QUANTITY -> quantity(nested(tag));
                    case INT_OR_STRING -> nested(tag).intOrString();
                    case ANY -> nested(tag).any(AnyKind.of(definition), depth);
                };
            case ListOf list -> items(list.item(), depth);
            case MapOf map -> throw broken("a map within a list");
        };
    }

    private Object fixed64(int tag) {
        if ((tag & 7) != MessageWriter.FIXED64) {
            throw broken("wrong wireType = " + (tag & 7) + " for field " + (tag >>> 3));
        }
        int from = at;
        advance(8);
        long bits = 0;
        for (int i = 7; i >= 0; i--) {
            bits = bits << 8 | bytes[from + i] & 0xFF;
        }
        double number = Double.longBitsToDouble(bits);
        return number == Math.rint(number) && Math.abs(number) < 0x1p53 ? (Object) (long) number : number;
    }

    private @Nullable String time(boolean micro) {
        if (!hasNext()) {
            return null;
        }
        long seconds = 0;
        long nanos = 0;
        while (hasNext()) {
            int tag = tag();
            switch (tag >>> 3) {
                case 1 -> seconds = integer(tag);
                case 2 -> nanos = integer(tag);
                default -> skip(tag);
            }
        }
        try {
            Instant instant = Instant.ofEpochSecond(seconds, nanos);
            return micro ? Times.formatMicro(instant) : Times.format(instant);
        } catch (DateTimeException | ArithmeticException | IllegalArgumentException e) {
            throw new DecodeException("proto: a time out of range", e);
        }
    }

    private static String quantity(MessageReader reader) {
        String text = "0";
        while (reader.hasNext()) {
            int tag = reader.tag();
            if (tag >>> 3 == 1) {
                text = reader.string(tag);
            } else {
                reader.skip(tag);
            }
        }
        return text;
    }

    private Object intOrString() {
        boolean isString = false;
        long number = 0;
        String text = "";
        while (hasNext()) {
            int tag = tag();
            switch (tag >>> 3) {
                case 1 -> isString = integer(tag) == 1;
                case 2 -> number = integer(tag);
                case 3 -> text = string(tag);
                default -> skip(tag);
            }
        }
        return isString ? text : (Object) (long) (int) number;
    }

    private @Nullable Object any(AnyKind kind, int depth) {
        Object value = kind == AnyKind.EMPTY ? MapValue.EMPTY : null;
        List<@Nullable Object> items = new ArrayList<>(0);
        boolean listed = false;
        while (hasNext()) {
            int tag = tag();
            int number = tag >>> 3;
            switch (kind) {
                case JSON -> value = number == 1 ? json(bytes(tag)) : skipped(tag, value);
                case EMPTY -> skip(tag);
                case SCHEMA_OR_BOOL -> {
                    if (number == 1) {
                        boolean allows = integer(tag) != 0;
                        value = value == null ? (Object) allows : value;
                    } else {
                        value = number == 2 ? value(types.schema(), tag, "", depth) : skipped(tag, value);
                    }
                }
                case SCHEMA_OR_ARRAY, SCHEMA_OR_STRINGS -> {
                    if (number == 1) {
                        value = value(types.schema(), tag, "", depth);
                    } else if (number == 2) {
                        listed = true;
                        items.add(value(
                                kind == AnyKind.SCHEMA_OR_ARRAY ? types.schema() : Scalar.STRING, tag, "", depth));
                    } else {
                        skip(tag);
                    }
                }
            }
        }
        return listed ? ListValue.copyOf(items) : value;
    }

    private @Nullable Object skipped(int tag, @Nullable Object value) {
        skip(tag);
        return value;
    }

    private @Nullable Object json(byte[] content) {
        if (content.length == 0) {
            return null;
        }
        return Protobuf.is(content) ? types.decode(content) : Json.decode(content);
    }
}
