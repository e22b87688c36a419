package dev.proa.server.cel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A value of the type {@code bytes}. Its array must not be changed. */
@SuppressWarnings("ArrayRecordComponent") // equality is defined here
record Bytes(byte[] array) implements Comparable<Bytes> {
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(array, other.array);
    }
}
