package dev.proa.http.grpc;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Writes and reads protobuf messages field by field: bytes, texts, numbers, messages and maps, all that small services have. */
public final class Wire {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private Wire() {}

    /** Writes a message. What is empty is left out. */
    public static final class Writer {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        public Writer bytes(int field, byte[] value) {
            if (value.length > 0) {
                varint((long) field << 3 | BYTES);
                varint(value.length);
                out.writeBytes(value);
            }
            return this;
        }

        public Writer text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        public Writer number(int field, long value) {
            if (value != 0) {
                varint((long) field << 3 | VARINT);
                varint(value);
            }
            return this;
        }

        public Writer map(int field, Map<String, byte[]> entries) {
            new TreeMap<>(entries)
                    .forEach((name, value) -> bytes(
                            field, new Writer().text(1, name).bytes(2, value).toBytes()));
            return this;
        }

        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) (rest & 0x7F | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }

        public byte[] toBytes() {
            return out.toByteArray();
        }
    }

    /** What takes the fields of a message; unknown ones are to be ignored. */
    public interface Fields {
        void bytes(int field, byte[] value) throws IOException;

        default void number(int field, long value) throws IOException {}
    }

    /**
     * Reads a message.
     *
     * @throws IOException when it is none
     */
    public static void read(byte[] message, int from, Fields fields) throws IOException {
        Reader reader = new Reader(message, from);
        while (reader.at < message.length) {
            long tag = reader.varint();
            int field = (int) (tag >>> 3);
            switch ((int) tag & 7) {
                case VARINT -> fields.number(field, reader.varint());
                case BYTES -> fields.bytes(field, reader.bytes(reader.varint()));
                case FIXED64 -> reader.bytes(8);
                case FIXED32 -> reader.bytes(4);
                default -> throw new IOException("proto: illegal wireType " + (tag & 7));
            }
        }
    }

    /** Reads an entry of a map into it. */
    public static void entry(byte[] message, Map<String, byte[]> into) throws IOException {
        String[] name = {""};
        byte[][] value = {new byte[0]};
        read(message, 0, (field, bytes) -> {
            if (field == 1) {
                name[0] = new String(bytes, StandardCharsets.UTF_8);
            } else if (field == 2) {
                value[0] = bytes;
            }
        });
        into.put(name[0], value[0]);
    }

    private static final class Reader {
        private final byte[] message;
        private int at;

        Reader(byte[] message, int at) {
            this.message = message;
            this.at = at;
        }

        long varint() throws IOException {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                if (at >= message.length) {
                    throw new IOException("proto: unexpected EOF");
                }
                byte b = message[at++];
                value |= (long) (b & 0x7F) << shift;
                if (b >= 0) {
                    return value;
                }
            }
            throw new IOException("proto: integer overflow");
        }

        byte[] bytes(long length) throws IOException {
            if (length < 0 || length > message.length - at) {
                throw new IOException("proto: unexpected EOF");
            }
            at += (int) length;
            return Arrays.copyOfRange(message, at - (int) length, at);
        }
    }
}
