package dev.proa.image.dockerfile;

/** A word or an instruction is malformed. The message is for users and has no location yet. */
public final class SyntaxProblem extends RuntimeException {
    private static final long serialVersionUID = 1;

    SyntaxProblem(String message) {
        super(message);
    }

    /** The problem, and the option closest to what was written if one is close. */
    static SyntaxProblem suggesting(String message, String written, Iterable<String> options) {
        return new SyntaxProblem(message + Suggestion.of(written, options, ""));
    }
}
