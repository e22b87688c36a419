package dev.proa.delivery;

/** A deployment failed. The message is for users: what is wrong, and what to do. */
final class DeliveryFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    DeliveryFailure(String message) {
        super(message);
    }
}
