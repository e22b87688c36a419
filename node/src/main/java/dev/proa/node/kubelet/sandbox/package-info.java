/** Configures pod sandboxes: DNS, host names, ports, user namespaces. */
@NullMarked
package dev.proa.node.kubelet.sandbox;

import org.jspecify.annotations.NullMarked;
