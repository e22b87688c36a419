package dev.proa.client;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;

/** Reads responses with a status code of 400 or more. */
public final class ErrorResponse {
    private ErrorResponse() {}

    /** The server's {@code Status}, or one made from the HTTP status code when the body is none. */
    public static StatusException of(int code, byte[] body) {
        try {
            if (Json.decode(body) instanceof MapValue status
                    && status.string("kind").equals("Status")) {
                return StatusException.from(status.has("code") ? status : status.with("code", (long) code));
            }
        } catch (DecodeException e) {
            return plain(code, new String(body, StandardCharsets.UTF_8).strip());
        }
        return plain(code, "");
    }

    private static StatusException plain(int code, String text) {
        Reason reason = Reason.Unknown;
        for (Reason candidate : Reason.values()) {
            if (candidate.code() == code && reason == Reason.Unknown) {
                reason = candidate;
            }
        }
        String message = text.isEmpty() ? "the server answered with code " + code : text;
        return StatusException.of(reason, message, MapValue.EMPTY).withCode(code);
    }
}
