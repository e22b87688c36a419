package dev.proa.delivery.analysis;

import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.Measurement;
import dev.proa.delivery.argo.Metric;
import java.util.Map;

/**
 * Measures metrics of one kind. Methods may block for as long as the metric allows, and are called by several threads; whatever the
 * measured system answers becomes a measurement, never another exception than {@link AnalysisException}, which the caller turns into a
 * measurement of phase {@code Error}. A measurement that has not ended has phase {@code Running}, and is resumed later.
 */
interface Provider {
    /** Takes a measurement, or begins one. */
    Measurement run(AnalysisRun run, Metric metric, Measurement begun) throws AnalysisException, InterruptedException;

    /** Looks after a measurement in progress. */
    default Measurement resume(AnalysisRun run, Metric metric, Measurement measurement)
            throws AnalysisException, InterruptedException {
        throw new AnalysisException("the measurement was interrupted");
    }

    /** Ends a measurement in progress. */
    default Measurement terminate(AnalysisRun run, Metric metric, Measurement measurement)
            throws AnalysisException, InterruptedException {
        return measurement.withPhase(AnalysisPhases.SUCCESSFUL);
    }

    /** What the result of a metric tells of how it is measured. */
    default Map<String, String> metadata(Metric metric) {
        return Map.of();
    }

    /** Whether what a measurement in progress waits for has happened. */
    default boolean hasEnded(Measurement measurement) {
        return false;
    }

    /** Removes what measurements beyond the last {@code kept} have left behind. */
    default void collectGarbage(AnalysisRun run, Metric metric, int kept) {}

    /** Forgets a run that has ended or is gone. */
    default void forget(String runUid) {}
}
