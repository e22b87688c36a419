package dev.proa.delivery.entry;

import dev.proa.delivery.entry.EntryService.Try;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;

/** Copies of requests, whose answers are counted and dropped. They may fail, and are left out when too many are under way. Used on the event loop only. */
final class Mirrors {
    private static final int MOST = 64;
    private static final int LONGEST_BODY = 64 << 10;
    private static final long PATIENCE_MILLIS = 10_000;

    private int underWay;

    /** Is told what a version answered to a copy. */
    interface Counter {
        /** @param code of the answer; 502 for none */
        void answered(Version version, int code, long nanos);
    }

    /** Whether the body of a request is short enough to be copied, and says so. */
    static boolean takes(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length != null && length.matches("[0-9]{1,5}") && Integer.parseInt(length) <= LONGEST_BODY;
    }

    /** Sends a copy. */
    void send(
            HttpServerRequest request, RequestTarget target, Try to, HttpClient client, Buffer body, Counter counter) {
        if (underWay >= MOST || request.headers().contains(HttpHeaders.UPGRADE)) {
            return;
        }
        underWay++;
        long begun = System.nanoTime();
        client.request(new RequestOptions()
                        .setMethod(request.method())
                        .setHost(to.endpoint().host())
                        .setPort(to.endpoint().port())
                        .setURI(target.uri())
                        .setIdleTimeout(PATIENCE_MILLIS))
                .compose(copy -> {
                    copy.exceptionHandler(broken -> {});
                    ForwardedHeaders.request(request, target, copy);
                    return copy.send(body);
                })
                .onComplete(answered -> counter.answered(
                        to.version(),
                        answered.succeeded() ? answered.result().statusCode() : 502,
                        System.nanoTime() - begun))
                .compose(answer -> {
                    answer.handler(piece -> {});
                    return answer.end();
                })
                .onComplete(ended -> underWay--);
    }
}
