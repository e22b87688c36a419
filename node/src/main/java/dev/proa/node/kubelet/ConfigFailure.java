package dev.proa.node.kubelet;

/**
 * A container's configuration cannot be built from its pod; becomes {@code CreateContainerConfigError} with this
 * message.
 */
final class ConfigFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    ConfigFailure(String message) {
        super(message);
    }
}
