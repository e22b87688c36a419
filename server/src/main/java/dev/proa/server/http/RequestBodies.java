package dev.proa.server.http;

import dev.proa.api.status.StatusException;
import dev.proa.http.Blocking;
import dev.proa.http.FairBudget;
import dev.proa.server.apiserver.ApiRequest;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of requests: each only so large, in some time, and all of them in a share of the heap. */
final class RequestBodies {
    private static final int MAX_BODY = 3 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Of the heap, for all bodies. */
    private static final int SHARE = 8;

    /** Values take so many times the memory of their text at worst, as in a list of numbers. */
    private static final int GROWTH = 16;

    /** Of the heap, for the values of all bodies. */
    private static final int VALUES_SHARE = 4;

    private static final long PATIENCE_FOR_OTHERS_MILLIS = 10_000;

    private final FairBudget values =
            new FairBudget(Math.max(Runtime.getRuntime().maxMemory() / VALUES_SHARE, 2L * GROWTH * MAX_BODY));
    private final FairBudget budget = new FairBudget(Runtime.getRuntime().maxMemory() / SHARE);

    /** A body that is charged for until it is closed. */
    interface Held extends AutoCloseable {
        ApiRequest.Body body();

        @Override
        void close();
    }

    /**
     * Waits for the body of a request that is paused.
     *
     * @param payer whose share of the memory it is taken from
     * @throws StatusException when it is refused, or does not come
     */
    Held read(Exchange exchange, String payer) {
        HttpServerRequest request = exchange.request();
        Reading reading = new Reading(payer);
        try {
            checkLength(request);
            exchange.eventLoop().execute(() -> {
                request.handler(reading::more);
                request.exceptionHandler(reading::broken);
                request.endHandler(nothing -> reading.end());
                request.resume();
            });
            Buffer content = Blocking.await(reading.whole.future(), PATIENCE);
            String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
            ApiRequest.Body body = new ApiRequest.Bytes(content.getBytes(), type == null ? "" : type);
            return reading.held(body, takeValues(payer, (long) GROWTH * content.length()));
        } catch (CompletionException e) {
            reading.drop();
            throw refused(e.getCause());
        } catch (StatusException e) {
            reading.drop();
            exchange.eventLoop().execute(request::resume); // nobody keeps what comes
            throw e;
        }
    }

    /** Takes what the values of a body may need, once there is so much for this user. */
    private long takeValues(String payer, long amount) {
        try {
            if (values.take(payer, amount, PATIENCE_FOR_OTHERS_MILLIS)) {
                return amount;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw StatusException.tooManyRequests("too many large requests at a time, please try again later", 1);
    }

    private static StatusException refused(@Nullable Throwable cause) {
        return switch (cause) {
            case StatusException refusal -> refusal;
            case TimeoutException slow ->
                StatusException.timeout("the body of the request did not come in " + PATIENCE.toSeconds() + " s", 0);
            case null, default -> StatusException.badRequest("the body of the request did not come: " + cause);
        };
    }

    /** Refuses a body that is too large before anything of it is kept. */
    private static void checkLength(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && isTooLarge(length)) {
            throw tooLarge();
        }
    }

    private static boolean isTooLarge(String length) {
        try {
            return Long.parseLong(length) > MAX_BODY;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static StatusException tooLarge() {
        return StatusException.tooLarge("limit is " + MAX_BODY);
    }

    /** Collects the body of one request, on its event loop. */
    private final class Reading {
        private final String payer;
        private final Promise<Buffer> whole = Promise.promise();
        private @Nullable Buffer content;
        private int held;
        private boolean over;

        Reading(String payer) {
            this.payer = payer;
        }

        synchronized void more(Buffer chunk) {
            if (over) {
                return;
            }
            if (held + chunk.length() > MAX_BODY) {
                refuse(tooLarge());
            } else if (!budget.take(payer, chunk.length())) {
                refuse(StatusException.tooManyRequests(
                        "the bodies of other requests take all the memory that there is for them, try again later", 1));
            } else {
                held += chunk.length();
                content = content == null ? chunk : content.appendBuffer(chunk);
            }
        }

        private void refuse(StatusException refusal) {
            drop();
            whole.tryFail(refusal);
        }

        void broken(Throwable cause) {
            drop();
            whole.tryFail(cause);
        }

        synchronized void drop() {
            over = true;
            content = null;
            budget.give(payer, held);
            held = 0;
        }

        synchronized void end() {
            if (!over) {
                over = true;
                whole.tryComplete(content == null ? Buffer.buffer() : content);
                content = null;
            }
        }

        Held held(ApiRequest.Body body, long charged) {
            return new Held() {
                @Override
                public ApiRequest.Body body() {
                    return body;
                }

                @Override
                public void close() {
                    drop();
                    values.give(payer, charged);
                }
            };
        }
    }
}
