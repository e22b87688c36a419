/** Evicts pods that exceed their limits of local ephemeral storage. */
@NullMarked
package dev.proa.node.kubelet.eviction;

import org.jspecify.annotations.NullMarked;
