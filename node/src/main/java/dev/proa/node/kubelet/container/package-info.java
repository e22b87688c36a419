/** Starts and stops containers: images, environment, security contexts, lifecycle hooks, termination messages. */
@NullMarked
package dev.proa.node.kubelet.container;

import org.jspecify.annotations.NullMarked;
