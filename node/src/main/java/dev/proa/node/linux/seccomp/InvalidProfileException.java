package dev.proa.node.linux.seccomp;

/** A profile cannot be enforced; the message says why. */
public final class InvalidProfileException extends Exception {
    private static final long serialVersionUID = 1;

    InvalidProfileException(String message) {
        super(message);
    }
}
