package dev.proa.api.protobuf;

import dev.proa.api.codec.Json;
import dev.proa.api.schema.Field;
import dev.proa.api.schema.Schema;
import dev.proa.api.schema.Schema.ListOf;
import dev.proa.api.schema.Schema.MapOf;
import dev.proa.api.schema.Schema.Scalar;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.IntOrString;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.api.value.Times;
import dev.proa.api.view.Views;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes messages backwards, so that the length of a nested message is known when it is written. For one thread. */
final class MessageWriter {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int BYTES = 2;

    private final Protobuf types;
    private byte[] buffer;
    private int start;

    MessageWriter(Protobuf types, int capacity) {
        this.types = types;
        buffer = new byte[capacity];
        start = capacity;
    }

    /** The number of bytes written so far. */
    int size() {
        return buffer.length - start;
    }

    /** A mark for {@link #length}. */
    int position() {
        return size();
    }

    byte[] toByteArray() {
        return Arrays.copyOfRange(buffer, start, buffer.length);
    }

    private void room(int bytes) {
        if (start < bytes) {
            byte[] larger = new byte[Math.max(buffer.length * 2, buffer.length + bytes)];
            System.arraycopy(buffer, start, larger, larger.length - size(), size());
            start = larger.length - size();
            buffer = larger;
        }
    }

    void raw(byte[] bytes) {
        room(bytes.length);
        start -= bytes.length;
        System.arraycopy(bytes, 0, buffer, start, bytes.length);
    }

    static int varintSize(long value) {
        return Math.max(1, (70 - Long.numberOfLeadingZeros(value)) / 7);
    }

    void varint(long value) {
        int size = varintSize(value);
        room(size);
        start -= size;
        long rest = value;
        for (int i = start; i < start + size - 1; i++) {
            buffer[i] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[start + size - 1] = (byte) rest;
    }

    void tag(int number, int wire) {
        varint((long) number << 3 | wire);
    }

    void bytes(int number, byte[] bytes) {
        raw(bytes);
        varint(bytes.length);
        tag(number, BYTES);
    }

    void string(int number, String text) {
        bytes(number, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes the tag and length of a nested message that was written since {@code position}. */
    void length(int number, int position) {
        varint(size() - position);
        tag(number, BYTES);
    }

    /** The fields of an object. */
    void message(MapValue value, MessagePlan plan) {
        List<MessagePlan.Entry> entries = plan.entries();
        for (int i = entries.size() - 1; i >= 0; i--) {
            MessagePlan.Entry entry = entries.get(i);
            MessagePlan embedded = entry.embedded();
            Field field = entry.field();
            if (embedded != null) {
                int position = position();
                message(value, embedded);
                if (size() > position) {
                    length(entry.number(), position);
                }
            } else if (field != null) {
                Object content = value.get(field.name());
                if (content != null) {
                    field(entry.number(), content, field.type(), field.definition());
                }
            }
        }
    }

    private void field(int number, @Nullable Object value, Schema type, String definition) {
        switch (type) {
            case Scalar scalar -> scalar(number, value, scalar, definition);
            case Struct struct -> {
                int position = position();
                message(value instanceof MapValue map ? map : MapValue.EMPTY, types.plan(struct));
                length(number, position);
            }
            case ListOf list -> {
                if (value instanceof ListValue items) {
                    for (int i = items.size() - 1; i >= 0; i--) {
                        field(number, items.get(i), list.item(), definition);
                    }
                }
            }
            case MapOf map -> {
                if (value instanceof MapValue entries) {
                    for (int i = entries.size() - 1; i >= 0; i--) {
                        mapEntry(number, entries.nameAt(i), entries.valueAt(i), map.item(), definition);
                    }
                }
            }
        }
    }

    private void mapEntry(int number, String key, @Nullable Object value, Schema type, String definition) {
        int position = position();
        if (type instanceof ListOf) {
            int inner = position();
            field(1, value, type, definition); // a list within a map is a message of its own
            length(2, inner);
        } else if (value != null) {
            field(2, value, type, definition);
        }
        string(1, key);
        length(number, position);
    }

    private void scalar(int number, @Nullable Object value, Scalar type, String definition) {
        switch (type) {
            case STRING -> string(number, Views.string(value));
            case BYTES -> bytes(number, Views.bytes(value));
            case INT32, INT64 -> {
                varint(Views.integer(value));
                tag(number, VARINT);
            }
            case BOOL -> {
                varint(Views.bool(value) ? 1 : 0);
                tag(number, VARINT);
            }
            case DOUBLE -> {
                fixed64(Double.doubleToLongBits(Views.decimal(value)));
                tag(number, FIXED64);
            }
            case TIME, MICRO_TIME -> time(number, Times.parse(value));
            case QUANTITY -> {
                int position = position();
                string(1, Quantity.from(value).toString());
                length(number, position);
            }
            case INT_OR_STRING -> intOrString(number, IntOrString.from(value));
            case ANY -> any(number, value, definition);
        }
    }

    private void fixed64(long bits) {
        room(Long.BYTES);
        start -= Long.BYTES;
        for (int i = 0; i < Long.BYTES; i++) {
            buffer[start + i] = (byte) (bits >>> 8 * i);
        }
    }

    private void time(int number, @Nullable Instant time) {
        int position = position();
        if (time != null) {
            varint(time.getNano());
            tag(2, VARINT);
            varint(time.getEpochSecond());
            tag(1, VARINT);
        }
        length(number, position);
    }

    private void intOrString(int number, IntOrString value) {
        int position = position();
        string(3, value.text() == null ? "" : value.text());
        varint(value.number());
        tag(2, VARINT);
        varint(value.isString() ? 1 : 0);
        tag(1, VARINT);
        length(number, position);
    }

    /** Writes a value of any type: for most its JSON in field 1. */
    private void any(int number, @Nullable Object value, String definition) {
        int position = position();
        switch (AnyKind.of(definition)) {
            case JSON -> bytes(1, Json.encode(value));
            case EMPTY -> {}
            case SCHEMA_OR_ARRAY -> {
                if (value instanceof ListValue list) {
                    field(2, list, types.schemaList(), "");
                } else {
                    field(1, value, types.schema(), "");
                }
            }
            case SCHEMA_OR_BOOL -> {
                if (value instanceof MapValue map) {
                    field(2, map, types.schema(), "");
                }
                varint(Boolean.FALSE.equals(value) ? 0 : 1);
                tag(1, VARINT);
            }
            case SCHEMA_OR_STRINGS -> {
                if (value instanceof ListValue list) {
                    for (int i = list.size() - 1; i >= 0; i--) {
                        string(2, Views.string(list.get(i)));
                    }
                } else {
                    field(1, value, types.schema(), "");
                }
            }
        }
        length(number, position);
    }
}
