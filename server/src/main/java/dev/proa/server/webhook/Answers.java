package dev.proa.server.webhook;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Json;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** Reads the answers of webhooks, and says what is wrong with them as Kubernetes' client does. */
final class Answers {
    private static final int LONGEST_TEXT = 2_048;

    private Answers() {}

    /**
     * An answer.
     *
     * @param contentType empty when it names none
     */
    record Answer(int code, String contentType, byte[] body) {}

    /**
     * The object in an answer.
     *
     * @throws WebhookCallException when it says that the request failed, or is no object
     */
    static MapValue object(Answer answer) {
        success(answer);
        try {
            if (Json.decode(answer.body()) instanceof MapValue object) {
                return object;
            }
            throw new WebhookCallException("couldn't get version/kind; json parse error: the answer is no JSON object");
        } catch (DecodeException e) {
            throw new WebhookCallException("couldn't get version/kind; json parse error: " + e.getMessage());
        }
    }

    /** @throws WebhookCallException when an answer says that the request failed */
    static void success(Answer answer) {
        if (answer.code() < 200 || answer.code() > 206) {
            throw new WebhookCallException(failure(answer));
        }
    }

    private static StatusException failure(Answer answer) {
        MapValue status = status(answer);
        if (!status.isEmpty()) {
            return StatusException.from(status);
        }
        String type = answer.contentType().toLowerCase(Locale.ROOT);
        String said = type.isEmpty() || type.startsWith("text/")
                ? new String(
                                Arrays.copyOf(answer.body(), Math.min(answer.body().length, LONGEST_TEXT)),
                                StandardCharsets.UTF_8)
                        .strip()
                : "unknown";
        Reason reason = reason(answer.code());
        MapValue details =
                MapValue.of("causes", ListValue.of(MapValue.of("reason", "UnexpectedServerResponse", "message", said)));
        return StatusException.of(reason, message(answer.code(), said), details).withCode(answer.code());
    }

    /** A {@code Status} that was sent in place of what was asked for; empty when there is none. */
    private static MapValue status(Answer answer) {
        try {
            return Json.decode(answer.body()) instanceof MapValue object
                            && object.string("kind").equals("Status")
                            && object.string("status").equals("Failure")
                            && object.get("message") instanceof String
                    ? object.with("code", (long) answer.code())
                    : MapValue.EMPTY;
        } catch (DecodeException e) {
            return MapValue.EMPTY;
        }
    }

    private static Reason reason(int code) {
        return switch (code) {
            case 400 -> Reason.BadRequest;
            case 401 -> Reason.Unauthorized;
            case 403 -> Reason.Forbidden;
            case 404 -> Reason.NotFound;
            case 405 -> Reason.MethodNotAllowed;
            case 406 -> Reason.NotAcceptable;
            case 409 -> Reason.AlreadyExists;
            case 415 -> Reason.UnsupportedMediaType;
            case 422 -> Reason.Invalid;
            case 429 -> Reason.TooManyRequests;
            case 503 -> Reason.ServiceUnavailable;
            case 504 -> Reason.Timeout;
            default -> code >= 500 ? Reason.InternalError : Reason.Unknown;
        };
    }

    private static String message(int code, String said) {
        return switch (code) {
            case 400 -> "the server rejected our request for an unknown reason";
            case 401 -> "the server has asked for the client to provide credentials";
            case 403, 415 -> said;
            case 404 -> "the server could not find the requested resource";
            case 405 -> "the server does not allow this method on the requested resource";
            case 406 ->
                said.isEmpty() || said.equals("unknown")
                        ? "the server was unable to respond with a content type that the client supports"
                        : said;
            case 409 -> "the server reported a conflict";
            case 422 -> "the server rejected our request due to an error in our request";
            case 429 -> "the server has received too many requests and has asked us to try again later";
            case 503 -> "the server is currently unable to handle the request";
            case 504 ->
                "the server was unable to return a response in the time allotted, but may still be processing the"
                        + " request";
            default ->
                code >= 500
                        ? "an error on the server (" + GoText.quote(said)
                                + ") has prevented the request from succeeding"
                        : "the server responded with the status code " + code + " but did not return more information";
        };
    }
}
