package dev.proa.cli;

/** What the {@code proa} command ends with; scripts may rely on these. */
final class Exit {
    /** It is done. */
    static final int OK = 0;
    /** It could not be done; standard error says why and what would help. */
    static final int FAILED = 1;
    /** The command line is not understood. */
    static final int USAGE = 2;
    /** There is no such cluster, or it does not run. */
    static final int NOT_RUNNING = 3;
    /** The machine lacks something that the command needs. */
    static final int UNMET = 4;

    private Exit() {}
}
