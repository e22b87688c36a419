package dev.proa.cli;

/** A command cannot do its work. The message is printed as it is, without a stack trace. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final int exit;

    Failure(int exit, String message) {
        super(message);
        this.exit = exit;
    }

    int exit() {
        return exit;
    }
}
