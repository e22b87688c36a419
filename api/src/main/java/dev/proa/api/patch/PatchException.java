package dev.proa.api.patch;

import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;

/** Thrown when a patch cannot be applied. The messages are Kubernetes'. */
public final class PatchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The kind of failure. */
    public enum Fault {
        /** The patch is malformed or names fields that the schema lacks, for which Kubernetes answers 500. */
        MALFORMED,
        /** The patch does not fit the object. */
        UNFIT,
        /** The result is too large, or takes too long to compute. */
        TOO_LARGE
    }

    private final Fault fault;

    PatchException(Fault fault, String message) {
        super(message, null, false, false);
        this.fault = fault;
    }

    static PatchException malformed(String message) {
        return new PatchException(Fault.MALFORMED, message);
    }

    static PatchException unfit(String message) {
        return new PatchException(Fault.UNFIT, message);
    }

    static PatchException tooLarge(String message) {
        return new PatchException(Fault.TOO_LARGE, message);
    }

    public Fault fault() {
        return fault;
    }

    /**
     * The answer to the client. For a patch that does not fit, Kubernetes' message has no details; the cause has
     * them.
     */
    public StatusException toStatus() {
        String message = String.valueOf(getMessage());
        return switch (fault) {
            case MALFORMED -> StatusException.badRequest(message);
            case UNFIT ->
                StatusException.of(
                        Reason.Invalid,
                        "the server rejected our request due to an error in our request",
                        MapValue.of("causes", ListValue.of(MapValue.of("message", message))));
            case TOO_LARGE -> StatusException.tooLarge(message);
        };
    }
}
