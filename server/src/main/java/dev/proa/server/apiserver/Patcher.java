package dev.proa.server.apiserver;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.patch.JsonMergePatch;
import dev.proa.api.patch.JsonPatch;
import dev.proa.api.patch.PatchException;
import dev.proa.api.patch.StrategicMergePatch;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.GoText;
import dev.proa.api.status.Reason;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The verb patch, in three ways: JSON patch (RFC 6902), merge patch (RFC 7386) and strategic merge patch. The patch is applied to the
 * present state in the version of the request, and again when somebody else was quicker.
 */
final class Patcher {
    private static final String JSON_PATCH = "application/json-patch+json";
    private static final String MERGE_PATCH = "application/merge-patch+json";
    private static final String STRATEGIC_PATCH = "application/strategic-merge-patch+json";

    private static final List<String> ACCEPTED = List.of(JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH);

    private final Registry registry;
    private final ObjectDecoder decoder;
    private final ObjectDecoder converter;
    private final SchemaCatalog schemas;

    Patcher(Registry registry, ObjectDecoder decoder, SchemaCatalog schemas) {
        this.registry = registry;
        this.decoder = decoder;
        this.converter = new ObjectDecoder(SchemaCheck.converting(schemas));
        this.schemas = schemas;
    }

    ApiResponse patch(Call call) {
        if (call.info.name().isEmpty()) {
            throw StatusException.methodNotAllowed();
        }
        checkMediaType(call);
        ObjectDecoder.checkWriteOptions(call, "PatchOptions");
        Endpoint endpoint = call.endpoint;
        registry.get(call, call.key()); // that there is nothing to patch is said before what is wrong with the patch
        UnaryOperator<MapValue> patch = reader(call, endpoint.apiVersion(), endpoint.kind());
        return call.answer(200, registry.update(call, call.key(), call.info.subresource(), current -> {
            MapValue patched = patch.apply(endpoint.strategy().fromStorage(current.value()));
            Updater.checkName(call, patched);
            Creator.checkNamespace(call, patched);
            return Registry.inStorage(call, patched);
        }));
    }

    /**
     * What the body of a request makes of an object.
     *
     * @throws StatusException when the body is no patch
     */
    UnaryOperator<MapValue> reader(Call call, String apiVersion, String kind) {
        String mediaType = checkMediaType(call);
        FieldProblems problems = problems(call, mediaType);
        Object body = Decoding.of(call.request, () -> body(call, mediaType, problems));
        Struct struct = mediaType.equals(STRATEGIC_PATCH) ? schemas.kind(apiVersion, kind) : null;
        Patch patch = parse(mediaType, body, struct);
        return object -> Decoding.of(call.request, () -> {
            try {
                Object patched = patch.apply(object);
                if (!(patched instanceof MapValue map)) {
                    throw invalid(GoText.json(object), "the result is not an object");
                }
                return checked(call, map, apiVersion, kind, problems, struct == null ? null : body);
            } catch (PatchException e) {
                throw e.toStatus();
            }
        });
    }

    /**
     * What kind of patch the body of a request is. Asked before anything else: the options of a patch mean something for its kind
     * alone.
     *
     * @throws StatusException when it is of none that there is; server-side apply is not yet there
     */
    static String checkMediaType(Call call) {
        String mediaType = Bodies.mediaType(call.request.body().contentType());
        return switch (mediaType) {
            case JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH -> mediaType;
            default -> throw unsupported(mediaType);
        };
    }

    @FunctionalInterface
    private interface Patch {
        @Nullable
        Object apply(MapValue object);
    }

