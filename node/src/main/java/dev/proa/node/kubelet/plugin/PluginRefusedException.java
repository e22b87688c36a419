package dev.proa.node.kubelet.plugin;

/** A plugin cannot be registered; it is told the message. */
public final class PluginRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    public PluginRefusedException(String message) {
        super(message);
    }
}
