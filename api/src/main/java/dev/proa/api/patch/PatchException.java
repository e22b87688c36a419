package dev.proa.api.patch;

import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;

/** A patch that cannot be applied. The messages are those of Kubernetes. */
public final class PatchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Whose fault it is. */
    public enum Fault {
        /** The patch is malformed, or speaks of what the schema does not have, which Kubernetes answers with 500. */
        MALFORMED,
        /** The patch does not fit the object. */
        UNFIT,
        /** What the patch makes is too large, or takes too long. */
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
     * What a client gets to see. A patch that does not fit is answered as Kubernetes does, whose message says nothing; the cause
     * that says more is added to it.
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
