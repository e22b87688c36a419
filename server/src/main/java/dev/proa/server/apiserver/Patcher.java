package dev.proa.server.apiserver;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Json;
import dev.proa.api.patch.JsonMergePatch;
import dev.proa.api.patch.JsonPatch;
import dev.proa.api.patch.PatchException;
import dev.proa.api.patch.StrategicMergePatch;
import dev.proa.api.schema.Struct;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.Reason;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.encoding.JsonEncoding;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The verb patch: JSON patch (RFC 6902), merge patch (RFC 7386), strategic merge patch, and server-side apply, which is in {@link
 * Applies}. The patch is applied to the present state in the version of the request, and again after a conflict.
 */
final class Patcher {
    private static final String JSON_PATCH = "application/json-patch+json";
    private static final String MERGE_PATCH = "application/merge-patch+json";
    private static final String STRATEGIC_PATCH = "application/strategic-merge-patch+json";

    static final String APPLY_PATCH = "application/apply-patch+yaml";

    private final Registry registry;
    private final ObjectDecoder decoder;
    private final ObjectDecoder converter;
    private final Applies applies;

    Patcher(Registry registry, ObjectDecoder decoder, Rights rights) {
        this.registry = registry;
        this.decoder = decoder;
        this.converter = new ObjectDecoder(SchemaCheck.converting());
        this.applies = new Applies(registry, converter, rights);
    }

    ApiResponse patch(Call call) {
        if (call.info.name().isEmpty()) {
            throw StatusException.methodNotAllowed();
        }
        checkMediaType(call);
        ObjectDecoder.checkWriteOptions(call, "PatchOptions");
        call.requestedPatch();
        if (Applies.isApply(call)) {
            return applies.apply(call);
        }
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

    /** Parses the patch in a request's body.  @throws StatusException when the body is no patch */
    UnaryOperator<MapValue> reader(Call call, String apiVersion, String kind) {
        String mediaType = checkMediaType(call);
        FieldProblems problems = problems(call, mediaType);
        Object body = Decoding.of(call.request, () -> body(call, mediaType, problems));
        Struct struct =
                mediaType.equals(STRATEGIC_PATCH) ? call.catalog.schemas().kind(apiVersion, kind) : null;
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
     * The media type of a patch. Checked before anything else, since the options depend on it. The fields of custom resources tell
     * nothing of a strategic merge.
     *
     * @throws StatusException when it is of none that there is
     */
    static String checkMediaType(Call call) {
        String mediaType = Bodies.mediaType(call.request.body().contentType());
        boolean known = switch (mediaType) {
            case JSON_PATCH, MERGE_PATCH, APPLY_PATCH -> true;
            case STRATEGIC_PATCH -> call.endpoint.isBuiltIn();
            default -> false;
        };
        if (!known) {
            throw unsupported(call.endpoint);
        }
        return mediaType;
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

    /** Applies the patch to Go's untyped values, whose numbers are int64 and float64. */
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
                case ApiRequest.Bytes bytes -> JsonEncoding.decodePatch(bytes.bytes(), problems.duplicates());
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
        } catch (DecodeException e) {
            throw invalid(
                    strategic == null ? GoText.json(patched) : GoText.printed(strategic),
                    String.valueOf(e.getMessage()));
        }
    }

    private static StatusException invalid(String shown, String why) {
        return StatusException.invalid(Resource.NONE, "", List.of(FieldError.invalid("patch", shown, why)));
    }

    private static StatusException unsupported(Endpoint endpoint) {
        if (!endpoint.isBuiltIn()) {
            return StatusException.unsupportedMediaType(List.of(JSON_PATCH, MERGE_PATCH, APPLY_PATCH));
        }
        return StatusException.of(Reason.UnsupportedMediaType, "415: Unsupported Media Type", MapValue.EMPTY);
    }
}
