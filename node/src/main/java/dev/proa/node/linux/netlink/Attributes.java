package dev.proa.node.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The attributes of a received message, in order. Reading is lenient: what is cut off or too short is not there. */
public final class Attributes {
    /** One attribute: its type without flags, and its value. */
    private record Attribute(int type, ByteBuffer value) {}

    private static final int TYPE_MASK = 0x3fff;

    private final List<Attribute> list;

    private Attributes(List<Attribute> list) {
        this.list = list;
    }

    /** Reads what remains in {@code buffer}, which is not changed. */
    public static Attributes parse(ByteBuffer buffer) {
        List<Attribute> list = new ArrayList<>();
        ByteBuffer in = buffer.duplicate().order(ByteOrder.nativeOrder());
        while (in.remaining() >= 4) {
            int start = in.position();
            int length = Short.toUnsignedInt(in.getShort(start));
            int type = Short.toUnsignedInt(in.getShort(start + 2)) & TYPE_MASK;
            if (length < 4 || length > in.remaining()) {
                break;
            }
            list.add(new Attribute(type, in.slice(start + 4, length - 4).order(ByteOrder.nativeOrder())));
            in.position(Math.min(in.limit(), start + ((length + 3) & ~3)));
        }
        return new Attributes(list);
    }

    /** The value of the first attribute of this type, or null. */
    public @Nullable ByteBuffer find(int type) {
        for (Attribute attribute : list) {
            if (attribute.type == type) {
                return attribute.value.duplicate().order(ByteOrder.nativeOrder());
            }
        }
        return null;
    }

    /** The attributes inside the first attribute of this type; empty when there is none. */
    public Attributes nested(int type) {
        ByteBuffer value = find(type);
        return value == null ? new Attributes(List.of()) : parse(value);
    }

    /** The attributes inside each attribute of this type, in order. */
    public List<Attributes> nestedAll(int type) {
        return list.stream()
                .filter(a -> a.type == type)
                .map(a -> parse(a.value))
                .toList();
    }

    /** A byte as 0-255, or {@code otherwise}. */
    public int u8(int type, int otherwise) {
        ByteBuffer value = find(type);
        return value == null || value.remaining() < 1 ? otherwise : Byte.toUnsignedInt(value.get());
    }

    /** Four bytes, or {@code otherwise}. */
    public int u32(int type, int otherwise) {
        ByteBuffer value = find(type);
        return value == null || value.remaining() < 4 ? otherwise : value.getInt();
    }

    /** Two bytes in network order as 0-65535, or {@code otherwise}. */
    public int be16(int type, int otherwise) {
        ByteBuffer value = find(type);
        return value == null || value.remaining() < 2
                ? otherwise
                : Short.toUnsignedInt(value.order(ByteOrder.BIG_ENDIAN).getShort());
    }

    /** Four bytes in network order, or {@code otherwise}. */
    public int be32(int type, int otherwise) {
        ByteBuffer value = find(type);
        return value == null || value.remaining() < 4
                ? otherwise
                : value.order(ByteOrder.BIG_ENDIAN).getInt();
    }

    /** A text without its closing zero byte, or null. */
    public @Nullable String string(int type) {
        byte[] value = bytes(type);
        if (value == null) {
            return null;
        }
        int length = value.length;
        while (length > 0 && value[length - 1] == 0) {
            length--;
        }
        return new String(value, 0, length, StandardCharsets.UTF_8);
    }

    /** The bytes of an attribute, or null. */
    public byte @Nullable [] bytes(int type) {
        ByteBuffer value = find(type);
        if (value == null) {
            return null;
        }
        byte[] bytes = new byte[value.remaining()];
        value.get(bytes);
        return bytes;
    }

    /** The types present, in order. */
    public List<Integer> types() {
        return list.stream().map(Attribute::type).toList();
    }
}
