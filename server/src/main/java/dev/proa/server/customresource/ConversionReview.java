package dev.proa.server.customresource;

import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Json;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Metadata;
import dev.proa.server.validation.Path;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a conversion webhook is asked, as {@code apiextensions.k8s.io ConversionReview}, and the checks of what it answers.
 *
 * @param version {@code v1} or {@code v1beta1}, which differ in how strictly the answer is read
 * @param uid tells it from all other questions
 */
record ConversionReview(String version, String uid) {
    private static final String KIND = "ConversionReview";
    private static final String API_VERSION = "apiextensions.k8s.io/v1";

    /** The first version that a webhook accepts and this server knows; null when there is none. */
    static @Nullable ConversionReview of(ListValue accepted, String uid) {
        for (Object candidate : accepted) {
            if ("v1".equals(candidate) || "v1beta1".equals(candidate)) {
                return new ConversionReview((String) candidate, uid);
            }
        }
        return null;
    }

    /**
     * The question, in JSON.
     *
     * @param objects to be converted, each in JSON
     */
    byte[] question(List<byte[]> objects, String apiVersion) {
        ByteArrayOutputStream json = new ByteArrayOutputStream(
                256 + objects.stream().mapToInt(object -> object.length + 1).sum());
        write(
                json,
                "{\"kind\":\"" + KIND + "\",\"apiVersion\":\"apiextensions.k8s.io/" + version
                        + "\",\"request\":{\"uid\":\"" + uid + "\",\"desiredAPIVersion\":" + Json.toString(apiVersion)
                        + ",\"objects\":[");
        for (int i = 0; i < objects.size(); i++) {
            if (i > 0) {
                json.write(',');
            }
            json.writeBytes(objects.get(i));
        }
        write(json, "]}}");
        return json.toByteArray();
    }

    private static void write(ByteArrayOutputStream json, String text) {
        json.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The converted objects in an answer, which have not been checked yet.
     *
     * @throws ConversionException when it is none to this question, or says that the objects cannot be converted
     */
    ListValue objects(MapValue answer) throws ConversionException {
        boolean strict = version.equals("v1");
        if (strict
                && !(answer.string("apiVersion").equals(API_VERSION)
                        && answer.string("kind").equals(KIND))) {
            throw new ConversionException(
                    Failure.MALFORMED,
                    "expected webhook response of " + shown(API_VERSION, KIND) + ", got "
                            + shown(answer.string("apiVersion"), answer.string("kind")));
        }
        if (!(answer.get("response") instanceof MapValue response)) {
            throw new ConversionException(Failure.MALFORMED, "no response provided");
        }
        if (strict && !response.string("uid").equals(uid)) {
            throw new ConversionException(
                    Failure.MALFORMED,
                    "expected response.uid=" + GoText.quote(uid) + ", got " + GoText.quote(response.string("uid")));
        }
        MapValue result = response.map("result");
        if (!result.string("status").equals("Success")) {
            String message = result.string("message");
            throw new ConversionException(
                    Failure.MALFORMED,
                    message.isEmpty()
                            ? "response.result.status was '" + result.string("status") + "', not 'Success'"
                            : message);
        }
        return response.list("convertedObjects");
    }

    /** A kind as Go prints it. */
    static String shown(String apiVersion, String kind) {
        return (apiVersion.indexOf('/') < 0 ? "/" + apiVersion : apiVersion) + ", Kind=" + kind;
    }

    /**
     * A converted object with the metadata that it had, but for labels and annotations.
     *
     * @param converted what the webhook made of {@code original}
     * @throws ConversionException when it is no such object
     */
    static MapValue checked(MapValue original, @Nullable Object converted, String apiVersion)
            throws ConversionException {
        if (!(converted instanceof MapValue object)) {
            throw invalid("the converted object is no object");
        }
        if (!object.string("apiVersion").equals(apiVersion)) {
            throw invalid(
                    "invalid groupVersion (expected " + apiVersion + ", received " + object.string("apiVersion") + ")");
        }
        String kind = original.string("kind");
        if (!object.string("kind").equals(kind)) {
            throw invalid("invalid kind (expected " + kind + ", received " + object.string("kind") + ")");
        }
        MapValue before = original.map("metadata");
        MapValue after = object.map("metadata");
        same("name", before.string("name"), after.string("name"));
        same("namespace", before.string("namespace"), after.string("namespace"));
        same("UID", before.string("uid"), after.string("uid"));
        if (!object.has("metadata")) {
            throw invalid("missing metadata in converted object");
        }
        if (!(object.get("metadata") instanceof MapValue)) {
            throw invalid("invalid metadata in converted object: it is no object");
        }
        return object.with("metadata", texts(texts(before, after, "labels"), after, "annotations"));
    }

    private static void same(String what, String before, String after) throws ConversionException {
        if (!before.equals(after)) {
            throw invalid("must have the same " + what + ": " + before + " != " + after);
        }
    }

    private static MapValue texts(MapValue metadata, MapValue converted, String name) throws ConversionException {
        Object given = converted.get(name);
        if (given == null) {
            return metadata.without(name);
        }
        if (!(given instanceof MapValue texts)) {
            throw invalid("invalid metadata." + name + " in converted object: it is no object");
        }
        for (Map.Entry<String, @Nullable Object> entry : texts) {
            if (!(entry.getValue() instanceof String)) {
                throw invalid("metadata." + name + "[" + entry.getKey() + "] must be a string in converted object");
            }
        }
        if (!texts.equals(metadata.map(name))) {
            Errors errors = new Errors();
            if (name.equals("labels")) {
                Metadata.labels(texts, Path.of("metadata").child("labels"), errors);
            } else {
                Metadata.annotations(texts, Path.of("metadata").child("annotation"), errors);
            }
            if (!errors.isEmpty()) {
                List<String> all =
                        errors.toList().stream().map(FieldError::summary).collect(Collectors.toList());
                throw invalid(all.size() == 1 ? all.getFirst() : "[" + String.join(", ", all) + "]");
            }
        }
        return metadata.with(name, texts);
    }

    private static ConversionException invalid(String why) {
        return new ConversionException(Failure.INVALID_OBJECT, why);
    }

    /** What went wrong, as metrics call it. */
    enum Failure {
        CALL("conversion_webhook_call_failure"),
        MALFORMED("conversion_webhook_malformed_response_failure"),
        PARTIAL("conversion_webhook_partial_response_failure"),
        INVALID_OBJECT("conversion_webhook_invalid_converted_object_failure");

        private final String text;

        Failure(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** Objects could not be converted. The message is a part of that for the client. */
    static final class ConversionException extends Exception {
        private static final long serialVersionUID = 1;
        private final Failure failure;

        ConversionException(Failure failure, String message) {
            super(message, null, false, false);
            this.failure = failure;
        }

        Failure failure() {
            return failure;
        }
    }
}
