package dev.proa.image.build;

/**
 * Something happened in a build that its user may want to see.
 *
 * @param message a phrase without a full stop
 */
public record BuildEvent(Kind kind, String message) {

    /** How much it matters. */
    public enum Kind {
        /** A step begins that may take its time. */
        STEP,
        /** What came of a step, or why it was left out. */
        DETAIL
    }

    static BuildEvent step(String message) {
        return new BuildEvent(Kind.STEP, message);
    }

    static BuildEvent detail(String message) {
        return new BuildEvent(Kind.DETAIL, message);
    }
}
