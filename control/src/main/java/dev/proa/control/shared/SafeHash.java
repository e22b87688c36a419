package dev.proa.control.shared;

/** FNV hashes of 32 bits, and their form in names. Pure. */
public final class SafeHash {
    /** What a hash of nothing is, to begin with. */
    public static final int EMPTY = 0x811c9dc5;

    private static final int PRIME = 0x01000193;
    /** No vowels and nothing that looks like one, so that no bad words come out. */
    private static final String SAFE = "bcdfghjklmnpqrstvwxz2456789";

    private SafeHash() {}

    /** Continues {@code from} with {@code bytes} by FNV-1: multiplies first. */
    public static int fnv1(int from, byte[] bytes) {
        int hash = from;
        for (byte b : bytes) {
            hash *= PRIME;
            hash ^= b & 0xff;
        }
        return hash;
    }

    /** Continues {@code from} with {@code bytes} by FNV-1a: multiplies last. */
    public static int fnv1a(int from, byte[] bytes) {
        int hash = from;
        for (byte b : bytes) {
            hash ^= b & 0xff;
            hash *= PRIME;
        }
        return hash;
    }

    /** {@code hash} in letters and digits for the end of a name. */
    public static String text(int hash) {
        String digits = Integer.toUnsignedString(hash);
        StringBuilder safe = new StringBuilder(digits.length());
        for (int i = 0; i < digits.length(); i++) {
            safe.append(SAFE.charAt(digits.charAt(i) % SAFE.length()));
        }
        return safe.toString();
    }
}
