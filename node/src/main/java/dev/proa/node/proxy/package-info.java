/**
 * The service proxy: connections to a service's address or node port arrive at one of its endpoints.
 *
 * <pre>
 *   Service, EndpointSlice ──► ServiceTable.Service ──► ServiceRules ──► ServiceRuleSet ──difference──► Transaction ──► kernel
 *                              (who serves what,        (its chains      (those of all
 *                               pure)                    and map          services)
 *                                                        entries, pure)
 * </pre>
 *
 * <p>The kernel does the work (decision record 0020); this package only configures it, service by service. The semantics are
 * those of kube-proxy of Kubernetes 1.36.
 */
@NullMarked
package dev.proa.node.proxy;

import org.jspecify.annotations.NullMarked;
