/**
 * The DaemonSet controller: a pod for each node that its template fits.
 *
 * <pre>
 *   nodes ──NodeFit──┐
 *   pods ────────────┼─► NodePods ─► Upkeep ────────► pods to create and to delete
 *   ControllerRevisions ┘     │           │ nothing
 *                             │           ▼
 *                             │     RollingUpdate ──► the same
 *                             └──► DaemonSetCounts ─► status
 * </pre>
 *
 * <p>{@code NodePods} is what is known of a DaemonSet at one time, by node. What is decided from it is pure; {@code
 * DaemonSetController} reads the informers and acts. A sync takes time with the number of nodes and pods, so large DaemonSets are
 * synced twice a second at most, but for the next burst of pods.
 */
@NullMarked
package dev.proa.control.daemonset;

import org.jspecify.annotations.NullMarked;
