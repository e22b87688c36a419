package dev.proa.delivery;

/** A delivery cannot go on. The message is for its user: what is wrong, and what would help. */
final class DeliveryFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    DeliveryFailure(String message) {
        super(message);
    }
}
