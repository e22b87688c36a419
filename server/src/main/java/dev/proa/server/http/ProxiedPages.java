package dev.proa.server.http;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Leads links of pages that came through a proxy, and redirects, through the proxy again: what begins with a slash, and so with the page's
 * own server, gets the proxy's path before it, as Kubernetes' API server does it. For one answer.
 *
 * @param prefix of the proxy: {@code /api/v1/namespaces/n/pods/p/proxy}
 * @param server that is proxied: host and port
 * @param asked host and port that the client asked, may be empty
 */
record ProxiedPages(String prefix, String server, String asked) {
    /** What a page may have so that its links are looked at; longer ones go as they are. */
    static final int LONGEST = 4 << 20;

    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final Set<String> SOURCE = Set.of("src");
    private static final Set<String> HREF = Set.of("href");
    private static final Set<String> CITE = Set.of("cite");
    /** The attributes that hold links, by element. */
    private static final Map<String, Set<String>> LINKS = Map.ofEntries(
            Map.entry("a", HREF),
            Map.entry("applet", Set.of("codebase")),
            Map.entry("area", HREF),
            Map.entry("audio", SOURCE),
            Map.entry("base", HREF),
            Map.entry("blockquote", CITE),
            Map.entry("body", Set.of("background")),
            Map.entry("button", Set.of("formaction")),
            Map.entry("command", Set.of("icon")),
            Map.entry("del", CITE),
            Map.entry("embed", SOURCE),
            Map.entry("form", Set.of("action")),
            Map.entry("frame", Set.of("longdesc", "src")),
            Map.entry("head", Set.of("profile")),
            Map.entry("html", Set.of("manifest")),
            Map.entry("iframe", Set.of("longdesc", "src")),
            Map.entry("img", Set.of("longdesc", "src", "usemap")),
            Map.entry("input", Set.of("src", "usemap", "formaction")),
            Map.entry("ins", CITE),
            Map.entry("link", HREF),
            Map.entry("object", Set.of("classid", "codebase", "data", "usemap")),
            Map.entry("q", CITE),
            Map.entry("script", SOURCE),
            Map.entry("source", SOURCE),
            Map.entry("video", Set.of("poster", "src")));

    /** Whether an answer of this type and encoding has links that can be read. */
    static boolean readable(@Nullable String contentType, @Nullable String encoding) {
        String type = contentType == null ? "" : contentType.split(";", 2)[0].strip();
        return type.equals("text/html")
                && (encoding == null || encoding.isEmpty() || encoding.equals("gzip") || encoding.equals("deflate"));
    }

    /** A link as it has to be so that it comes here again; one that leads elsewhere, or is relative, as it is. */
    String link(String link) {
        URI uri;
        try {
            uri = new URI(link);
        } catch (URISyntaxException e) {
            return link;
        }
        String path = uri.getRawPath();
        String host = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
        boolean elsewhere = !host.isEmpty() && !host.equals(server) && !host.equals(asked);
        if (elsewhere || path == null || !path.startsWith("/")) {
            return link;
        }
        StringBuilder out = new StringBuilder();
        if (!host.isEmpty() && host.equals(asked)) {
            out.append(uri.getScheme() == null ? "" : uri.getScheme() + ":")
                    .append("//")
                    .append(host);
        }
        out.append(path.startsWith(prefix) ? path : prefix + path);
        if (uri.getRawQuery() != null) {
            out.append('?').append(uri.getRawQuery());
        }
        if (uri.getRawFragment() != null) {
            out.append('#').append(uri.getRawFragment());
        }
        return out.toString();
    }

    /**
     * A whole page with its links led here.
     *
     * @param encoding of the body, null or empty for none
     * @return null when the page cannot be decoded or is too long
     */
    byte @Nullable [] page(byte[] body, @Nullable String encoding) {
        try {
            byte[] plain = decoded(body, encoding).readNBytes(LONGEST + 1);
            if (plain.length > LONGEST) {
                return null;
            }
            // Each byte is a character, whatever the page's encoding: what matters of HTML is ASCII.
            String page = new String(plain, StandardCharsets.ISO_8859_1);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (OutputStream encoded = encoded(out, encoding)) {
                encoded.write(new Scan(page).rewritten().getBytes(StandardCharsets.ISO_8859_1));
            }
            return out.toByteArray();
        } catch (IOException e) {
            return null;
        }
    }

