package dev.proa.api.typed;

/**
 * The path elements of fields, which occur over and over. A fixed table of candidates without locks: a slot that another one has is
 * overwritten.
 */
final class FieldElements {
    private static final int SIZE = 1 << 12;
    private static final String[] ELEMENTS = new String[SIZE];
    private static final int PREFIX = 2;

    private FieldElements() {}

    /** {@code f:} and the name. */
    static String of(String name) {
        int hash = name.hashCode();
        int slot = (hash ^ hash >>> 12) & SIZE - 1;
        String candidate = ELEMENTS[slot];
        if (candidate != null && candidate.length() == name.length() + PREFIX && candidate.startsWith(name, PREFIX)) {
            return candidate;
        }
        String element = ("f:" + name).intern();
        ELEMENTS[slot] = element;
        return element;
    }
}
