package dev.proa.delivery.pipeline;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A job of a run, to look at.
 *
 * @param id unique in the run, and the same for as long as the run goes on: letters, digits, dashes and underscores, and dots between a reusable workflow and
 *     its job
 * @param name as shown, as {@code build (17, ubuntu-latest)}
 * @param needs ids of jobs or, for jobs of a matrix, of all of them
 * @param status where it is
 * @param conclusion once it has ended
 * @param reason in plain words why it waits, was skipped or ended as it did; may be empty
 * @param allowedToFail whether the run is not red for it
 * @param attempt counted from 1
 * @param outputs once it has ended
 */
public record JobView(
        String id,
        String name,
        List<String> needs,
        Status status,
        Optional<Conclusion> conclusion,
        String reason,
        boolean allowedToFail,
        int attempt,
        Optional<Instant> started,
        Optional<Instant> ended,
        List<StepView> steps,
        Map<String, String> outputs) {
    public JobView {
        needs = List.copyOf(needs);
        steps = List.copyOf(steps);
        outputs = Map.copyOf(outputs);
    }

    /** Where a job is. */
    public enum Status {
        /** For jobs that it needs, or for its turn. */
        WAITING,
        /** For somebody to start it. */
        MANUAL,
        /** It may begin. */
        READY,
        RUNNING,
        ENDED
    }

    /**
     * A step of a job.
     *
     * @param id unique in the attempt of the job: letters, digits and dashes
     * @param outcome before {@code continue-on-error} is applied
     * @param conclusion after it
     */
    public record StepView(
            String id, String name, boolean running, Optional<Conclusion> outcome, Optional<Conclusion> conclusion) {}
}
