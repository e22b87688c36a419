package dev.proa.image.registry;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * An authentication challenge: a {@code WWW-Authenticate} header (RFC 9110, 11.6.1).
 *
 * @param scheme lower case: {@code basic}, {@code bearer}
 * @param parameters by lower-case name
 */
record Challenge(String scheme, Map<String, String> parameters) {

    static Challenge parse(String header) {
        int space = header.indexOf(' ');
        String scheme = (space < 0 ? header : header.substring(0, space)).toLowerCase(Locale.ROOT);
        Map<String, String> parameters = new LinkedHashMap<>();
        int at = space < 0 ? header.length() : space + 1;
        while (at < header.length()) {
            int equals = header.indexOf('=', at);
            if (equals < 0) {
                break;
            }
            String name = header.substring(at, equals).replace(",", "").strip().toLowerCase(Locale.ROOT);
            StringBuilder value = new StringBuilder();
            at = value(header, equals + 1, value);
            parameters.put(name, value.toString());
        }
        return new Challenge(scheme, parameters);
    }

    /** Reads a token or a quoted string, and returns where it ends. */
    private static int value(String header, int start, StringBuilder value) {
        int at = start;
        if (at < header.length() && header.charAt(at) == '"') {
            for (at++; at < header.length() && header.charAt(at) != '"'; at++) {
                if (header.charAt(at) == '\\' && at + 1 < header.length()) {
                    at++;
                }
                value.append(header.charAt(at));
            }
            return at + 1;
        }
        for (; at < header.length() && header.charAt(at) != ','; at++) {
            value.append(header.charAt(at));
        }
        return at;
    }
}