    private static InputStream decoded(byte[] body, @Nullable String encoding) throws IOException {
        InputStream in = new ByteArrayInputStream(body);
        return switch (encoding) {
            case "gzip" -> new GZIPInputStream(in);
            case "deflate" -> new InflaterInputStream(in, new Inflater(true));
            case null, default -> in;
        };
    }

    private static OutputStream encoded(OutputStream out, @Nullable String encoding) throws IOException {
        return switch (encoding) {
            case "gzip" -> new GZIPOutputStream(out);
            case "deflate" -> new DeflaterOutputStream(out, new Deflater(Deflater.BEST_COMPRESSION, true));
            case null, default -> out;
        };
    }

    /** Reads a page from tag to tag, and copies all but the values of links. */
    private final class Scan {
        /** Elements whose text has no tags. */
        private static final Set<String> RAW =
                Set.of("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes");

        private final String page;
        private final StringBuilder out;
        private int copied;
        private int at;

        Scan(String page) {
            this.page = page;
            this.out = new StringBuilder(page.length() + 1024);
        }

        String rewritten() {
            while ((at = page.indexOf('<', at)) >= 0) {
                if (page.startsWith("<!--", at)) {
                    skipTo("-->");
                } else if (at + 1 < page.length() && isLetter(page.charAt(at + 1))) {
                    tag();
                } else {
                    at++;
                }
            }
            return out.append(page, copied, page.length()).toString();
        }

        private void skipTo(String end) {
            int found = page.indexOf(end, at);
            at = found < 0 ? page.length() : found + end.length();
        }

        private void tag() {
            at++;
            String name = word("/> \t\r\n\f").toLowerCase(Locale.ROOT);
            Set<String> links = LINKS.getOrDefault(name, Set.of());
            while (at < page.length() && page.charAt(at) != '>') {
                if ("/ \t\r\n\f".indexOf(page.charAt(at)) >= 0) {
                    at++;
                } else {
                    attribute(links);
                }
            }
            if (RAW.contains(name)) {
                int end = page.toLowerCase(Locale.ROOT).indexOf("</" + name, at);
                at = end < 0 ? page.length() : end;
            }
        }

        private void attribute(Set<String> links) {
            int begin = at;
            String name = word("=/> \t\r\n\f").toLowerCase(Locale.ROOT);
            if (at == begin) {
                at++; // a sign that no name begins with
                return;
            }
            int after = at;
            skipSpace();
            if (at >= page.length() || page.charAt(at) != '=') {
                at = after;
                return;
            }
            at++;
            skipSpace();
            char quote = at < page.length() ? page.charAt(at) : '>';
            boolean quoted = quote == '"' || quote == '\'';
            if (quoted) {
                at++;
            }
            int from = at;
            String value = word(quoted ? String.valueOf(quote) : "> \t\r\n\f");
            if (links.contains(name)) {
                String link = escaped(value.replace("&amp;", "&").strip());
                String led = link(link);
                if (!led.equals(link)) {
                    out.append(page, copied, from).append(led.replace("&", "&amp;"));
                    copied = at;
                }
            }
            if (quoted && at < page.length()) {
                at++;
            }
        }

        /** With the bytes escaped that are not ASCII. */
        private static String escaped(String bytes) {
            StringBuilder escaped = new StringBuilder();
            for (char b : bytes.toCharArray()) {
                if (b < 0x7f) {
                    escaped.append(b);
                } else {
                    escaped.append('%').append(HEX.toHexDigits((byte) b));
                }
            }
            return escaped.toString();
        }

        private String word(String ends) {
            int from = at;
            while (at < page.length() && ends.indexOf(page.charAt(at)) < 0) {
                at++;
            }
            return page.substring(from, at);
        }

        private void skipSpace() {
            while (at < page.length() && " \t\r\n\f".indexOf(page.charAt(at)) >= 0) {
                at++;
            }
        }

        private static boolean isLetter(char c) {
            return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
        }
    }
}
