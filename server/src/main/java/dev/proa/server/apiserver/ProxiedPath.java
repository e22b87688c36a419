package dev.proa.server.apiserver;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * The path and query that a proxy forwards: as they were sent, without {@code ..} and characters that would break the
 * request.
 */
final class ProxiedPath {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private ProxiedPath() {}

    /**
     * @param rest what follows {@code proxy} in the path, as it was sent
     * @param query as it was sent; empty for none
     */
    static String uri(String rest, String query) {
        String path = escaped(withoutDots(rest.isEmpty() ? "/" : rest));
        return query.isEmpty() ? path : path + "?" + escaped(query);
    }

    /** Without {@code .} and {@code ..}, written out or escaped, as kube-apiserver does it: the first slash is the root. */
    private static String withoutDots(String path) {
        if (!path.contains("/.") && !path.toLowerCase(Locale.ROOT).contains("/%2e")) {
            return path;
        }
        List<String> kept = new ArrayList<>();
        String[] segments = path.substring(1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            String decoded = RequestInfo.decoded(segments[i]);
            boolean dots = decoded.equals(".") || decoded.equals("..");
            if (!dots) {
                kept.add(segments[i]);
                continue;
            }
            if (decoded.equals("..") && !kept.isEmpty()) {
                kept.removeLast();
            }
            if (i == segments.length - 1) {
                kept.add("");
            }
        }
        return "/" + String.join("/", kept);
    }

    /** With what may not stand in a request line escaped. */
    private static String escaped(String text) {
        boolean plain = text.chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (plain) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 0x7f) {
                out.append((char) b);
            } else {
                out.append('%').append(HEX.toHexDigits(b));
            }
        }
        return out.toString();
    }
}
