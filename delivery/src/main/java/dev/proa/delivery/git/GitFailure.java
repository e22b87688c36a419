package dev.proa.delivery.git;

/** A request that git's servers refuse. */
final class GitFailure extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;

    /** @param status of the answer by HTTP */
    GitFailure(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }

    /** The message. */
    String text() {
        return String.valueOf(getMessage());
    }
}
