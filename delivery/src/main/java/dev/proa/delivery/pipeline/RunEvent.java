package dev.proa.delivery.pipeline;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Something that happened in a run. {@link RunEvents} writes it as a value and reads it. */
public sealed interface RunEvent {
    /** When it happened; never before the event ahead of it. */
    Instant at();

    /**
     * A job's containers run.
     *
     * @param job {@link JobView#id}
     */
    record JobStarted(Instant at, String job, RunnerFacts runner) implements RunEvent {}

    /** A step was started, by {@link NextStep.Run}. */
    record StepStarted(Instant at, String job, String step) implements RunEvent {}

    /**
     * A step has ended. Contents of files are as they are; the run reads them.
     *
     * @param outcome not SKIPPED
     * @param message why, where that is not the exit code of a script; may be empty
     * @param files contents by {@link ResultFile#name}; without those that are empty
     * @param outputs by {@code ::set-output::}, or of an action that the runner has built in
     * @param state by {@code ::save-state::}, for the post step of the action
     */
    record StepEnded(
            Instant at,
            String job,
            String step,
            Conclusion outcome,
            String message,
            Map<String, String> files,
            Map<String, String> outputs,
            Map<String, String> state)
            implements RunEvent {
        public StepEnded {
            files = Map.copyOf(files);
            outputs = Map.copyOf(outputs);
            state = Map.copyOf(state);
        }

        /** A step that ended with nothing but an outcome. */
        public StepEnded(Instant at, String job, String step, Conclusion outcome) {
            this(at, job, step, outcome, "", Map.of(), Map.of(), Map.of());
        }
    }

    /** The answer to {@link NextStep.HashFiles}; {@code hash} is empty when no file matched. */
    record FilesHashed(Instant at, String job, List<String> patterns, String hash) implements RunEvent {
        public FilesHashed {
            patterns = List.copyOf(patterns);
        }
    }

    /**
     * A job has ended: after {@link NextStep.Finished} with its conclusion, or before by something outside of its steps, as a pod that was lost, an image that cannot
     * be pulled, the job's time limit (TIMED_OUT), or a cancellation.
     *
     * @param message why, for those before; may be empty
     */
    record JobEnded(Instant at, String job, Conclusion conclusion, String message) implements RunEvent {}

    /** Somebody started a job that waits for that (GitLab's {@code when: manual}), with variables of their own. */
    record JobPlayed(Instant at, String job, Map<String, String> variables) implements RunEvent {
        public JobPlayed {
            variables = Map.copyOf(variables);
        }
    }

    /** The run was cancelled; {@code reason} in plain words. */
    record RunCancelled(Instant at, String reason) implements RunEvent {}

    /** Nothing but time has passed: sent at {@link RunState#wakeAt}. */
    record TimePassed(Instant at) implements RunEvent {}
}
