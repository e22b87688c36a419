/**
 * How programs of others become plugins of the kubelet: they put a socket into the directory {@code plugins_registry}, at which they answer the
 * gRPC service {@code pluginregistration.Registration}. {@link dev.proa.node.kubelet.plugin.PluginWatcher} finds them, and a {@link
 * dev.proa.node.kubelet.plugin.PluginHandler} for each type of plugin takes them.
 */
@NullMarked
package dev.proa.node.kubelet.plugin;

import org.jspecify.annotations.NullMarked;
