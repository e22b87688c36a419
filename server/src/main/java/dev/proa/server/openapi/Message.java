package dev.proa.server.openapi;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes a protobuf message whose fields are added in the order of their numbers. For one thread. */
final class Message {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Nothing is written for an empty text, which is the default. */
    Message string(int number, String text) {
        return text.isEmpty() ? this : bytes(number, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A text in a list, which may be empty. */
    Message item(int number, String text) {
        return bytes(number, text.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int number, Message nested) {
        return bytes(number, nested.toByteArray());
    }

    Message bytes(int number, byte[] bytes) {
        varint((long) number << 3 | LENGTH);
        varint(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    Message bool(int number, boolean value) {
        return integer(number, value ? 1 : 0);
    }

    Message integer(int number, long value) {
        if (value != 0) {
            varint((long) number << 3 | VARINT);
            varint(value);
        }
        return this;
    }

    Message number(int number, double value) {
        if (value != 0) {
            varint((long) number << 3 | FIXED64);
            long bits = Double.doubleToLongBits(value);
            for (int i = 0; i < Long.BYTES; i++) {
                out.write((int) (bits >>> 8 * i));
            }
        }
        return this;
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    byte[] toByteArray() {
        return out.toByteArray();
    }
}
