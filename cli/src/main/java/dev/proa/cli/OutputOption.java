package dev.proa.cli;

import picocli.CommandLine.Option;

/** For whom a command writes. */
final class OutputOption {
    @Option(
            names = {"-o", "--output"},
            defaultValue = "",
            paramLabel = "FORMAT",
            description =
                    "json for programs: one object on standard output; what is said on the way goes to standard error.")
    private String format;

    /** Whether for a program, rather than for a person. */
    boolean json() {
        return json(format);
    }

    /** Of a format that a user gave; none is that for persons. */
    static boolean json(String format) {
        if (!format.isEmpty() && !format.equals("json")) {
            throw new Failure(Exit.USAGE, "unknown output format \"" + format + "\": only json is known");
        }
        return !format.isEmpty();
    }
}
