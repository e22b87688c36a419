/** Computes the status of pods and writes it to the API. */
@NullMarked
package dev.proa.node.kubelet.status;

import org.jspecify.annotations.NullMarked;
