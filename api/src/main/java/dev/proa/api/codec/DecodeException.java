package dev.proa.api.codec;

import org.jspecify.annotations.Nullable;

/** A document that is not what it should be. The message is for the one who wrote it. */
public final class DecodeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** So many duplicate or unknown fields are told, as Kubernetes does; more help nobody. */
    public static final int MOST_PROBLEMS = 100;

    public DecodeException(String message) {
        this(message, null);
    }

    public DecodeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
