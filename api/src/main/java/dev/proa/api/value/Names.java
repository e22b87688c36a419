package dev.proa.api.value;

import java.util.Arrays;

/**
 * Shares names, arrays of names and short strings between values. A fixed table of candidates without locks: a slot that is taken by
 * something else is overwritten, so sharing is likely and never needed for correctness, and memory is bounded.
 */
public final class Names {
    private static final int SIZE = 1 << 13;
    private static final String[][] ARRAYS = new String[SIZE][];
    private static final String[] STRINGS = new String[SIZE];

    private static final String[] VALUES = new String[SIZE];

    /** Longer strings are seldom the same twice. */
    private static final int LONGEST_VALUE = 40;

    /** Longer arrays belong to user data (labels, config maps) and would only push others out. */
    private static final int LONGEST = 48;

    private Names() {}

    /** An array equal to {@code names}, the same one for equal arguments when they are frequent. */
    static String[] shared(String[] names) {
        if (names.length > LONGEST) {
            return names;
        }
        int hash = 0;
        for (String name : names) {
            hash = 31 * hash + name.hashCode();
        }
        int slot = (hash ^ hash >>> 13) & SIZE - 1;
        String[] candidate = ARRAYS[slot];
        if (candidate != null && Arrays.equals(candidate, names)) {
            return candidate;
        }
        ARRAYS[slot] = names;
        return names;
    }

    /** A string equal to {@code value}, the same one as before when it is short and frequent: {@code TCP}, a label, an image. */
    public static String sharedValue(String value) {
        int length = value.length();
        if (length > LONGEST_VALUE) {
            return value;
        }
        int hash = value.hashCode();
        int slot = (hash ^ hash >>> 13) & SIZE - 1;
        String candidate = VALUES[slot];
        if (candidate != null && candidate.equals(value)) {
            return candidate;
        }
        VALUES[slot] = value;
        return value;
    }

    /** A string equal to {@code name}, the interned one when it is frequent. */
    static String interned(String name) {
        int hash = name.hashCode();
        int slot = (hash ^ hash >>> 13) & SIZE - 1;
        String candidate = STRINGS[slot];
        if (candidate == name || candidate != null && candidate.equals(name)) {
            return candidate;
        }
        String interned = name.intern();
        STRINGS[slot] = interned;
        return interned;
    }
}
