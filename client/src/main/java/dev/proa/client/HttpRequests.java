package dev.proa.client;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.client.Transport.TransportException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The form of {@link Transport.Request}s and their answers in HTTP. */
public final class HttpRequests {
    private HttpRequests() {}

    /** The method of a verb of Kubernetes. */
    public static String method(String verb) {
        return switch (verb) {
            case "get", "list", "watch" -> "GET";
            case "create" -> "POST";
            case "update" -> "PUT";
            case "patch" -> "PATCH";
            case "delete", "deletecollection" -> "DELETE";
            default -> throw new IllegalArgumentException("not a verb of Kubernetes: " + verb);
        };
    }

    /**
     * A path and its query, escaped.
     *
     * @param query parameters by name, not percent-encoded
     */
    public static String uri(String path, Map<String, String> query) {
        StringBuilder uri = new StringBuilder(path.replace(" ", "%20"));
        char separator = '?';
        for (Map.Entry<String, String> parameter : query.entrySet()) {
            uri.append(separator)
                    .append(encoded(parameter.getKey()))
                    .append('=')
                    .append(encoded(parameter.getValue()));
            separator = '&';
        }
        return uri.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The media type of a request's body. */
    public static String contentType(Transport.Request request) {
        String type = request.contentType();
        return type == null ? "application/json" : type;
    }

    /**
     * The object that is answered; empty for an answer without a body.
     *
     * @param status the status code
     * @param what whose answer it is, for messages, as in "the answer of ..."
     * @throws dev.proa.api.status.StatusException what a server answers with a code of 400 or more
     * @throws TransportException when the answer is not JSON
     */
    public static MapValue answer(int status, byte[] body, String what) {
        if (status >= 400) {
            throw ErrorResponse.of(status, body);
        }
        try {
            return body.length == 0 ? MapValue.EMPTY : Json.decodeMap(body);
        } catch (DecodeException e) {
            throw new TransportException("the answer " + what + " is not JSON: " + e.getMessage(), e);
        }
    }
}
