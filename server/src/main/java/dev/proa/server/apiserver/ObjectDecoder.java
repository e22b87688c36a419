package dev.proa.server.apiserver;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The stage that makes an object out of a request's body: its syntax, its kind, the types of its fields, and unknown ones. */
final class ObjectDecoder {
    private static final int LONGEST_EXCERPT = 30;

    /** What kubectl says of it first, and the server does not. */
    private static final String YAML = "error converting YAML to JSON: ";

    private static final int LONGEST_MANAGER = 128;

    /** What is said of unknown and duplicate fields. */
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
         * @param unknown gets the path of each unknown field
         * @throws DecodeException when a value is of another type than the schema says; the message is Kubernetes' own
         */
        MapValue check(String apiVersion, String kind, MapValue object, List<String> unknown);
    }

    /** The object in the body of a request, of the kind of the endpoint. */
    MapValue decode(Call call) {
        return decode(call, call.endpoint.apiVersion(), call.endpoint.kind());
    }

    /** The object in the body of a request. */
    MapValue decode(Call call, String apiVersion, String kind) {
        return Decoding.of(call.request, () -> decodeNow(call, apiVersion, kind));
    }

    private MapValue decodeNow(Call call, String apiVersion, String kind) {
        Strictness strictness = strictness(call);
        FieldProblems problems = Bodies.problems(call.request.body());
        Object value;
        try {
            value = Bodies.read(call.request.body(), strictness == Strictness.IGNORE ? null : problems.duplicates());
        } catch (DecodeException e) {
            String why = String.valueOf(e.getMessage());
            boolean yaml = why.startsWith(YAML);
            throw unrecognized(
                    call,
                    kind,
                    yaml ? why.substring(YAML.length()) : "couldn't get version/kind; json parse error: " + why);
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
        object = checkKind(call, object, apiVersion, kind);
        return checkFields(call, object, apiVersion, kind, strictness, problems);
    }

    /** Checks the fields of an object that did not come as a body of its own, such as what a patch made. */
    MapValue checkFields(
            Call call, MapValue object, String apiVersion, String kind, Strictness strictness, FieldProblems problems) {
        List<String> unknown = new ArrayList<>(0);
        MapValue checked;
        try {
            checked = fields.check(apiVersion, kind, object, unknown);
        } catch (DecodeException e) {
            throw StatusException.badRequest(handled(apiVersion, kind) + e.getMessage());
        }
        switch (strictness) {
            case STRICT -> {
                String wrong = problems.strictly(unknown);
                if (!wrong.isEmpty()) {
                    throw StatusException.badRequest(handled(apiVersion, kind) + "strict decoding error: " + wrong);
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
        boolean known = ResourceCatalog.builtin().byKind(otherVersion, otherKind) != null
                || otherKind.endsWith("List")
                        && ResourceCatalog.builtin()
                                        .byKind(otherVersion, otherKind.substring(0, otherKind.length() - 4))
                                != null;
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

    /** Where Kubernetes has the types of a group. */
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

    /** All that somebody can ask of a trial is that it is one at every stage. */
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

    /** Refuses options of a write that mean nothing. */
    static void checkWriteOptions(Call call, String kind) {
        List<FieldError> errors = new ArrayList<>(0);
        checkDryRun(call.query().all("dryRun"), errors);
        checkManager(call.query().get("fieldManager"), errors);
        if (kind.equals("PatchOptions") && call.query().has("force")) {
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
