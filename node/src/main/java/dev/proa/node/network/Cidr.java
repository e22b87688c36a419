package dev.proa.node.network;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * A range of IPv4 addresses, as {@code 10.244.0.0/16}.
 *
 * @param network its first address
 * @param prefix how many leading bits its addresses share, 0-32
 */
public record Cidr(Inet4Address network, int prefix) {
    /** The loopback range. */
    public static final Cidr LOOPBACK = parse("127.0.0.0/8");

    public Cidr {
        if (prefix < 0 || prefix > 32) {
            throw new IllegalArgumentException("A prefix has 0 to 32 bits, not " + prefix);
        }
        network = address(number(network) & mask(prefix));
    }

    /** Reads {@code 10.244.0.0/16}. */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("Not a range like 10.244.0.0/16: " + text);
        }
        try {
            return new Cidr(parseAddress(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("Not a range like 10.244.0.0/16: " + text, e);
        }
    }

    /** Parses {@code 10.244.0.1}; host names are rejected, without a lookup. */
    public static Inet4Address parseAddress(String text) {
        return Inet4Address.ofLiteral(text);
    }

    /** Whether {@code address} belongs to the range. */
    public boolean contains(Inet4Address address) {
        return (number(address) & mask(prefix)) == number(network);
    }

    /** The address that is {@code offset} after the first. */
    public Inet4Address at(long offset) {
        if (offset < 0 || offset >= size()) {
            throw new IllegalArgumentException(this + " has no address number " + offset);
        }
        return address((int) (number(network) + offset));
    }

    /** How many addresses after the first {@code address} is. */
    public long offset(Inet4Address address) {
        return Integer.toUnsignedLong(number(address)) - Integer.toUnsignedLong(number(network));
    }

    /** The number of addresses. */
    public long size() {
        return 1L << (32 - prefix);
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefix;
    }

    private static int mask(int prefix) {
        return prefix == 0 ? 0 : -1 << (32 - prefix);
    }

    private static int number(Inet4Address address) {
        return ByteBuffer.wrap(address.getAddress()).getInt();
    }

    private static Inet4Address address(int number) {
        try {
            return (Inet4Address) InetAddress.getByAddress(
                    ByteBuffer.allocate(4).putInt(number).array());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}
