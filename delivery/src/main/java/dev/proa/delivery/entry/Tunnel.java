package dev.proa.delivery.entry;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.NetSocket;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;

/** Passes bytes both ways on a connection that has been upgraded, as for a WebSocket, until both sides have said all. */
final class Tunnel {
    private static final int PIECES_AHEAD = 8;

    private Tunnel() {}

    /** @param ended called once, when the client's connection is closed */
    static void open(HttpServerRequest request, HttpClientResponse answer, Runnable ended) {
        NetSocket far = answer.netSocket();
        far.pause();
        HttpConnection connection = answer.request().connection();
        HttpServerResponse response = request.response();
        ForwardedHeaders.answer(answer, response);
        response.putHeader(HttpHeaders.CONNECTION, "Upgrade");
        response.putHeader(HttpHeaders.UPGRADE, answer.getHeader(HttpHeaders.UPGRADE));
        request.toNetSocket()
                .onSuccess(near -> {
                    near.pause();
                    near.closeHandler(nothing -> {
                        connection.close();
                        ended.run();
                    });
                    pass(near, far).onComplete(said -> connection.close());
                    // A connection that is closed drops what it has not sent yet: so its turn comes after a last, empty
                    // write.
                    pass(far, near)
                            .transform(said -> near.write(Buffer.buffer()))
                            .onComplete(sent -> near.close());
                })
                .onFailure(gone -> {
                    connection.close();
                    ended.run();
                });
    }

    /** A piece is asked for when one before it was written. */
    private static Future<Void> pass(ReadStream<Buffer> from, WriteStream<Buffer> to) {
        Promise<Void> ended = Promise.promise();
        from.handler(piece -> to.write(piece).onComplete(written -> {
            if (written.succeeded()) {
                from.fetch(1);
            } else {
                ended.tryFail(written.cause());
            }
        }));
        from.endHandler(nothing -> ended.tryComplete());
        from.exceptionHandler(ended::tryFail);
        from.fetch(PIECES_AHEAD);
        return ended.future();
    }
}
