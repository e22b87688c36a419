package dev.proa.server.apiserver;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.codec.Yaml;
import dev.proa.api.protobuf.Protobuf;
import dev.proa.api.status.StatusException;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of requests: JSON, YAML or protobuf by their media type. */
final class Bodies {
    private static final List<String> ACCEPTED = List.of("application/json", "application/yaml", Protobuf.MEDIA_TYPE);

    private Bodies() {}

    static @Nullable Object read(ApiRequest.Body body) {
        return read(body, null);
    }

    /**
     * The value of a body.
     *
     * @param duplicates gets the path of each name that is there twice, or what YAML says of it; null when nobody asks
     * @throws DecodeException when it is not what its media type says
     * @throws StatusException when the media type is unknown
     */
    static @Nullable Object read(ApiRequest.Body body, @Nullable Consumer<String> duplicates) {
        return switch (body) {
            case ApiRequest.Value value -> value.value();
            case ApiRequest.Bytes bytes ->
                switch (bytes.contentType().isEmpty() ? "" : knownType(bytes.contentType())) {
                    case "", "*/*", "application/json" ->
                        json(bytes.bytes(), () -> Json.decodeMerged(bytes.bytes(), duplicates));
                    case "application/yaml" -> Yaml.decode(bytes.bytes(), duplicates);
                    case Protobuf.MEDIA_TYPE -> Protobuf.decode(bytes.bytes());
                    default -> throw StatusException.unsupportedMediaType(ACCEPTED);
                };
        };
    }

    /** For the problems with the fields of an object in a body. */
    static FieldProblems problems(ApiRequest.Body body) {
        if (!(body instanceof ApiRequest.Bytes bytes)) {
            return FieldProblems.ofValue();
        }
        boolean yaml = mediaType(bytes.contentType()).equals("application/yaml");
        return new FieldProblems(yaml ? FieldProblems.Form.YAML : FieldProblems.Form.JSON, bytes.bytes());
    }

    /** The media type; something that is none and that nobody knows when it cannot be read. */
    private static String knownType(String contentType) {
        String type = mediaType(contentType);
        return type.isEmpty() ? "?" : type;
    }

    /** A patch, in which of a name that is there twice the last value counts. */
    static @Nullable Object json(byte[] bytes, @Nullable Consumer<String> duplicates) {
        return json(bytes, () -> Json.decode(bytes, duplicates));
    }

    private static @Nullable Object json(byte[] bytes, Supplier<@Nullable Object> decoding) {
        if (isBlank(bytes)) {
            throw new DecodeException("unexpected end of JSON input");
        }
        try {
            return decoding.get();
        } catch (DecodeException e) {
            String goMessage = JsonFaults.of(bytes);
            throw goMessage == null ? e : new DecodeException(goMessage, e);
        }
    }

    private static boolean isBlank(byte[] bytes) {
        for (byte b : bytes) {
            if (b > ' ' || b < 0) {
                return false;
            }
        }
        return true;
    }

    /** A media type without its parameters, in lower case. */
    static String mediaType(String contentType) {
        if (contentType.equals("application/json")) {
            return contentType;
        }
        int semicolon = contentType.indexOf(';');
        return (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                .strip()
                .toLowerCase(Locale.ROOT);
    }
}
