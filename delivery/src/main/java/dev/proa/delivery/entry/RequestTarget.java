package dev.proa.delivery.entry;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for, as the pod is told it (RFC 9112, section 3.2).
 *
 * @param uri path and query, or {@code *}
 * @param authority the host; null when the request names none
 */
record RequestTarget(String uri, @Nullable HostAndPort authority) {
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    /** HTTP/2 could carry line ends in here, which would be those of the request by HTTP/1.1. */
    private static final Pattern VISIBLE = Pattern.compile("[^\\x00-\\x20\\x7f]+");

    private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://([^/?#]+)(/[^?#]*)?(\\?.*)?");
    private static final Pattern AUTHORITY = Pattern.compile("[^\\x00-\\x20\\x7f/?#@]*");

    /** The target of a request; null when it is malformed, so that proxy and pod could read it differently. */
    static @Nullable RequestTarget of(HttpServerRequest request) {
        String uri = request.uri();
        HostAndPort authority = request.authority();
        boolean clean = TOKEN.matcher(request.method().name()).matches()
                && uri != null
                && VISIBLE.matcher(uri).matches()
                && (authority == null || AUTHORITY.matcher(authority.toString()).matches());
        if (!clean) {
            return null;
        }
        if (uri.startsWith("/") || uri.equals("*") && request.method() == HttpMethod.OPTIONS) {
            return new RequestTarget(uri, authority);
        }
        var absolute = ABSOLUTE.matcher(uri);
        HostAndPort named = absolute.matches() ? HostAndPort.parseAuthority(absolute.group(1), -1) : null;
        if (named == null) {
            return null;
        }
        String path = absolute.group(2) == null ? "/" : absolute.group(2);
        return new RequestTarget(path + (absolute.group(3) == null ? "" : absolute.group(3)), named);
    }
}
