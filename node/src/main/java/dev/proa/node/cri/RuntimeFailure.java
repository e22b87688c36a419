package dev.proa.node.cri;

import org.jspecify.annotations.Nullable;

/** A container runtime could not do what was asked. The message is for users: it says what failed and what to do. */
public final class RuntimeFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Which kind of failure, as far as a caller acts on it. */
    public enum Reason {
        /** No such sandbox, container or image. */
        NOT_FOUND,
        /** The state forbids it: starting a container twice, exec in one that does not run. */
        FAILED_PRECONDITION,
        /** The request is wrong: no such executable, a missing mount source. */
        INVALID_ARGUMENT,
        /** The time allowed has passed. */
        DEADLINE_EXCEEDED,
        /** Anything else. */
        INTERNAL
    }

    private final Reason reason;

    public RuntimeFailure(Reason reason, String message) {
        this(reason, message, null);
    }

    public RuntimeFailure(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
