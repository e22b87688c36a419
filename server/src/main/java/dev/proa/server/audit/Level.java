package dev.proa.server.audit;

/** How much of a request is put on record; each level includes those before. */
public enum Level {
    /** Nothing. */
    NONE("None"),
    /** Who asked for what, when, and what became of it. */
    METADATA("Metadata"),
    /** Also the object that was sent. */
    REQUEST("Request"),
    /** Also the object that was answered. */
    REQUEST_RESPONSE("RequestResponse");

    private final String text;

    Level(String text) {
        this.text = text;
    }

    boolean includes(Level other) {
        return compareTo(other) >= 0;
    }

    @Override
    public String toString() {
        return text;
    }
}
