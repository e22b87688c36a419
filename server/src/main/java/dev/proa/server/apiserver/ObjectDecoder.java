package dev.proa.server.apiserver;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Decodes and checks the object in a request's body: syntax, kind, field types and unknown fields. */
final class ObjectDecoder {
    private static final int LONGEST_EXCERPT = 30;

    private static final int LONGEST_MANAGER = 128;

    /** The field validation: how unknown and duplicate fields are reported. */
    enum Strictness {
        IGNORE,
        WARN,
        STRICT
    }

    private final FieldCheck fields;

    ObjectDecoder(FieldCheck fields) {
        this.fields = fields;
    }

    /** Checks objects against the schema of their kind. */
    interface FieldCheck {
        /**
         * The object without unknown fields.
         *
         * @param schemas where the type of the kind is
         * @param unknown gets the path of each unknown field
         * @throws DecodeException when a value is of another type than the schema says; the message is Kubernetes' own
         */
        MapValue check(SchemaCatalog schemas, String apiVersion, String kind, MapValue object, List<String> unknown);
    }

    /** The object in the body of a request, of the kind of the endpoint. */
    MapValue decode(Call call) {
        return decode(call, call.endpoint.apiVersion(), call.endpoint.kind());
    }

    /** The object in the body of a request. */
    MapValue decode(Call call, String apiVersion, String kind) {
        return decode(call, apiVersion, kind, apiVersion);
    }

    /**
     * The same.
     *
     * @param otherVersion in which it may come too, and in which it has the same fields
     */
    MapValue decode(Call call, String apiVersion, String kind, String otherVersion) {
        MapValue object = Decoding.of(call.request, () -> decodeNow(call, apiVersion, kind, otherVersion));
        call.requested(object);
        return object;
    }

    private MapValue decodeNow(Call call, String apiVersion, String kind, String otherVersion) {
        Strictness strictness = strictness(call);
        FieldProblems problems = Bodies.problems(call.request.body());
        Object value;
        try {
            value = Bodies.read(call, apiVersion, kind, strictness == Strictness.IGNORE ? null : problems.duplicates());
        } catch (DecodeException e) {
            throw unrecognized(call, kind, String.valueOf(e.getMessage()));
        }
        MapValue object = switch (value) {
            case MapValue map -> map;
            case null -> MapValue.EMPTY;
            default ->
                throw unrecognized(
                        call,
                        kind,
                        "couldn't get version/kind; json parse error: json: cannot unmarshal "
                                + jsonType(value)
                                + " into Go value of type struct { APIVersion string \"json:\\\"apiVersion,"
                                + "omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }");
        };
        if (otherVersion.equals(object.get("apiVersion")) && kind.equals(object.get("kind"))) {
            object = object.with("apiVersion", apiVersion);
        }
        object = checkKind(call, object, apiVersion, kind);
        try {
            return checkFields(call, object, apiVersion, kind, strictness, problems);
        } catch (DecodeException e) {
            throw StatusException.badRequest(handled(apiVersion, kind) + e.getMessage());
        }
    }

    /**
     * Checks the fields of an object, which may be one that did not come as a body of its own, such as what a patch made.
     *
     * @throws DecodeException when one has a value of the wrong type, or is unknown and the request is strict
     */
    MapValue checkFields(
            Call call, MapValue object, String apiVersion, String kind, Strictness strictness, FieldProblems problems) {
        List<String> unknown = new ArrayList<>(0);
        boolean own = kind.equals(call.endpoint.kind()) && apiVersion.equals(call.endpoint.apiVersion());
        MapValue coerced = own ? call.endpoint.strategy().coerced(object, unknown) : null;
        MapValue checked =
                coerced == null ? fields.check(call.catalog.schemas(), apiVersion, kind, object, unknown) : coerced;
        switch (strictness) {
            case STRICT -> {
                String wrong = problems.strictly(unknown);
                if (!wrong.isEmpty()) {
                    throw new DecodeException("strict decoding error: " + wrong);
                }
            }
            case WARN -> call.warnings.addAll(problems.with(unknown));
            case IGNORE -> {}
        }
        return checked;
    }

    private static String handled(String apiVersion, String kind) {
        String version = apiVersion.substring(apiVersion.indexOf('/') + 1);
        return kind + " in version \"" + version + "\" cannot be handled as a " + kind + ": ";
    }

    static Strictness strictness(Call call) {
        return switch (call.query().get("fieldValidation")) {
            case "Strict" -> Strictness.STRICT;
            case "Ignore" -> Strictness.IGNORE;
            default -> Strictness.WARN;
        };
    }

