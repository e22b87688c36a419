package dev.proa.server.apiserver;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.codec.Yaml;
import dev.proa.api.protobuf.Protobuf;
import dev.proa.api.status.StatusException;
import dev.proa.server.encoding.Encoding;
import dev.proa.server.encoding.JsonEncoding;
import dev.proa.server.encoding.YamlEncoding;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of requests, in the encoding that their media type names. */
final class Bodies {
    private static final String JSON = "application/json";
    private static final String YAML = "application/yaml";

    private Bodies() {}

    /**
     * The value of the body of a request.
     *
     * @param apiVersion what is expected
     * @param kind what is expected; custom kinds have no protobuf
     * @param duplicates gets the path of each name that is there twice, or what YAML says of it; null when nobody asks
     * @throws DecodeException when it is not what its media type says
     * @throws StatusException when the media type is unknown
     */
    static @Nullable Object read(Call call, String apiVersion, String kind, @Nullable Consumer<String> duplicates) {
        return switch (call.request.body()) {
            case ApiRequest.Value value -> value.value();
            case ApiRequest.Bytes bytes -> {
                boolean protobuf = call.endpoint.hasProtobuf() || !kind.equals(call.endpoint.kind());
                Encoding encoding = encoding(call, bytes.contentType(), protobuf);
                yield encoding.decode(bytes.bytes(), apiVersion, kind, duplicates);
            }
        };
    }

    /** A body that may be JSON or YAML, or else the text that it is. */
    static @Nullable Object lenient(byte[] bytes) {
        try {
            return Json.decode(bytes);
        } catch (DecodeException notJson) {
            try {
                return Yaml.decode(bytes);
            } catch (DecodeException notYaml) {
                return new String(bytes, StandardCharsets.UTF_8);
            }
        }
    }

    private static Encoding encoding(Call call, String contentType, boolean protobuf) {
        String type = contentType.isEmpty() ? JSON : mediaType(contentType);
        return switch (type) {
            case JSON, "*/*" -> JsonEncoding.INSTANCE;
            case YAML -> YamlEncoding.INSTANCE;
            case Protobuf.MEDIA_TYPE -> {
                if (!protobuf) {
                    throw StatusException.unsupportedMediaType(List.of(JSON, YAML));
                }
                yield call.catalog.protobuf();
            }
            default ->
                throw StatusException.unsupportedMediaType(
                        protobuf ? List.of(JSON, YAML, Protobuf.MEDIA_TYPE) : List.of(JSON, YAML));
        };
    }

    /** For the problems with the fields of an object in a body. */
    static FieldProblems problems(ApiRequest.Body body) {
        if (!(body instanceof ApiRequest.Bytes bytes)) {
            return FieldProblems.ofValue();
        }
        return switch (mediaType(bytes.contentType())) {
            case YAML -> new FieldProblems(FieldProblems.Form.YAML, bytes.bytes());
            case Protobuf.MEDIA_TYPE -> FieldProblems.ofValue();
            default -> new FieldProblems(FieldProblems.Form.JSON, bytes.bytes());
        };
    }

    /** A media type without its parameters, in lower case. */
    static String mediaType(String contentType) {
        if (contentType.equals(JSON)) {
            return contentType;
        }
        int semicolon = contentType.indexOf(';');
        return (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                .strip()
                .toLowerCase(Locale.ROOT);
    }
}
