/**
 * The service proxy: connections to a service's address or node port arrive at one of its endpoints.
 *
 * <pre>
 *   Service, EndpointSlice ──► ServiceTable ──► ServiceRules ──difference──► Transaction ──► kernel
 *                              (who serves      (chains and
 *                               what, pure)      map entries, pure)
 * </pre>
 *
 * <p>The kernel does the work (decision record 0020); this package only configures it, incrementally. The semantics are
 * those of kube-proxy of Kubernetes 1.36.
 */
@NullMarked
package dev.proa.node.proxy;

import org.jspecify.annotations.NullMarked;
