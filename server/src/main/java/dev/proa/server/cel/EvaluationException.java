package dev.proa.server.cel;

/** An expression has no value, such as {@code no such key: a}. */
public class EvaluationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The start of the message when an evaluation was ended since it cost too much. */
    public static final String TOO_EXPENSIVE = "operation cancelled: actual cost limit exceeded";

    public EvaluationException(String message) {
        super(message, null, false, false);
    }

    static EvaluationException noSuchOverload() {
        return new EvaluationException("no such overload");
    }

    /** Ends an evaluation; logical operators do not absorb it. */
    static final class TooExpensive extends EvaluationException {
        private static final long serialVersionUID = 1;

        TooExpensive() {
            super(TOO_EXPENSIVE);
        }
    }
}
