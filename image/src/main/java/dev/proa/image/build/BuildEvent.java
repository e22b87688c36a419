package dev.proa.image.build;

/**
 * A progress event of a build.
 *
 * @param message a phrase without a full stop
 */
public record BuildEvent(Kind kind, String message) {

    /** The level of an event. */
    public enum Kind {
        /** The start of a step that may take a while. */
        STEP,
        /** The result of a step, or why it was skipped. */
        DETAIL
    }

    static BuildEvent step(String message) {
        return new BuildEvent(Kind.STEP, message);
    }

    static BuildEvent detail(String message) {
        return new BuildEvent(Kind.DETAIL, message);
    }
}
