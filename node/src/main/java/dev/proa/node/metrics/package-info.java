/** A kubelet's own metrics under Kubernetes' names: what its pods, containers, probes and requests did. */
@NullMarked
package dev.proa.node.metrics;

import org.jspecify.annotations.NullMarked;
