package dev.proa.server.webhook;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import java.io.IOException;

/** Reads the bodies of answers from servers that may send anything. */
public final class ResponseBody {
    private ResponseBody() {}

    /** An answer is longer than is read of it. */
    public static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1;

        private TooLongException(long most) {
            super("the answer has more than " + most + " bytes");
        }
    }

    /**
     * The whole body. Call it with the response, before anything else of it comes.
     *
     * @param most bytes; an answer with more is ended, and fails with a {@link TooLongException}
     */
    public static Future<Buffer> read(HttpClientResponse response, long most) {
        Promise<Buffer> read = Promise.promise();
        Buffer whole = Buffer.buffer();
        response.handler(piece -> {
            if (whole.length() + (long) piece.length() > most) {
                read.tryFail(new TooLongException(most));
                response.request().reset();
            } else {
                whole.appendBuffer(piece);
            }
        });
        response.exceptionHandler(read::tryFail);
        response.endHandler(ended -> read.tryComplete(whole));
        return read.future();
    }
}
