/**
 * The one place where a cluster's components are assembled and started in order.
 *
 * <p>{@link dev.proa.cluster.Cluster#start} takes a {@link dev.proa.cluster.ClusterConfig} and brings up, in this order, the store,
 * the API server with its listeners ({@link dev.proa.cluster.ControlPlane}), the objects every cluster has ({@link
 * dev.proa.cluster.Bootstrap}), the controllers and the scheduler, and the nodes. Components talk to the API server through {@link
 * dev.proa.cluster.DirectTransport}, as themselves: identity and authorization apply to them as to anybody.
 */
@NullMarked
package dev.proa.cluster;

import org.jspecify.annotations.NullMarked;
