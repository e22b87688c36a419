/**
 * A node of a cluster, assembled: network, service proxy, DNS, container runtime, kubelet and its server.
 *
 * <pre>
 *   Connection, or Client ──┐
 *   NodeConfig ─────────────┴─► SandboxNode ──► kubelet, NodeNetwork, SandboxRuntime, KubeletServer
 * </pre>
 *
 * <p>A node is a client of the API and needs nothing else of its cluster: {@link dev.proa.node.agent.JoinedNode} starts
 * one in a process of its own.
 */
@NullMarked
package dev.proa.node.agent;

import org.jspecify.annotations.NullMarked;
