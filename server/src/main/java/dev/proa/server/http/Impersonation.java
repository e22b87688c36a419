package dev.proa.server.http;

import dev.proa.api.status.StatusException;
import dev.proa.server.apiserver.ApiServer;
import dev.proa.server.auth.UserInfo;
import io.vertx.core.MultiMap;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Impersonation by the headers {@code Impersonate-User}, {@code -Uid}, {@code -Group} and {@code -Extra-NAME} of
 * Kubernetes. Each part must be authorized.
 */
final class Impersonation {
    private static final String PREFIX = "impersonate-";
    private static final String USER = "Impersonate-User";
    private static final String UID = "Impersonate-Uid";
    private static final String GROUP = "Impersonate-Group";
    private static final String EXTRA = "impersonate-extra-";
    private static final String ACCOUNT = "system:serviceaccount:";

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
     * Who the request is made as.
     *
     * @param user who asks
     * @throws StatusException when the user may not be that one, or the headers do not name one
     */
    static UserInfo of(MultiMap headers, UserInfo user, ApiServer server) {
        String name = headers.get(USER);
        String uid = headers.get(UID);
        List<String> groups = headers.getAll(GROUP);
        Map<String, List<String>> extra = extra(headers);
        if (name == null || name.isEmpty()) {
            if (groups.isEmpty() && uid == null && extra.isEmpty()) {
                return user;
            }
            throw StatusException.badRequest("requested "
                    + (!groups.isEmpty()
                            ? "groups [" + String.join(" ", groups) + "]"
                            : uid != null ? "uid " + uid : "extra")
                    + " without impersonating a user");
        }
        UserInfo asked = new UserInfo(name, uid == null ? "" : uid, groups, extra);
        server.impersonate(user, asked);
        return new UserInfo(name, asked.uid(), groups(name, groups), extra);
    }

    private static Map<String, List<String>> extra(MultiMap headers) {
        Map<String, List<String>> extra = new TreeMap<>();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith(EXTRA)) {
                extra.computeIfAbsent(decoded(name.substring(EXTRA.length())), key -> new ArrayList<>())
                        .add(header.getValue());
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

    /** The groups that were asked for, and those that everybody of that name is in. */
    private static List<String> groups(String name, List<String> asked) {
        List<String> groups = new ArrayList<>(asked);
        if (name.startsWith(ACCOUNT) && asked.isEmpty()) {
            int end = name.indexOf(':', ACCOUNT.length());
            if (end > 0) {
                groups.add("system:serviceaccounts");
                groups.add("system:serviceaccounts:" + name.substring(ACCOUNT.length(), end));
            }
        }
        if (!groups.contains(UserInfo.AUTHENTICATED) && !groups.contains(UserInfo.UNAUTHENTICATED)) {
            groups.add(name.equals(UserInfo.ANONYMOUS.name()) ? UserInfo.UNAUTHENTICATED : UserInfo.AUTHENTICATED);
        }
        return groups;
    }
}
