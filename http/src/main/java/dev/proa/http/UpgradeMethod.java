package dev.proa.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/**
 * The method of requests that upgrade their connection. Vert.x upgrades only GET, while clients of SPDY send POST: on guarded connections
 * such a request reaches Vert.x as a GET with a header that tells its method. It is passed on as a GET, too: Vert.x' client knows no other upgrades,
 * and kubelets take both.
 */
public final class UpgradeMethod {
    private static final String HEADER = "x-proa-upgrade-method";

    private UpgradeMethod() {}

    /** Makes a GET of a request without a body that upgrades by another method. A header that the client sent is removed from every request. */
    static void hide(HttpRequest request) {
        HttpHeaders headers = request.headers();
        headers.remove(HEADER);
        String upgrade = headers.get(HttpHeaderNames.UPGRADE);
        if (upgrade != null
                && !upgrade.equalsIgnoreCase("websocket")
                && request.method().equals(io.netty.handler.codec.http.HttpMethod.POST)
                && HttpUtil.getContentLength(request, 0L) == 0
                && !HttpUtil.isTransferEncodingChunked(request)) {
            headers.set(HEADER, request.method().name());
            request.setMethod(io.netty.handler.codec.http.HttpMethod.GET);
        }
    }

    /** The method that the client sent. */
    public static HttpMethod of(HttpServerRequest request) {
        // On HTTP/2 nothing is upgraded, and nobody has looked after the header.
        String hidden = request.version() == HttpVersion.HTTP_2 ? null : request.getHeader(HEADER);
        return hidden == null ? request.method() : HttpMethod.valueOf(hidden);
    }

    /** Whether this is the name, in lower case, of the header that tells the method, which must not be passed on. */
    public static boolean isHeader(String name) {
        return name.equals(HEADER);
    }
}
