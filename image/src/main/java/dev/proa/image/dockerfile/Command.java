package dev.proa.image.dockerfile;

import java.util.List;

/** A command of {@code RUN}, {@code CMD}, {@code ENTRYPOINT} or {@code HEALTHCHECK}. */
public sealed interface Command {
    /**
     * A line for the stage's shell; variables in it are the shell's to expand.
     *
     * @param heredocs in their order in the line; only {@code RUN} has any
     */
    record Shell(String line, List<Heredoc> heredocs) implements Command {
        public Shell {
            heredocs = List.copyOf(heredocs);
        }
    }

    /** Arguments for exec, from a JSON array; may be empty. */
    record Exec(List<String> arguments) implements Command {
        public Exec {
            arguments = List.copyOf(arguments);
        }
    }
}
