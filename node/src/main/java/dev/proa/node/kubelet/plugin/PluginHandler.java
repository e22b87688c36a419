package dev.proa.node.kubelet.plugin;

import java.nio.file.Path;
import java.util.List;

/** Takes the plugins of one type, such as {@code DRAPlugin}. Called by one thread at a time. */
public interface PluginHandler {
    /**
     * Checks a plugin that wants to be registered.
     *
     * @param versions the versions of the type's interface that it supports
     */
    void validate(String name, Path endpoint, List<String> versions) throws PluginRefusedException;

    /**
     * Registers a plugin that was found valid.
     *
     * @param endpoint the socket at which it serves the type's interface
     */
    void register(String name, Path endpoint, List<String> versions) throws PluginRefusedException;

    /** The plugin's socket of registration is gone, or is another one. */
    void deregister(String name, Path endpoint);
}
