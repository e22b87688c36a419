package dev.proa.node.linux.seccomp;

/** A profile that cannot be kept; the message says what of it. */
public final class InvalidProfileException extends Exception {
    private static final long serialVersionUID = 1;

    InvalidProfileException(String message) {
        super(message);
    }
}
