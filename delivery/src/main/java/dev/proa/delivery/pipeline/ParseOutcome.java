package dev.proa.delivery.pipeline;

import java.util.List;

/** What reading a file of a pipeline gave. */
public sealed interface ParseOutcome {
    /** The file is a pipeline. */
    record Parsed(Pipeline pipeline) implements ParseOutcome {}

    /** The file is none; there is at least one problem. */
    record Rejected(List<Problem> problems) implements ParseOutcome {
        public Rejected {
            problems = List.copyOf(problems);
        }
    }

    /** The pipeline; for whom it cannot be otherwise. */
    default Pipeline orThrow() {
        return switch (this) {
            case Parsed parsed -> parsed.pipeline();
            case Rejected rejected ->
                throw new IllegalArgumentException(rejected.problems().toString());
        };
    }
}
