package dev.proa.cli;

import picocli.CommandLine.Option;

/** The option {@code -o}: the output format of a command. */
final class OutputOption {
    @Option(
            names = {"-o", "--output"},
            defaultValue = "",
            paramLabel = "FORMAT",
            description =
                    "json for programs: one object on standard output; what is said on the way goes to standard error.")
    private String format;

    /** Whether to write JSON rather than text. */
    boolean json() {
        return json(format);
    }

    /** Whether a given format is JSON; empty means text. */
    static boolean json(String format) {
        if (!format.isEmpty() && !format.equals("json")) {
            throw new Failure(Exit.USAGE, "unknown output format \"" + format + "\": only json is known");
        }
        return !format.isEmpty();
    }
}
