package dev.proa.node.linux.nftables;

import dev.proa.node.linux.nftables.Expression.AddressType;
import dev.proa.node.linux.nftables.Expression.Bitwise;
import dev.proa.node.linux.nftables.Expression.Compare;
import dev.proa.node.linux.nftables.Expression.Connection;
import dev.proa.node.linux.nftables.Expression.ConnectionKey;
import dev.proa.node.linux.nftables.Expression.Meta;
import dev.proa.node.linux.nftables.Expression.MetaKey;
import dev.proa.node.linux.nftables.Expression.Payload;
import dev.proa.node.linux.nftables.Expression.SetMeta;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The usual beginnings of rules, as lists of expressions, and the bytes that keys consist of. */
public final class Match {
    private static final int LOCAL = 2;
    private static final int NEW = 8;
    private static final int INTERFACE_NAME_BYTES = 16;

    private Match() {}

    /** One rule from several parts. Each part is an {@link Expression} or a list of them. */
    public static List<Expression> rule(Object... parts) {
        List<Expression> rule = new ArrayList<>();
        for (Object part : parts) {
            switch (part) {
                case Expression expression -> rule.add(expression);
                case List<?> list -> list.forEach(e -> rule.add((Expression) e));
                default -> throw new IllegalArgumentException("Not an expression: " + part);
            }
        }
        return List.copyOf(rule);
    }

    /** Loads the source address. */
    public static Expression loadSource(int register) {
        return new Payload(1, 12, 4, register);
    }

    /** Loads the destination address. */
    public static Expression loadDestination(int register) {
        return new Payload(1, 16, 4, register);
    }

    /** Loads the protocol above IP. */
    public static Expression loadProtocol(int register) {
        return new Meta(MetaKey.L4_PROTOCOL, register);
    }

    /** Loads the destination port. */
    public static Expression loadPort(int register) {
        return new Payload(2, 2, 2, register);
    }

    /** The destination is an address of this machine (or is none of them). */
    public static List<Expression> destinationLocal(boolean local) {
        return List.of(new AddressType(true, Expression.R0), new Compare(Expression.R0, local, number(LOCAL)));
    }

    /** The source is an address of this machine. */
    public static List<Expression> sourceLocal() {
        return List.of(new AddressType(false, Expression.R0), new Compare(Expression.R0, true, number(LOCAL)));
    }

    /** The source is in a range (or is not). */
    public static List<Expression> sourceIn(Inet4Address network, int prefix, boolean in) {
        return in(loadSource(Expression.R0), network, prefix, in);
    }

    /** The destination is in a range (or is not). */
    public static List<Expression> destinationIn(Inet4Address network, int prefix, boolean in) {
        return in(loadDestination(Expression.R0), network, prefix, in);
    }

    /** Loads the name of the interface that the packet came in by, into four registers. */
    public static Expression loadInName(int register) {
        return new Meta(MetaKey.IN_NAME, register);
    }

    /** Loads the address that the sender of an ARP message says it has. */
    public static Expression loadArpSender(int register) {
        return new Payload(1, 14, 4, register);
    }

    /** The packet came in by an interface of this group (or did not). */
    public static List<Expression> inGroup(int group, boolean in) {
        return List.of(new Meta(MetaKey.IN_GROUP, Expression.R0), new Compare(Expression.R0, in, number(group)));
    }

    /** The packet goes out by an interface of this group (or does not). */
    public static List<Expression> outGroup(int group, boolean in) {
        return List.of(new Meta(MetaKey.OUT_GROUP, Expression.R0), new Compare(Expression.R0, in, number(group)));
    }

    /** The packet came in by this interface. */
    public static List<Expression> inNameIs(String name) {
        return List.of(loadInName(Expression.R0), new Compare(Expression.R0, true, linkName(name)));
    }

    /** The packet came in by an interface whose name starts so. */
    public static List<Expression> inNameStarts(String prefix) {
        return List.of(
                new Meta(MetaKey.IN_NAME, Expression.R0),
                new Compare(Expression.R0, true, prefix.getBytes(StandardCharsets.UTF_8)));
    }

    /** The packet goes out by an interface whose name starts so (or does not). */
    public static List<Expression> outNameStarts(String prefix, boolean starts) {
        return List.of(
                new Meta(MetaKey.OUT_NAME, Expression.R0),
                new Compare(Expression.R0, starts, prefix.getBytes(StandardCharsets.UTF_8)));
    }

    /** The packet goes out by this interface. */
    public static List<Expression> outNameIs(String name) {
        return List.of(new Meta(MetaKey.OUT_NAME, Expression.R0), new Compare(Expression.R0, true, linkName(name)));
    }

    /** The packet is of this protocol above IP. */
    public static List<Expression> protocol(int protocol) {
        return List.of(loadProtocol(Expression.R0), new Compare(Expression.R0, true, new byte[] {(byte) protocol}));
    }

    /** The packet would begin a connection. */
    public static List<Expression> connectionNew() {
        return List.of(
                new Connection(ConnectionKey.STATE, Expression.R0),
                new Bitwise(Expression.R0, number(NEW), number(0)),
                new Compare(Expression.R0, false, number(0)));
    }

    /** The packet carries a mark bit. */
    public static List<Expression> marked(int bit) {
        return List.of(
                new Meta(MetaKey.MARK, Expression.R0),
                new Bitwise(Expression.R0, number(bit), number(0)),
                new Compare(Expression.R0, false, number(0)));
    }

    /** Sets a mark bit on the packet. */
    public static List<Expression> mark(int bit) {
        return List.of(
                new Meta(MetaKey.MARK, Expression.R0),
                new Bitwise(Expression.R0, number(~bit), number(bit)),
                new SetMeta(MetaKey.MARK, Expression.R0));
    }

    /** A number of four bytes in the machine's byte order. */
    public static byte[] number(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array();
    }

    /** A key or value of several parts, each padded to four bytes. */
    public static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += (part.length + 3) & ~3;
        }
        ByteBuffer out = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            out.put(part).position((out.position() + 3) & ~3);
        }
        return out.array();
    }

    /** A port as packets have it. */
    public static byte[] port(int port) {
        return new byte[] {(byte) (port >>> 8), (byte) port};
    }

    /** The name of an interface as keys have it. */
    public static byte[] linkName(String name) {
        return Arrays.copyOf(name.getBytes(StandardCharsets.UTF_8), INTERFACE_NAME_BYTES);
    }

    /** A protocol number as packets have it. */
    public static byte[] protocolByte(int protocol) {
        return new byte[] {(byte) protocol};
    }

    private static List<Expression> in(Expression load, Inet4Address network, int prefix, boolean in) {
        if (prefix == 0) {
            throw new IllegalArgumentException("A range of all addresses matches everything");
        }
        byte[] mask = ByteBuffer.allocate(4).putInt(-1 << (32 - prefix)).array();
        return List.of(
                load,
                new Bitwise(Expression.R0, mask, new byte[4]),
                new Compare(Expression.R0, in, network.getAddress()));
    }
}
