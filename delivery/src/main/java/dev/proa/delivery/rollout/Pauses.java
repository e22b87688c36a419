package dev.proa.delivery.rollout;

/** The reasons for which a controller pauses an update. */
final class Pauses {
    static final String INCONCLUSIVE_ANALYSIS = "InconclusiveAnalysisRun";
    static final String INCONCLUSIVE_EXPERIMENT = "InconclusiveExperiment";
    static final String CANARY_STEP = "CanaryPauseStep";
    static final String BLUE_GREEN = "BlueGreenPause";

    private Pauses() {}
}