    private static MapValue checkKind(Call call, MapValue object, String apiVersion, String kind) {
        Object givenVersion = object.get("apiVersion");
        Object givenKind = object.get("kind");
        if (apiVersion.equals(givenVersion) && kind.equals(givenKind)) {
            return object;
        }
        String otherVersion = givenVersion instanceof String text && !text.isEmpty() ? text : apiVersion;
        String otherKind = givenKind instanceof String text && !text.isEmpty() ? text : kind;
        if (givenVersion != null && !(givenVersion instanceof String)) {
            throw typeError(call, "apiVersion", givenVersion, kind);
        }
        if (givenKind != null && !(givenKind instanceof String)) {
            throw typeError(call, "kind", givenKind, kind);
        }
        boolean known = call.catalog.hasKind(otherVersion, otherKind);
        if (!otherKind.equals(kind) || !known && !otherVersion.equals(apiVersion)) {
            String version = otherVersion.substring(otherVersion.indexOf('/') + 1);
            String why = !known
                    ? "no kind \"" + otherKind + "\" is registered for version \"" + otherVersion
                            + "\" in scheme \"pkg/runtime/scheme.go:111\""
                    : "converting (" + version + "." + otherKind + ") to (" + goPackage(apiVersion) + "." + kind
                            + "): unknown conversion";
            throw StatusException.badRequest(
                    otherKind + " in version \"" + version + "\" cannot be handled as a " + kind + ": " + why);
        }
        if (!otherVersion.equals(apiVersion)) {
            throw StatusException.badRequest("the API version in the data (" + otherVersion
                    + ") does not match the expected API version (" + apiVersion + ")");
        }
        return object.with("apiVersion", apiVersion).with("kind", kind);
    }

    /** The Go package of a group's types. */
    private static String goPackage(String apiVersion) {
        int slash = apiVersion.indexOf('/');
        if (slash < 0 || apiVersion.startsWith("events.")) {
            return "core";
        }
        int dot = apiVersion.indexOf('.');
        return apiVersion.substring(0, dot < 0 ? slash : Math.min(dot, slash));
    }

    private static StatusException typeError(Call call, String field, Object value, String kind) {
        return unrecognized(
                call,
                kind,
                "couldn't get version/kind; json parse error: json: cannot unmarshal " + jsonType(value)
                        + " into Go struct field ." + field + " of type string");
    }

    private static StatusException unrecognized(Call call, String kind, String why) {
        return StatusException.badRequest("the object provided is unrecognized (must be of type " + kind + "): " + why
                + " (" + excerpt(call.request.body()) + ")");
    }

    private static String excerpt(ApiRequest.Body body) {
        if (!(body instanceof ApiRequest.Bytes bytes)) {
            return "a value";
        }
        byte[] content = bytes.bytes();
        if (content.length == 0) {
            return "<empty>";
        }
        int shown = Math.min(content.length, LONGEST_EXCERPT);
        String more = content.length > LONGEST_EXCERPT ? " ..." : "";
        return content[0] == '{'
                ? new String(content, 0, shown, StandardCharsets.UTF_8) + more
                : HexFormat.of().formatHex(content, 0, shown) + more;
    }

    static String jsonType(Object value) {
        return switch (value) {
            case String text -> "string";
            case Number number -> "number";
            case Boolean bool -> "bool";
            case MapValue map -> "object";
            default -> "array";
        };
    }

    /** Checks {@code dryRun}: the only value is {@code All}. */
    static void checkDryRun(List<?> stages, List<FieldError> errors) {
        if (!stages.stream().allMatch("All"::equals)) {
            errors.add(FieldError.notSupported("dryRun", ListValue.copyOf(stages), List.of("All")));
        }
    }

    private static void checkManager(String manager, List<FieldError> errors) {
        if (manager.length() > LONGEST_MANAGER) {
            errors.add(FieldError.tooLong("fieldManager", LONGEST_MANAGER));
        }
        for (int i = 0; i < manager.length(); i++) {
            if (Character.isISOControl(manager.charAt(i))) {
                String code = String.format("U+%04X", (int) manager.charAt(i));
                errors.add(FieldError.invalid(
                        "fieldManager", manager, "invalid character " + code + " (at position " + i + ")"));
            }
        }
    }

    /** Validates the options of a write. */
    static void checkWriteOptions(Call call, String kind) {
        List<FieldError> errors = new ArrayList<>(0);
        if (kind.equals("PatchOptions")
                && Applies.isApply(call)
                && call.query().get("fieldManager").isEmpty()) {
            errors.add(FieldError.required("fieldManager", "is required for apply patch"));
        }
        checkDryRun(call.query().all("dryRun"), errors);
        checkManager(call.query().get("fieldManager"), errors);
        if (kind.equals("PatchOptions") && call.query().has("force") && !Applies.isApply(call)) {
            errors.add(FieldError.forbidden("force", "may not be specified for non-apply patch"));
        }
        String validation = call.query().get("fieldValidation");
        switch (validation) {
            case "", "Ignore", "Warn", "Strict" -> {}
            default ->
                errors.add(FieldError.notSupported(
                        "fieldValidation", validation, List.of("", "Ignore", "Strict", "Warn")));
        }
        if (!errors.isEmpty()) {
            throw StatusException.invalid(new Resource("meta.k8s.io", kind), "", errors);
        }
    }
}
