/**
 * The controllers of EndpointSlices and Endpoints, which list the pods of each Service.
 *
 * <pre>
 *   services, pods, nodes ──► {@link dev.proa.control.endpointslice.PodEndpoints}, what a pod is for a service
 *                                 ├─► {@link dev.proa.control.endpointslice.SlicePlan}, the fewest writes to get there
 *                                 └─► {@link dev.proa.control.endpointslice.Subsets}, of one Endpoints object
 *   Endpoints that a user wrote ──► {@link dev.proa.control.endpointslice.MirrorPlan}, slices that say the same
 * </pre>
 */
@NullMarked
package dev.proa.control.endpointslice;

import org.jspecify.annotations.NullMarked;
