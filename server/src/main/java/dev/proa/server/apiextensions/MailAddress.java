package dev.proa.server.apiextensions;

import com.google.re2j.Pattern;

/** Addresses of RFC 5322, with or without the name of whom they belong to. A comment may follow; groups are not among them. */
final class MailAddress {
    private static final String ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\x{80}-\\x{10ffff}-]+";
    private static final String DOTTED = ATOM + "(?:\\." + ATOM + ")*";
    private static final String QUOTED =
            "\"(?:[\\x{20}\\x{21}\\x{23}-\\x{5b}\\x{5d}-\\x{7e}\\t\\x{80}-\\x{10ffff}]|\\\\[\\x{20}-\\x{7e}\\t])*\"";
    private static final String PLAIN =
            "(?:" + DOTTED + "|" + QUOTED + ")@(?:" + DOTTED + "|\\[[\\x{21}-\\x{5a}\\x{5e}-\\x{7e}]+\\])";
    private static final String COMMENT = "\\((?:[^()\\\\]|\\\\.)*\\)[ \\t]*";
    private static final Pattern ADDRESS = Pattern.compile("[ \\t]*(?:" + PLAIN + "|(?:(?:" + ATOM + "|" + QUOTED
            + "|\\.)[ \\t]*)*<" + PLAIN + ">)[ \\t]*(?:" + COMMENT + ")*");

    private MailAddress() {}

    static boolean isValid(String text) {
        return !text.contains("\"\"@") && ADDRESS.matches(text);
    }
}
