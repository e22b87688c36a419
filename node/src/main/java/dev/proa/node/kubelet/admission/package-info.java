/** The kubelet's own checks of pods that were bound to its node. */
@NullMarked
package dev.proa.node.kubelet.admission;

import org.jspecify.annotations.NullMarked;
