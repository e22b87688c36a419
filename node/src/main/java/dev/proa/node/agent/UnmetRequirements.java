package dev.proa.node.agent;

/** This machine, or this user, lacks what the chosen runtime needs. The message says what, and what to do. */
public final class UnmetRequirements extends IllegalStateException {
    private static final long serialVersionUID = 1;

    public UnmetRequirements(String message) {
        super(message);
    }
}
