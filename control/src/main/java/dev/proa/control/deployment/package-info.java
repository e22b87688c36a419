/**
 * The Deployment controller: rolls out changes of pod templates, one ReplicaSet per template.
 *
 * <pre>
 *   deployment + its replica sets ──► {@link dev.proa.control.deployment.Rollout}, what is there
 *                                        │
 *      paused or resized ◄───────────────┼─────────────► template changed
 *      {@link dev.proa.control.deployment.ProportionalScaling}                   {@link dev.proa.control.deployment.RollingUpdate}, or Recreate
 *                                        │
 *                     {@link dev.proa.control.deployment.DeploymentController} scales replica sets
 *                                        │
 *                     {@link dev.proa.control.deployment.RolloutStatus}: counts, Available, Progressing
 * </pre>
 *
 * Deciding is pure; the controller acts. Reasons and messages are those of Kubernetes.
 */
@NullMarked
package dev.proa.control.deployment;

import org.jspecify.annotations.NullMarked;
