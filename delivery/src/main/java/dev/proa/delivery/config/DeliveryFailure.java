package dev.proa.delivery.config;

/** A deployment failed. The message is for users: what is wrong, and what to do. */
public final class DeliveryFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    public DeliveryFailure(String message) {
        super(message);
    }
}
