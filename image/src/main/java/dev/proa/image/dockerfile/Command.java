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

        /** What {@code RUN} gives to the shell, depending on where its heredocs are. */
        public Program program() {
            if (heredocs.isEmpty()) {
                return new Program.Line(line);
            }
            if (Heredocs.parseLenient(line) == null) {
                StringBuilder text = new StringBuilder(line);
                heredocs.forEach(h -> text.append('\n').append(h.content()).append(h.name()));
                return new Program.Line(text.toString());
            }
            Heredoc only = heredocs.getFirst();
            return only.content().startsWith("#!")
                    ? new Program.Script(only.name(), only.text())
                    : new Program.Line(only.text());
        }
    }

    /** What the shell of a {@code RUN} gets. */
    sealed interface Program {
        /** The argument after {@code -c}: the line, with its heredocs as the shell knows them, or the only heredoc. */
        record Line(String text) implements Program {}

        /**
         * A heredoc that is all of the line and starts with {@code #!}: an executable file that is mounted read-only
         * at {@code /dev/pipes/NAME}; the shell runs it by that name.
         */
        record Script(String name, String content) implements Program {}
    }

    /** Arguments for exec, from a JSON array; may be empty. */
    record Exec(List<String> arguments) implements Command {
        public Exec {
            arguments = List.copyOf(arguments);
        }
    }
}
