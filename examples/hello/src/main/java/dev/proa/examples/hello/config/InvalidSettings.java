package dev.proa.examples.hello.config;

/** The configuration cannot be used; the message says which part of it, and why. */
public final class InvalidSettings extends RuntimeException {
    private static final long serialVersionUID = 1;

    public InvalidSettings(String message) {
        super(message);
    }
}
