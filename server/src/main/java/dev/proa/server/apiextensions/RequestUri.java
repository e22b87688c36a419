package dev.proa.server.apiextensions;

import dev.proa.server.validation.Addresses;

/** The URIs that may stand in an HTTP request, as Go's {@code net/url} reads them: absolute ones, and absolute paths. */
public final class RequestUri {
    private RequestUri() {}

    /** Whether a text is such a URI. */
    public static boolean isValid(String text) {
        if (text.isEmpty() || text.chars().anyMatch(c -> c < ' ' || c == 0x7f) || text.startsWith(":")) {
            return false;
        }
        if (text.equals("*")) {
            return true;
        }
        int colon = schemeEnd(text);
        String rest = text.substring(colon + 1);
        int query = rest.indexOf('?');
        rest = query < 0 ? rest : rest.substring(0, query);
        if (!rest.startsWith("/")) {
            return colon > 0;
        }
        if (colon > 0 && rest.startsWith("//")) {
            int slash = rest.indexOf('/', 2);
            String authority = slash < 0 ? rest.substring(2) : rest.substring(2, slash);
            rest = slash < 0 ? "" : rest.substring(slash);
            if (!isAuthority(authority)) {
                return false;
            }
        }
        return isEscaped(rest);
    }

    /** The index of the colon after the scheme; -1 when there is no scheme. */
    private static int schemeEnd(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ':') {
                return i;
            }
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'))) {
                return -1;
            }
        }
        return -1;
    }

    private static boolean isAuthority(String authority) {
        int at = authority.lastIndexOf('@');
        String user = authority.substring(0, Math.max(at, 0));
        return user.matches("[A-Za-z0-9._~!$&'()*+,;=:%@-]*") && isEscaped(user) && isHost(authority.substring(at + 1));
    }

    private static boolean isHost(String host) {
        boolean literal = host.startsWith("[");
        int end = literal ? host.lastIndexOf(']') + 1 : host.lastIndexOf(':');
        if (literal && end == 0) {
            return false;
        }
        String port = end < 0 ? "" : host.substring(end);
        String name = end < 0 ? host : host.substring(0, end);
        if (!port.matches("(:[0-9]*)?")) {
            return false;
        }
        if (!literal) {
            return name.indexOf(':') < 0 && isHostName(name);
        }
        int zone = name.indexOf("%25");
        return Addresses.isIpv6(name.substring(1, zone < 0 ? name.length() - 1 : zone));
    }

    /** Only bytes beyond ASCII may be escaped. */
    private static boolean isHostName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c > 0x7f;
            if (!letter && c == '%'
                    ? !isEscape(name, i) || "89abcdefABCDEF".indexOf(name.charAt(i + 1)) < 0
                    : !letter && "-._~!$&'()*+,;=:[]<>\"".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isEscaped(String text) {
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
            if (!isEscape(text, i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isEscape(String text, int percent) {
        return percent + 2 < text.length()
                && Character.digit(text.charAt(percent + 1), 16) >= 0
                && Character.digit(text.charAt(percent + 2), 16) >= 0;
    }
}
