package dev.proa.server.webhook;

import dev.proa.api.status.StatusException;
import org.jspecify.annotations.Nullable;

/**
 * A webhook could not be called, or gave no answer that can be read. The message is that of Kubernetes, for its users to see. It has no
 * stack trace, since it is for them.
 */
public final class WebhookCallException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable StatusException status;

    /** A call that brought no answer. */
    public WebhookCallException(String message) {
        super(message, null, false, false);
        this.status = null;
    }

    /** An answer that says that the request failed. */
    WebhookCallException(StatusException status) {
        super(status.getMessage(), null, false, false);
        this.status = status;
    }

    /** The status code of the answer; 503 when there was none. */
    public int code() {
        return status == null ? 503 : status.code();
    }
}
