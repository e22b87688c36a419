package dev.proa.server.webhook;

import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import org.jspecify.annotations.Nullable;

/**
 * A webhook could not be called, or gave no answer that can be read. The message is that of Kubernetes, for its users to see. It has no
 * stack trace, since it is for them.
 */
public final class WebhookCallException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int GATEWAY_TIMEOUT = 504;

    /** What became of a call. */
    public enum Kind {
        /** The time was over before there was an answer. */
        TIMEOUT,
        /** The caller does not wait any more. */
        CANCELED,
        /** The connection was reset, so that it may help to call again. */
        RESET,
        /** Anything else, also an answer that says so. */
        ERROR
    }

    private final Kind kind;
    private final transient @Nullable StatusException status;

    /** A call that brought no answer. */
    public WebhookCallException(String message) {
        this(message, Kind.ERROR);
    }

    WebhookCallException(String message, Kind kind) {
        super(message, null, false, false);
        this.kind = kind;
        this.status = null;
    }

    /** An answer that says that the request failed. */
    WebhookCallException(StatusException status) {
        super(status.getMessage(), null, false, false);
        this.kind = status.code() == GATEWAY_TIMEOUT || status.reason() == Reason.Timeout ? Kind.TIMEOUT : Kind.ERROR;
        this.status = status;
    }

    public Kind kind() {
        return kind;
    }

    /** Whether Kubernetes calls an authentication or authorization webhook again after this failure: what is wrong may soon be over. */
    public boolean mayPass() {
        return kind == Kind.RESET
                || status != null
                        && (switch (status.reason()) {
                                    case InternalError, Timeout, TooManyRequests, ServerTimeout -> true;
                                    default -> false;
                                }
                                || status.retryAfterSeconds() > 0);
    }

    /** The status code of the answer; 503 when there was none. */
    public int code() {
        return status == null ? 503 : status.code();
    }
}
