/**
 * The kubelet: runs the pods bound to its node and reports their status.
 *
 * <p>{@link dev.proa.node.kubelet.Kubelet} watches the node's pods and gives each a {@link dev.proa.node.kubelet.PodWorker}, one
 * virtual thread that owns it. What to do next is decided by pure functions of the pod and what was observed ({@link
 * dev.proa.node.kubelet.PodPlan}, {@link dev.proa.node.kubelet.status.PodStatuses}); doing it is separate ({@link
 * dev.proa.node.kubelet.container.ContainerStarter}, {@link dev.proa.node.kubelet.container.ContainerStopper}).
 */
@NullMarked
package dev.proa.node.kubelet;

import org.jspecify.annotations.NullMarked;