    private static Patch parse(String mediaType, @Nullable Object body, @Nullable Struct struct) {
        try {
            if (mediaType.equals(JSON_PATCH)) {
                JsonPatch patch = JsonPatch.of(body);
                if (patch.size() > JsonPatch.MAX_OPERATIONS) {
                    throw StatusException.tooLarge("The allowed maximum operations in a JSON patch is "
                            + JsonPatch.MAX_OPERATIONS + ", got " + patch.size());
                }
                return patch::apply;
            }
        } catch (PatchException e) {
            throw e.toStatus();
        }
        if (body == null) {
            if (mediaType.equals(MERGE_PATCH)) {
                throw StatusException.badRequest("Invalid JSON Patch");
            }
            return object -> object;
        }
        if (!(body instanceof MapValue)) {
            String prefix = mediaType.equals(MERGE_PATCH) ? "error decoding patch: " : "";
            throw StatusException.badRequest(prefix + "json: cannot unmarshal "
                    + ObjectDecoder.jsonType(body)
                    + " into Go value of type map[string]interface {}");
        }
        return struct == null
                ? object -> JsonMergePatch.apply(object, body)
                : object -> strategic(object, body, struct);
    }

    /** By way of Go's values without types, which know no numbers but int64 and float64. */
    private static MapValue strategic(MapValue object, Object patch, Struct struct) {
        return StrategicMergePatch.apply(Numeral.plain(object), Numeral.plain(patch), struct);
    }

    private static FieldProblems problems(Call call, String mediaType) {
        FieldProblems.Form form =
                mediaType.equals(JSON_PATCH) ? FieldProblems.Form.JSON_PATCH : FieldProblems.Form.PATCH;
        return call.request.body() instanceof ApiRequest.Bytes bytes
                ? new FieldProblems(form, bytes.bytes())
                : FieldProblems.ofValue();
    }

    private static @Nullable Object body(Call call, String mediaType, FieldProblems problems) {
        try {
            return switch (call.request.body()) {
                case ApiRequest.Value value -> value.value();
                case ApiRequest.Bytes bytes -> Bodies.json(bytes.bytes(), problems.duplicates());
            };
        } catch (DecodeException e) {
            boolean strategic = mediaType.equals(STRATEGIC_PATCH);
            throw StatusException.badRequest((strategic ? "" : "error decoding patch: ") + e.getMessage());
        }
    }

    /**
     * The patched object, which must still be what it was, and may not have unknown fields when the request is strict.
     *
     * @param strategic a strategic merge patch, which is shown when it does not fit; null when it was another
     */
    private MapValue checked(
            Call call,
            MapValue patched,
            String apiVersion,
            String kind,
            FieldProblems problems,
            @Nullable Object strategic) {
        if (patched.string("kind").isEmpty()) {
            throw StatusException.badRequest(
                    "Object 'Kind' is missing in '" + new String(Json.encode(patched), StandardCharsets.UTF_8) + "'");
        }
        if (!apiVersion.equals(patched.string("apiVersion")) || !kind.equals(patched.string("kind"))) {
            throw invalid(
                    GoText.json(patched),
                    patched.string("kind") + " in version " + patched.string("apiVersion") + " cannot be handled as a "
                            + kind);
        }
        try {
            ObjectDecoder checks = strategic == null ? decoder : converter;
            return checks.checkFields(call, patched, apiVersion, kind, ObjectDecoder.strictness(call), problems);
        } catch (StatusException e) {
            if (!e.is(Reason.BadRequest)) {
                throw e;
            }
            String message = String.valueOf(e.getMessage());
            String prefix = "cannot be handled as a " + kind + ": ";
            int at = message.indexOf(prefix);
            throw invalid(
                    strategic == null ? GoText.json(patched) : GoText.printed(strategic),
                    at < 0 ? message : message.substring(at + prefix.length()));
        }
    }

    private static StatusException invalid(String shown, String why) {
        return StatusException.invalid(Resource.NONE, "", List.of(FieldError.invalid("patch", shown, why)));
    }

    private static StatusException unsupported(String mediaType) {
        if (mediaType.startsWith("application/apply-patch")) {
            return StatusException.unsupportedMediaType(ACCEPTED);
        }
        return StatusException.of(Reason.UnsupportedMediaType, "415: Unsupported Media Type", MapValue.EMPTY);
    }
}
