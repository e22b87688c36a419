package dev.proa.delivery.pipeline;

/** How a step, a job or a run ended. */
public enum Conclusion {
    SUCCESS,
    FAILURE,
    CANCELLED,
    SKIPPED,
    /** It ran longer than it may; in expressions a failure. */
    TIMED_OUT;

    /** As GitHub spells it in expressions. */
    public String word() {
        return switch (this) {
            case SUCCESS -> "success";
            case FAILURE, TIMED_OUT -> "failure";
            case CANCELLED -> "cancelled";
            case SKIPPED -> "skipped";
        };
    }

    /** Whether what needs it may go on. */
    public boolean good() {
        return this == SUCCESS || this == SKIPPED;
    }
}
