/**
 * The interface between kubelet and container runtime, in the shape of the Kubernetes Container Runtime Interface
 * ({@code runtime.v1}): pod sandboxes, containers in them, images, and the streams of exec, attach and port-forward.
 *
 * <p>Implementations are {@code dev.proa.node.sandbox} (Linux namespaces, built in) and {@code dev.proa.node.simulated}
 * (containers that behave as told). One contract suite, {@code ContainerRuntimeContract}, holds for all of them.
 */
@NullMarked
package dev.proa.node.cri;

import org.jspecify.annotations.NullMarked;
