/**
 * Assembles and starts the components of a cluster.
 *
 * <p>{@link dev.proa.cluster.Cluster#start} takes a {@link dev.proa.cluster.ClusterConfig} and starts, in this order, the API
 * server ({@link dev.proa.embedded.EmbeddedApiServer}), the controllers and the scheduler, and the nodes. They are clients of
 * the API server within this JVM, each as itself: authorization applies to them as to anybody.
 */
@NullMarked
package dev.proa.cluster;

import org.jspecify.annotations.NullMarked;
