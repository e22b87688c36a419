package dev.proa.image;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An operation on an image failed. The message is for users: it says what failed and, if known, what to do. It is the
 * only exception that this module's public methods throw deliberately.
 */
public class ImageFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Which kind of failure, as far as a caller acts on it. */
    public enum Reason {
        /** No such image, tag or blob. */
        NOT_FOUND,
        /** The registry requires other credentials. */
        UNAUTHORIZED,
        /** The registry cannot be reached or returns errors; retrying later may help. */
        UNAVAILABLE,
        /** The image, the reference or the input is malformed, or is not what its digest says. */
        INVALID,
        /** The application's own build failed; the message carries its output. */
        BUILD_FAILED,
        /** An error of the disk or the operating system. */
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

    /** Nothing of that name exists. */
    public static ImageFailure notFound(String message) {
        return new ImageFailure(Reason.NOT_FOUND, message);
    }

    public Reason reason() {
        return reason;
    }

    /** The JDK's file exceptions often carry only the path; the class name tells the error. */
    private static String describe(IOException cause) {
        String name = cause.getClass().getSimpleName();
        return cause.getMessage() == null ? name : name + ": " + cause.getMessage();
    }
}
