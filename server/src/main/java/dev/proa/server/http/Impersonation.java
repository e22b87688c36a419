package dev.proa.server.http;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.StatusException;
import dev.proa.server.auth.RequestHeaders;
import dev.proa.server.auth.UserInfo;
import io.vertx.core.MultiMap;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the headers {@code Impersonate-User}, {@code -Uid}, {@code -Group} and {@code -Extra-NAME} of Kubernetes. */
final class Impersonation {
    private static final String PREFIX = "impersonate-";
    private static final String USER = "Impersonate-User";
    private static final String UID = "Impersonate-Uid";
    private static final String GROUP = "Impersonate-Group";
    private static final String EXTRA = "impersonate-extra-";

    private Impersonation() {}

    /** Whether a header is one of those. */
    static boolean isHeader(String name) {
        return name.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
    }

    /** Whether a request has impersonation headers. */
    static boolean asked(MultiMap headers) {
        for (Map.Entry<String, String> header : headers) {
            if (isHeader(header.getKey())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whom the headers ask for, as they say it; null when they ask for nobody.
     *
     * @throws StatusException when they name no user, but something of one
     */
    static @Nullable UserInfo wanted(RequestHeaders headers) {
        String name = orEmpty(headers.first(USER));
        String uid = orEmpty(headers.first(UID));
        List<String> groups = headers.all(GROUP);
        Map<String, List<String>> extra = extra(headers);
        if (!name.isEmpty()) {
            return new UserInfo(name, uid, groups, extra);
        }
        if (groups.isEmpty() && uid.isEmpty() && extra.isEmpty()) {
            return null;
        }
        throw StatusException.badRequest("requested &user.DefaultInfo{Name:\"\", UID:" + GoText.quote(uid) + ", Groups:"
                + (groups.isEmpty() ? "[]string(nil)" : goText(groups)) + ", Extra:"
                + (extra.isEmpty() ? "map[string][]string(nil)" : goText(extra))
                + "} without impersonating a user name");
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static String goText(List<String> texts) {
        return texts.stream().map(GoText::quote).collect(Collectors.joining(", ", "[]string{", "}"));
    }

    private static String goText(Map<String, List<String>> texts) {
        return texts.entrySet().stream()
                .map(entry -> GoText.quote(entry.getKey()) + ":" + goText(entry.getValue()))
                .collect(Collectors.joining(", ", "map[string][]string{", "}"));
    }

    private static Map<String, List<String>> extra(RequestHeaders headers) {
        Map<String, List<String>> extra = new TreeMap<>();
        for (String header : headers.names()) {
            String name = header.toLowerCase(Locale.ROOT);
            if (name.startsWith(EXTRA)) {
                extra.computeIfAbsent(decoded(name.substring(EXTRA.length())), key -> new ArrayList<>())
                        .addAll(headers.all(header));
            }
        }
        return extra;
    }

    private static String decoded(String key) {
        try {
            return URLDecoder.decode(key.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return key; // as it stands
        }
    }
}
