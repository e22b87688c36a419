/** The types of volumes that this kubelet has, each a {@link dev.proa.node.kubelet.volume.VolumePlugin}. */
@NullMarked
package dev.proa.node.kubelet.volume.plugin;

import org.jspecify.annotations.NullMarked;
