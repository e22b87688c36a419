/** Startup, liveness and readiness probes. */
@NullMarked
package dev.proa.node.kubelet.probe;

import org.jspecify.annotations.NullMarked;
