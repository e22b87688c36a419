package dev.proa.delivery.pipeline;

import java.util.List;
import java.util.Map;

/** Reads what a step writes: hides what is masked, and takes commands out. For one thread. */
public interface OutputReader {
    /** What the next bytes give: whole lines only. */
    List<Line> read(byte[] bytes, int start, int length);

    /** What is left of an unfinished last line. */
    List<Line> end();

    /** What {@code ::set-output::} has set so far. */
    Map<String, String> outputs();

    /** What {@code ::save-state::} has set so far. */
    Map<String, String> state();

    /** Texts that the step has asked to mask so far ({@code ::add-mask::}); to be masked in later steps of the job, too. */
    List<String> masks();

    /** A line of a step's log. */
    sealed interface Line {
        /** Text to show. */
        record Text(String text) implements Line {}

        /** The following lines are a group, folded until somebody opens it. */
        record GroupStart(String title, boolean collapsed) implements Line {}

        record GroupEnd() implements Line {}

        /** Something shown only to who debugs. */
        record Debug(String text) implements Line {}

        /**
         * Something that is shown at the run, and at a place of a file.
         *
         * @param file empty when at none
         * @param line 0 when at none; so for the others
         */
        record Annotation(
                Level level,
                String message,
                String title,
                String file,
                int line,
                int endLine,
                int column,
                int endColumn)
                implements Line {}
    }

    /** How bad it is. */
    enum Level {
        NOTICE,
        WARNING,
        ERROR
    }
}
