package dev.proa.image;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Something about an image could not be done. The message is for users: it says what failed and, where that is known, what
 * would help. The only exception that this module's public methods throw on purpose.
 */
public final class ImageFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Which kind of failure, as far as a caller acts on it. */
    public enum Reason {
        /** No such image, tag or blob. */
        NOT_FOUND,
        /** The registry wants other credentials. */
        UNAUTHORIZED,
        /** The registry cannot be reached or does not answer sensibly; trying again later may help. */
        UNAVAILABLE,
        /** The image, the reference or the input is malformed, or is not what its digest says. */
        INVALID,
        /** The application's own build failed; the message carries its output. */
        BUILD_FAILED,
        /** The disk or the operating system refused. */
        STORAGE
    }

    private final Reason reason;

    public ImageFailure(Reason reason, String message) {
        this(reason, message, null);
    }

    public ImageFailure(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** A failure of the disk while doing {@code what}. */
    public static ImageFailure storage(String what, IOException cause) {
        return new ImageFailure(Reason.STORAGE, what + ": " + describe(cause), cause);
    }

    /** Malformed input. */
    public static ImageFailure invalid(String message) {
        return new ImageFailure(Reason.INVALID, message);
    }

    /** Nothing there under that name. */
    public static ImageFailure notFound(String message) {
        return new ImageFailure(Reason.NOT_FOUND, message);
    }

    public Reason reason() {
        return reason;
    }

    /** Java's file exceptions often carry only the path: the class' name says what is wrong with it. */
    private static String describe(IOException cause) {
        String name = cause.getClass().getSimpleName();
        return cause.getMessage() == null ? name : name + ": " + cause.getMessage();
    }
}
