package dev.proa.image.dockerfile;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ports of {@code EXPOSE}: {@code [[IP:]HOSTPORT:]PORT[-PORT][/PROTOCOL]}. Address and host's port have no meaning; they
 * are not checked, while BuildKit warns of them.
 */
final class Ports {
    private static final Pattern PORT = Pattern.compile(
            "(?:.*:)?(\\+?\\d{1,9})(?:-(\\+?\\d{1,9}))?(?:/(|tcp|udp|sctp))?", Pattern.CASE_INSENSITIVE);
    private static final int MAX = 65_535;

    private Ports() {}

    static void add(String text, Set<String> exposed) {
        Matcher matcher = PORT.matcher(text);
        if (!matcher.matches()) {
            throw new SyntaxProblem("invalid port: \"" + text + "\": write PORT[-PORT][/tcp|udp|sctp]");
        }
        int first = Integer.parseInt(matcher.group(1));
        int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
        if (first > last || last > MAX) {
            throw new SyntaxProblem("invalid port: \"" + text + "\": ports are 0 to 65535, the first of a range first");
        }
        String protocol = matcher.group(3) == null || matcher.group(3).isEmpty()
                ? "tcp"
                : matcher.group(3).toLowerCase(Locale.ROOT);
        for (int port = first; port <= last; port++) {
            exposed.add(port + "/" + protocol);
        }
    }
}
