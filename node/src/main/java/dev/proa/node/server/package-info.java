/**
 * The kubelet's HTTPS server: logs, exec, attach and port-forward of the pods on this node, and what the node uses.
 *
 * <p>The API server is its client. {@link dev.proa.node.server.KubeletServer} takes requests and hands each to a
 * virtual thread; from there on code blocks. All buffers are bounded: writes block, and only a few pieces are read
 * ahead ({@link dev.proa.node.server.Inbox}).
 *
 * <pre>
 *  request ─► KubeletAuth ─► Pods ─► ContainerLogs ─► LogReader ─► HTTP chunks, WebSocket messages
 *                                          ├► Commands ─► StreamSession ◄─► ChannelSocket (WebSocket) | SpdyCommandClient (SPDY)
 *                                          └► PortForwards ─► ByteStream ◄─► ChannelSocket | SpdyConnection (raw, or in a WebSocket)
 * </pre>
 */
@NullMarked
package dev.proa.node.server;

import org.jspecify.annotations.NullMarked;
