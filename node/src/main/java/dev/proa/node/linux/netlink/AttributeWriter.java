package dev.proa.node.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Builds the payload of a netlink message: a fixed header, then attributes (length, type, value, padded to four bytes),
 * which may be nested. Not safe for use by several threads.
 */
public final class AttributeWriter {
    /** Marks an attribute that contains attributes. */
    static final int NESTED = 0x8000;

    private ByteBuffer buffer = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());

    /** What was written, its length a multiple of four. */
    public byte[] toByteArray() {
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    /** Appends one byte without attribute header, for a message's fixed header. */
    public AttributeWriter raw8(int value) {
        room(1).put((byte) value);
        return this;
    }

    /** Appends two bytes without attribute header. */
    public AttributeWriter raw16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    /** Appends two bytes in network order without attribute header. */
    public AttributeWriter rawBe16(int value) {
        return raw8(value >>> 8).raw8(value);
    }

    /** Appends four bytes without attribute header. */
    public AttributeWriter raw32(int value) {
        room(4).putInt(value);
        return this;
    }

    /** An attribute of one byte. */
    public AttributeWriter u8(int type, int value) {
        return bytes(type, new byte[] {(byte) value});
    }

    /** An attribute of two bytes. */
    public AttributeWriter u16(int type, int value) {
        header(type, 2).putShort((short) value);
        return pad();
    }

    /** An attribute of four bytes. */
    public AttributeWriter u32(int type, int value) {
        header(type, 4).putInt(value);
        return this;
    }

    /** An attribute of two bytes in network order. */
    public AttributeWriter be16(int type, int value) {
        header(type, 2).put((byte) (value >>> 8)).put((byte) value);
        return pad();
    }

    /** An attribute of four bytes in network order. */
    public AttributeWriter be32(int type, int value) {
        header(type, 4)
                .put((byte) (value >>> 24))
                .put((byte) (value >>> 16))
                .put((byte) (value >>> 8))
                .put((byte) value);
        return this;
    }

    /** An attribute of eight bytes in network order. */
    public AttributeWriter be64(int type, long value) {
        header(type, 8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            buffer.put((byte) (value >>> shift));
        }
        return this;
    }

    /** A text attribute, closed with a zero byte. */
    public AttributeWriter string(int type, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        header(type, text.length + 1).put(text).put((byte) 0);
        return pad();
    }

    /** An attribute of any bytes. */
    public AttributeWriter bytes(int type, byte[] value) {
        header(type, value.length).put(value);
        return pad();
    }

    /** An attribute that contains what {@code content} writes. */
    public AttributeWriter nest(int type, Consumer<AttributeWriter> content) {
        int start = buffer.position();
        header(type | NESTED, 0);
        content.accept(this);
        int length = buffer.position() - start;
        if (length > 0xffff) {
            throw new IllegalArgumentException("A netlink attribute holds at most 65535 bytes, not " + length);
        }
        buffer.putShort(start, (short) length);
        return this;
    }

    /** Bytes written so far. */
    public int length() {
        return buffer.position();
    }

    private ByteBuffer header(int type, int length) {
        room(length + 8).putShort((short) (length + 4)).putShort((short) type);
        return buffer;
    }

    private AttributeWriter pad() {
        while ((buffer.position() & 3) != 0) {
            buffer.put((byte) 0);
        }
        return this;
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            int capacity = Math.max(buffer.capacity() * 2, buffer.position() + bytes);
            buffer = ByteBuffer.wrap(Arrays.copyOf(buffer.array(), capacity))
                    .order(ByteOrder.nativeOrder())
                    .position(buffer.position());
        }
        return buffer;
    }
}
