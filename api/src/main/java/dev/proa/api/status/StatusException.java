package dev.proa.api.status;

import dev.proa.api.codec.GoText;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a request fails, with the {@code Status} object for the client. Codes, reasons and messages are
 * Kubernetes'. It has no stack trace, since it is an expected answer and thrown often.
 */
public final class StatusException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The maximum number of causes; an object can have a million errors. */
    private static final int MOST_ERRORS = 1_000;

    private final transient MapValue status;
    private final transient List<String> warnings;

    private StatusException(MapValue status, @Nullable Throwable cause) {
        this(status, List.of(), cause);
    }

    private StatusException(MapValue status, List<String> warnings, @Nullable Throwable cause) {
        super(status.string("message"), cause, false, false);
        this.status = status;
        this.warnings = List.copyOf(warnings);
    }

    /** The exception for a {@code Status} object that a server answered with. */
    public static StatusException from(MapValue status) {
        return new StatusException(status, null);
    }

    /** The {@code Status} object to answer with. */
    public MapValue status() {
        return status;
    }

    /** Warnings for the client. */
    public List<String> warnings() {
        return warnings;
    }

    /** The same failure, with warnings. */
    public StatusException withWarnings(List<String> texts) {
        return texts.isEmpty() ? this : new StatusException(status, texts, getCause());
    }

    /** The HTTP status code. */
    public int code() {
        return (int) status.integer("code", 500);
    }

    /** The reason for machines; {@link Reason#Unknown} for one that this version does not know. */
    public Reason reason() {
        String name = status.string("reason");
        for (Reason reason : Reason.values()) {
            if (reason.name().equals(name)) {
                return reason;
            }
        }
        return Reason.Unknown;
    }

    public boolean is(Reason reason) {
        return status.string("reason").equals(reason.name());
    }

    /** {@code Retry-After} in seconds; 0 for none. */
    public int retryAfterSeconds() {
        return (int) status.map("details").integer("retryAfterSeconds", 0);
    }

    /** The same failure with another HTTP status code. */
    public StatusException withCode(int code) {
        return new StatusException(status.with("code", (long) code), warnings, getCause());
    }

    /** The same failure, asking the client to try again. */
    public StatusException withRetryAfter(int seconds) {
        return new StatusException(
                status.withMap("details", details -> details.with("retryAfterSeconds", (long) seconds)),
                warnings,
                getCause());
    }

    /** {@code pods "web" not found}. */
    public static StatusException notFound(Resource resource, String name) {
        return about(Reason.NotFound, resource, name, resource + " " + GoText.quote(name) + " not found");
    }

    /** 404 for a path without a handler. */
    public static StatusException notFound() {
        return of(Reason.NotFound, "the server could not find the requested resource", MapValue.EMPTY);
    }

    /** {@code pods "web" already exists}. */
    public static StatusException alreadyExists(Resource resource, String name) {
        return about(Reason.AlreadyExists, resource, name, resource + " " + GoText.quote(name) + " already exists");
    }

    /** No name was free for {@code generateName}. */
    public static StatusException generateNameConflict(Resource resource, String name, int retryAfterSeconds) {
        String message = resource + " " + GoText.quote(name)
                + " already exists, the server was not able to generate a unique name for the object";
        return about(Reason.AlreadyExists, resource, name, message).withRetryAfter(retryAfterSeconds);
    }

    /** {@code Operation cannot be fulfilled on pods "web": why}. */
    public static StatusException conflict(Resource resource, String name, String why) {
        return about(
                Reason.Conflict,
                resource,
                name,
                "Operation cannot be fulfilled on " + resource + " " + GoText.quote(name) + ": " + why);
    }

    /** The object changed since the client read it. */
    public static StatusException modified(Resource resource, String name) {
        return conflict(
                resource,
                name,
                "the object has been modified; please apply your changes to the latest version and try again");
    }

    /**
     * Other managers own fields that a server-side apply sets.
     *
     * @param causes each with reason, message and field
     */
    public static StatusException applyConflict(String message, List<MapValue> causes) {
        return of(Reason.Conflict, message, MapValue.of("causes", ListValue.copyOf(causes)));
    }

    /** {@code Pod "web" is invalid: spec.containers: Required value}. The resource is named by its kind. */
    public static StatusException invalid(Resource kind, String name, List<FieldError> errors) {
        Set<String> texts = new LinkedHashSet<>();
        List<MapValue> causes = new ArrayList<>();
        for (FieldError error : errors.subList(0, Math.min(errors.size(), MOST_ERRORS))) {
            texts.add(error.summary());
            causes.add(MapValue.of("reason", error.reason(), "message", error.message(), "field", error.field()));
        }
        String message = kind + " " + GoText.quote(name) + " is invalid";
        if (texts.size() == 1) {
            message += ": " + texts.iterator().next();
        } else if (!texts.isEmpty()) {
            message += ": [" + String.join(", ", texts) + "]";
        }
        StatusException plain = about(Reason.Invalid, kind, name, message);
        return causes.isEmpty()
                ? plain
                : from(plain.status.withMap("details", d -> d.with("causes", ListValue.copyOf(causes))));
    }

    /** {@code pods "web" is forbidden: why}; the name may be empty, and the resource {@link Resource#NONE}. */
    public static StatusException forbidden(Resource resource, String name, String why) {
        String subject = resource.isNone()
                ? "forbidden: "
                : name.isEmpty()
                        ? resource + " is forbidden: "
                        : resource + " " + GoText.quote(name) + " is forbidden: ";
        return about(Reason.Forbidden, resource, name, subject + why);
    }

    /** 401 for an unauthenticated user. */
    public static StatusException unauthorized() {
        return of(Reason.Unauthorized, "Unauthorized", MapValue.EMPTY);
    }

    public static StatusException badRequest(String message) {
        return of(Reason.BadRequest, message, MapValue.EMPTY);
    }

    /** The requested revision was compacted; the client must list again. */
    public static StatusException expired(String message) {
        return of(Reason.Expired, message, MapValue.EMPTY);
    }

    public static StatusException gone(String message) {
        return of(Reason.Gone, message, MapValue.EMPTY);
    }

    /** {@code Too large resource version: 9, current: 7}: a revision that is still to come. */
    public static StatusException tooLargeResourceVersion(long asked, long current, int retryAfterSeconds) {
        MapValue cause = MapValue.of("reason", "ResourceVersionTooLarge", "message", "Too large resource version");
        MapValue details = MapValue.of("causes", ListValue.of(cause));
        return of(
                Reason.Timeout,
                "Timeout: Too large resource version: " + Long.toUnsignedString(asked) + ", current: " + current,
                retryAfterSeconds == 0 ? details : details.with("retryAfterSeconds", (long) retryAfterSeconds));
    }

    /** The body of the request is too large. */
    public static StatusException tooLarge(String message) {
        return of(Reason.RequestEntityTooLarge, "Request entity too large: " + message, MapValue.EMPTY);
    }

    /** The head of the request has more headers than are allowed (RFC 6585); Kubernetes has no reason for it. */
    public static StatusException tooManyHeaders(int most) {
        return from(object(Reason.Unknown, "the request has more than " + most + " headers", MapValue.EMPTY)
                .with("reason", "")
                .with("code", 431L));
    }

    /** {@code accepted} media types. */
    public static StatusException unsupportedMediaType(List<String> accepted) {
        return of(
                Reason.UnsupportedMediaType,
                "the body of the request was in an unknown format - accepted media types include: "
                        + String.join(", ", accepted),
                MapValue.EMPTY);
    }

    /** {@code accepted} media types. */
    public static StatusException notAcceptable(List<String> accepted) {
        return of(
                Reason.NotAcceptable,
                "only the following media types are accepted: " + String.join(", ", accepted),
                MapValue.EMPTY);
    }

    /** {@code delete is not supported on resources of kind "bindings"}. */
    public static StatusException methodNotSupported(Resource resource, String action) {
        return about(
                Reason.MethodNotAllowed,
                resource,
                "",
                action + " is not supported on resources of kind " + GoText.quote(resource.toString()));
    }

    /** The path does not support the method. */
    public static StatusException methodNotAllowed() {
        return of(
                Reason.MethodNotAllowed,
                "the server does not allow this method on the requested resource",
                MapValue.EMPTY);
    }

    public static StatusException timeout(String message, int retryAfterSeconds) {
        MapValue details =
                retryAfterSeconds == 0 ? MapValue.EMPTY : MapValue.of("retryAfterSeconds", (long) retryAfterSeconds);
        return of(Reason.Timeout, "Timeout: " + message, details);
    }

    /** {@code The list operation against pods could not be completed at this time, please try again.} */
    public static StatusException serverTimeout(Resource resource, String operation, int retryAfterSeconds) {
        return about(
                        Reason.ServerTimeout,
                        resource,
                        operation,
                        "The " + operation + " operation against " + resource
                                + " could not be completed at this time, please try again.")
                .withRetryAfter(retryAfterSeconds);
    }

    public static StatusException tooManyRequests(String message, int retryAfterSeconds) {
        return of(Reason.TooManyRequests, message, MapValue.EMPTY).withRetryAfter(retryAfterSeconds);
    }

    public static StatusException serviceUnavailable(String message) {
        return of(Reason.ServiceUnavailable, message, MapValue.EMPTY);
    }

    /** An internal error. */
    public static StatusException internalError(String what) {
        return internalError(what, null);
    }

    /** An internal error with its cause, which only the log shows. */
    public static StatusException internalError(String what, @Nullable Throwable cause) {
        MapValue details = MapValue.of("causes", ListValue.of(MapValue.of("message", what)));
        return new StatusException(object(Reason.InternalError, "Internal error occurred: " + what, details), cause);
    }

    /** Any other failure; {@code details} may be empty. */
    public static StatusException of(Reason reason, String message, MapValue details) {
        return new StatusException(object(reason, message, details), null);
    }

    private static StatusException about(Reason reason, Resource resource, String name, String message) {
        MapValue.Builder details = MapValue.builder(4);
        if (!resource.group().isEmpty()) {
            details.put("group", resource.group());
        }
        if (!resource.name().isEmpty()) {
            details.put("kind", resource.name());
        }
        if (!name.isEmpty()) {
            details.put("name", name);
        }
        return of(reason, message, details.build());
    }

    private static MapValue object(Reason reason, String message, MapValue details) {
        MapValue.Builder status = MapValue.builder(8)
                .put("apiVersion", "v1")
                .put("code", (long) reason.code())
                .put("kind", "Status")
                .put("message", message)
                .put("metadata", MapValue.EMPTY)
                .put("status", "Failure");
        if (reason != Reason.Unknown) {
            status.put("reason", reason.name());
        }
        // Some failures have details without anything in them, which Kubernetes sends along
        if (!details.isEmpty() || reason == Reason.Forbidden || reason == Reason.TooManyRequests) {
            status.put("details", details);
        }
        return status.build();
    }
}
