package dev.proa.server.openapi;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;

/**
 * A document in the form of OpenAPI 2.0, which has all groups and versions in one. Its parts are encoded when they are added, since all of them
 * together are large. For one thread.
 */
abstract class SwaggerDocument {
    private static final MapValue TOKEN = MapValue.of(
            "description", "Bearer Token authentication", "in", "header", "name", "authorization", "type", "apiKey");

    final Map<String, byte[]> paths = new TreeMap<>();
    final Map<String, byte[]> definitions = new TreeMap<>();
    final Map<String, byte[]> parameters = new TreeMap<>();

    void path(String path, MapValue item) {
        paths.put(path, encodePath(item));
    }

    void definition(String name, MapValue schema) {
        definitions.put(name, encodeSchema(schema));
    }

    void parameter(String name, MapValue parameter) {
        parameters.put(name, encodeParameter(parameter));
    }

    abstract byte[] encodePath(MapValue item);

    abstract byte[] encodeSchema(MapValue schema);

    abstract byte[] encodeParameter(MapValue parameter);

    /** The document, compressed by gzip. */
    final byte[] compressed(String version) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            write(out, version);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    abstract void write(GZIPOutputStream out, String version) throws IOException;

    static final class OfJson extends SwaggerDocument {
        @Override
        byte[] encodePath(MapValue item) {
            return Json.encode(item);
        }

        @Override
        byte[] encodeSchema(MapValue schema) {
            return Json.encode(schema);
        }

        @Override
        byte[] encodeParameter(MapValue parameter) {
            return Json.encode(parameter);
        }

        @Override
        void write(GZIPOutputStream out, String version) throws IOException {
            text(out, "{\"swagger\":\"2.0\",\"info\":");
            out.write(Json.encode(MapValue.of("title", "Kubernetes", "version", version)));
            section(out, "paths", paths);
            section(out, "definitions", definitions);
            section(out, "parameters", parameters);
            text(out, ",\"securityDefinitions\":");
            out.write(Json.encode(MapValue.of("BearerToken", TOKEN)));
            text(out, ",\"security\":[{\"BearerToken\":[]}]}");
        }

        private static void section(GZIPOutputStream out, String name, Map<String, byte[]> parts) throws IOException {
            text(out, ",\"" + name + "\":{");
            String separator = "";
            for (Map.Entry<String, byte[]> part : parts.entrySet()) {
                text(out, separator);
                out.write(Json.encode(part.getKey()));
                text(out, ":");
                out.write(part.getValue());
                separator = ",";
            }
            text(out, "}");
        }

        private static void text(GZIPOutputStream out, String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** As messages of gnostic's {@code openapi.v2}, whose field numbers these are. */
    static final class OfProtobuf extends SwaggerDocument {
        @Override
        byte[] encodePath(MapValue item) {
            return SwaggerMessages.pathItem(item).toByteArray();
        }

        @Override
        byte[] encodeSchema(MapValue schema) {
            return SwaggerMessages.schema(schema).toByteArray();
        }

        @Override
        byte[] encodeParameter(MapValue parameter) {
            return SwaggerMessages.parameter(parameter).toByteArray();
        }

        @Override
        void write(GZIPOutputStream out, String version) throws IOException {
            Message head = new Message()
                    .string(1, "2.0")
                    .message(2, new Message().string(1, "Kubernetes").string(2, version));
            out.write(head.toByteArray());
            section(out, 8, 2, paths);
            section(out, 9, 1, definitions);
            section(out, 10, 1, parameters);
            out.write(new Message()
                    .message(12, new Message().message(1, SwaggerMessages.named("BearerToken", new Message())))
                    .message(
                            13,
                            new Message()
                                    .message(
                                            1,
                                            SwaggerMessages.named(
                                                    "BearerToken",
                                                    new Message().message(2, SwaggerMessages.apiKey(TOKEN)))))
                    .toByteArray());
        }

        /** A message with a named message for each part. */
        private static void section(GZIPOutputStream out, int number, int part, Map<String, byte[]> parts)
                throws IOException {
            Message all = new Message();
            parts.forEach((name, bytes) ->
                    all.message(part, new Message().string(1, name).bytes(2, bytes)));
            out.write(new Message().message(number, all).toByteArray());
        }
    }
}
