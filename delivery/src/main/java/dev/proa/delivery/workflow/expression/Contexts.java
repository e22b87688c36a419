package dev.proa.delivery.workflow.expression;

import java.util.Set;

/** The names of all contexts. */
public final class Contexts {
    /** In lower case. */
    public static final Set<String> NAMES = Set.of(
            "github",
            "env",
            "vars",
            "job",
            "jobs",
            "steps",
            "runner",
            "secrets",
            "strategy",
            "matrix",
            "needs",
            "inputs");

    private Contexts() {}
}
