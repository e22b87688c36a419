package dev.proa.cli;

/** A command failed. The message is printed as it is, without a stack trace. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final int exit;
    private final boolean answered;

    Failure(int exit, String message) {
        this(exit, message, false);
    }

    /** @param answered whether the command has written its JSON object already, so that no other must follow */
    Failure(int exit, String message, boolean answered) {
        super(message);
        this.exit = exit;
        this.answered = answered;
    }

    boolean answered() {
        return answered;
    }

    int exit() {
        return exit;
    }
}
