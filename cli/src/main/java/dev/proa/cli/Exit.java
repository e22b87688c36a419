package dev.proa.cli;

/** Exit codes of the {@code proa} command; scripts may rely on them. */
final class Exit {
    /** Success. */
    static final int OK = 0;
    /** Failure; standard error says why and what to do. */
    static final int FAILED = 1;
    /** Invalid command line. */
    static final int USAGE = 2;
    /** The cluster does not exist or is not running. */
    static final int NOT_RUNNING = 3;
    /** The machine lacks something that the command needs. */
    static final int UNMET = 4;

    private Exit() {}
}
