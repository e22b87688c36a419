package dev.proa.node.kubelet;

/** A container cannot be configured as its pod says; becomes {@code CreateContainerConfigError} with this message. */
final class ConfigFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    ConfigFailure(String message) {
        super(message);
    }
}
