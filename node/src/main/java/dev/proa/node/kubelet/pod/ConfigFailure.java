package dev.proa.node.kubelet.pod;

/**
 * A container's configuration cannot be built from its pod; becomes {@code CreateContainerConfigError} with this
 * message.
 */
public final class ConfigFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ConfigFailure(String message) {
        super(message);
    }
}
