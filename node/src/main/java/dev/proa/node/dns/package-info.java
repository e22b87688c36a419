/**
 * The cluster's DNS server: names of services and pods, as the Kubernetes DNS-Based Service Discovery specification 1.1.0 has
 * them, and everything else from the node's own resolvers.
 *
 * <pre>
 *   Service, EndpointSlice ──► ServiceRecords ──► ClusterZone ──┐
 *   query ──DnsCodec──► DnsMessage ──► DnsResolver ─────────────┴─► DnsMessage ──DnsCodec──► answer
 *                                          └── names of others ──► Upstreams ──► the node's resolvers
 * </pre>
 *
 * <p>{@link dev.proa.node.dns.DnsServer} carries the bytes by UDP and TCP. Names are texts in lower case without the closing dot;
 * the root is the empty text.
 */
@NullMarked
package dev.proa.node.dns;

import org.jspecify.annotations.NullMarked;
