package dev.proa.delivery.pipeline;

import java.util.List;

/** What a running job does next. */
public sealed interface NextStep {
    /** Run this step, then send {@link RunEvent.StepEnded}. Said again until then, so that a runner that was restarted finds what it was at. */
    record Run(Step step) implements NextStep {}

    /**
     * Hash the files of the workspace that match, as {@code hashFiles} does: SHA-256 over the SHA-256 of each file in the order of their paths. Then send {@link
     * RunEvent.FilesHashed}.
     *
     * @param patterns globs relative to the workspace; those with {@code !} take files out again
     */
    record HashFiles(List<String> patterns) implements NextStep {
        public HashFiles {
            patterns = List.copyOf(patterns);
        }
    }

    /** Nothing is left to do: end the containers and send {@link RunEvent.JobEnded}. */
    record Finished(Conclusion conclusion) implements NextStep {}

    /** The job does not run: nothing is to be done. */
    record None() implements NextStep {}
}
