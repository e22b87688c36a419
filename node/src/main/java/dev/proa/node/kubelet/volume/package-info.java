/** The volumes of pods: each is set up, updated and torn down by the {@link dev.proa.node.kubelet.volume.VolumePlugin} of its type. */
@NullMarked
package dev.proa.node.kubelet.volume;

import org.jspecify.annotations.NullMarked;
