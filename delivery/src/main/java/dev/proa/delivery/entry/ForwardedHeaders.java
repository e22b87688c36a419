package dev.proa.delivery.entry;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Which headers of requests and answers a proxy passes on (RFC 9110, 7.6), and those that it adds. */
final class ForwardedHeaders {
    private static final String FOR = "X-Forwarded-For";
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings",
            "expect",
            "host");

    private ForwardedHeaders() {}

    static boolean isGrpc(MultiMap headers) {
        String type = headers.get(HttpHeaders.CONTENT_TYPE);
        return type != null && type.startsWith("application/grpc");
    }

    /**
     * Whether a request asks for another protocol, other than HTTP/2, on its connection. Not one with a body: it would have to be sent before the
     * connection is another, and a pod that does not change the protocol would take what comes late for the next request.
     */
    static boolean upgrades(HttpServerRequest request) {
        String wanted = request.getHeader(HttpHeaders.UPGRADE);
        return request.version() != HttpVersion.HTTP_2
                && wanted != null
                && !hasBody(request)
                && !wanted.toLowerCase(Locale.ROOT).startsWith("h2c")
                && names(request.headers()).contains("upgrade");
    }

    static boolean hasBody(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
            boolean usual = request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD;
            return length == null ? usual && !request.isEnded() : !length.equals("0");
        }
        return request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                || !request.headers().getAll(HttpHeaders.CONTENT_LENGTH).stream()
                        .allMatch(length -> length.strip().equals("0"));
    }

    /** Gives a request to a pod the headers of the one that came. */
    static void request(HttpServerRequest from, RequestTarget asked, HttpClientRequest to) {
        copy(from.headers(), to.headers(), isGrpc(from.headers()));
        HostAndPort authority = asked.authority();
        if (authority != null) {
            to.authority(authority);
        }
        MultiMap headers = to.headers();
        String before = String.join(", ", headers.getAll(FOR));
        String peer = from.remoteAddress().hostAddress();
        headers.set(FOR, before.isEmpty() ? peer : before + ", " + peer);
        if (!headers.contains("X-Forwarded-Proto")) {
            headers.set("X-Forwarded-Proto", "http");
        }
        if (!headers.contains("X-Forwarded-Host") && authority != null) {
            headers.set("X-Forwarded-Host", authority.toString());
        }
        String wanted = from.getHeader(HttpHeaders.UPGRADE);
        if (wanted != null && upgrades(from)) {
            headers.set(HttpHeaders.CONNECTION, "Upgrade").set(HttpHeaders.UPGRADE, wanted);
        }
        boolean chunked = hasBody(from) && !headers.contains(HttpHeaders.CONTENT_LENGTH);
        if (chunked && to.version() != HttpVersion.HTTP_2) {
            to.setChunked(true);
        }
    }

    /** Gives an answer the headers of a pod's. */
    static void answer(HttpClientResponse from, HttpServerResponse to) {
        copy(from.headers(), to.headers(), false);
    }

    private static void copy(MultiMap from, MultiMap to, boolean trailers) {
        Set<String> named = names(from);
        for (Map.Entry<String, String> header : from.entries()) {
            String name = header.getKey();
            String lower = name.toLowerCase(Locale.ROOT);
            if (!name.startsWith(":") && !HOP_BY_HOP.contains(lower) && !named.contains(lower)) {
                to.add(name, header.getValue());
            }
        }
        if (trailers) {
            to.set("te", "trailers"); // servers of gRPC insist on it
        }
    }

    /** What the header {@code Connection} names. */
    private static Set<String> names(MultiMap headers) {
        Set<String> names = new HashSet<>();
        for (String line : headers.getAll(HttpHeaders.CONNECTION)) {
            for (String name : line.split(",")) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }
}
