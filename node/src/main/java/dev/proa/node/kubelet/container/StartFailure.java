package dev.proa.node.kubelet.container;

/** A container could not be started. */
public final class StartFailure extends Exception {
    private static final long serialVersionUID = 1;
    private final String reason;

    public StartFailure(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** As in {@code state.waiting.reason}. */
    public String reason() {
        return reason;
    }
}
