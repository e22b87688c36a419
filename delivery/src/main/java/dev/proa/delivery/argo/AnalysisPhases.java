package dev.proa.delivery.argo;

import java.util.Set;

/** The phases of analysis runs, of their metrics and measurements, and of experiments. */
public final class AnalysisPhases {
    public static final String PENDING = "Pending";
    public static final String RUNNING = "Running";
    public static final String SUCCESSFUL = "Successful";
    public static final String FAILED = "Failed";
    public static final String ERROR = "Error";
    public static final String INCONCLUSIVE = "Inconclusive";

    private static final Set<String> ENDS = Set.of(SUCCESSFUL, FAILED, ERROR, INCONCLUSIVE);

    private AnalysisPhases() {}

    /** Whether nothing more comes after {@code phase}. */
    public static boolean isEnd(String phase) {
        return ENDS.contains(phase);
    }
}
