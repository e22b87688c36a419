/**
 * What nodes and pods use, for {@code metrics.k8s.io}: it is read of all kubelets every 15 seconds, as metrics-server does, and computed from
 * the last two samples of each container and node.
 */
@NullMarked
package dev.proa.cluster.metrics;

import org.jspecify.annotations.NullMarked;
