package dev.proa.server.cel;

/** A value of the type {@code uint}: an unsigned integer of 64 bits. */
record UInt(long bits) implements Comparable<UInt> {
    @Override
    public int compareTo(UInt other) {
        return Long.compareUnsigned(bits, other.bits);
    }

    double asDouble() {
        return bits >= 0 ? bits : (bits >>> 1) * 2.0;
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(bits);
    }
}
