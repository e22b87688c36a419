package dev.proa.control.scheduler.framework;

/** An extender could not be asked, or reported an error. */
public final class ExtenderException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ExtenderException(String message) {
        super(message);
    }

    public ExtenderException(String message, Throwable cause) {
        super(message, cause);
    }
}
