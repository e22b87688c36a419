package dev.proa.api.codec;

import org.jspecify.annotations.Nullable;

/** Thrown for a document that cannot be decoded. The message is for its author. */
public final class DecodeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String problem;

    /** The largest number of duplicate or unknown fields that are reported, as in Kubernetes. */
    public static final int MOST_PROBLEMS = 100;

    public DecodeException(String message) {
        this(message, null);
    }

    public DecodeException(String message, @Nullable Throwable cause) {
        this("", message, cause);
    }

    /**
     * @param step the step that failed, as the start of the message; empty when the problem suffices
     * @param problem what is wrong with the document
     */
    DecodeException(String step, String problem, @Nullable Throwable cause) {
        super(step + problem, cause);
        this.problem = problem;
    }

    /** The problem, without the decoding step that found it; mostly equal to the message. */
    public String problem() {
        return problem;
    }
}
