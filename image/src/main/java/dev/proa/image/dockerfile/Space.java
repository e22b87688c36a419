package dev.proa.image.dockerfile;

/** White space as Go's {@code unicode.IsSpace} has it, which is not Java's. */
final class Space {
    private Space() {}

    static boolean is(int c) {
        return switch (c) {
            case '\t', '\n', 0x0B, '\f', '\r', ' ', 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
            default -> c >= 0x2000 && c <= 0x200A;
        };
    }

    static String trimStart(String text) {
        int start = 0;
        while (start < text.length() && is(text.charAt(start))) {
            start++;
        }
        return text.substring(start);
    }

    static String trim(String text) {
        int end = text.length();
        while (end > 0 && is(text.charAt(end - 1))) {
            end--;
        }
        return trimStart(text.substring(0, end));
    }

    /** Whether words are split there, outside of quotes: blanks, but not line feeds. */
    static boolean splits(char c) {
        return c == ' ' || c == '\t' || c == 0x0B || c == '\f' || c == '\r';
    }
}
