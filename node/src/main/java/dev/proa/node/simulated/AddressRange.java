package dev.proa.node.simulated;

import dev.proa.node.cri.RuntimeFailure;
import java.util.BitSet;

/** Allocates the IPv4 addresses of a prefix in turn, so that a released one is not reused soon. Thread-safe. */
final class AddressRange {
    /** The network's own address and the gateway's. */
    private static final int RESERVED = 2;

    private final String prefix;
    private final int base;
    private final int size;
    private final BitSet taken = new BitSet();
    private int next = RESERVED;

    /** @param prefix such as {@code 10.244.3.0/24} */
    AddressRange(String prefix) {
        this.prefix = prefix;
        int slash = prefix.indexOf('/');
        int length = Integer.parseInt(prefix.substring(slash + 1));
        if (length < 8 || length > 29) {
            throw new IllegalArgumentException("a pod range needs a prefix length of 8 to 29: " + prefix);
        }
        size = 1 << (32 - length);
        base = parse(prefix.substring(0, slash)) & -size;
    }

    synchronized String take() {
        int index = taken.nextClearBit(next);
        if (index >= size - 1) {
            index = taken.nextClearBit(RESERVED);
            if (index >= size - 1) {
                throw new RuntimeFailure(
                        RuntimeFailure.Reason.INTERNAL,
                        "no pod address is free in " + prefix + "; delete pods of this node");
            }
        }
        taken.set(index);
        next = index + 1;
        return format(base + index);
    }

    synchronized void giveBack(String address) {
        taken.clear(parse(address) - base);
    }

    private static int parse(String address) {
        int value = 0;
        for (String part : address.split("\\.", -1)) {
            value = value << 8 | Integer.parseInt(part);
        }
        return value;
    }

    private static String format(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 255) + "." + (address >>> 8 & 255) + "." + (address & 255);
    }
}
