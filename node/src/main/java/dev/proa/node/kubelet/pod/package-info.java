/**
 * What all parts of the kubelet know of a pod and its node: its specification, its state in the runtime, its
 * directories.
 */
@NullMarked
package dev.proa.node.kubelet.pod;

import org.jspecify.annotations.NullMarked;
