package dev.proa.server.aggregator;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.StatusException;
import dev.proa.server.auth.UserInfo;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * How an authenticating proxy tells an extension server for whom it speaks: by the headers {@code X-Remote-User}, {@code -Uid}, {@code
 * -Group} and {@code -Extra-NAME}.
 */
public final class FrontProxy {
    public static final String USER = "X-Remote-User";
    public static final String UID = "X-Remote-Uid";
    public static final String GROUP = "X-Remote-Group";
    /** What the names of headers with further facts begin with. */
    public static final String EXTRA = "X-Remote-Extra-";

    private static final String PREFIX = "X-Remote-";
    private static final String TOKEN = "!#$&'*+-.^_`|~";

    private FrontProxy() {}

    /** Whether a header is one of those; nobody but a proxy may set them. */
    public static boolean isHeader(String name) {
        return name.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
    }

    /**
     * The headers of a user. A character of a value is a byte of UTF-8.
     *
     * @throws StatusException when something of the user cannot stand in a header
     */
    public static MultiMap headers(UserInfo user) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        headers.add(USER, value(user.name()));
        if (!user.uid().isEmpty()) {
            headers.add(UID, value(user.uid()));
        }
        user.groups().forEach(group -> headers.add(GROUP, value(group)));
        for (Map.Entry<String, List<String>> extra : user.extra().entrySet()) {
            String name = EXTRA + escaped(extra.getKey());
            extra.getValue().forEach(value -> headers.add(name, value(value)));
        }
        return headers;
    }

    /** What is left out or replaced could make one user another. */
    private static String value(String text) {
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw StatusException.badRequest(
                    "the user " + GoText.quote(text) + " cannot be told to an extension server");
        }
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** The name of a fact as a part of a header's name: what may not stand there is percent-encoded, bytes of UTF-8. */
    private static String escaped(String name) {
        StringBuilder out = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || TOKEN.indexOf(c) >= 0);
            if (plain) {
                out.append(c);
            } else {
                out.append('%').append(String.format("%02X", (int) c));
            }
        }
        return out.toString();
    }
}
