/**
 * Netlink: reads and changes links, addresses and routes of the Linux kernel.
 *
 * <pre>
 *   RouteMessages ──Request──► NetlinkSocket ──bytes──► kernel
 *        ▲                          │
 *        └──────── Reply ◄──────────┘
 * </pre>
 *
 * <p>{@link dev.proa.node.linux.netlink.AttributeWriter}, {@link dev.proa.node.linux.netlink.Attributes}, {@link
 * dev.proa.node.linux.netlink.NetlinkCodec} and {@link dev.proa.node.linux.netlink.RouteMessages} are pure; only {@link
 * dev.proa.node.linux.netlink.NetlinkSocket} and what stands on it talk to the kernel. Numbers in messages are in the
 * machine's byte order unless a method's name says otherwise. Formats: netlink(7), rtnetlink(7) and the kernel's
 * {@code Documentation/userspace-api/netlink/intro.rst}.
 */
@NullMarked
package dev.proa.node.linux.netlink;

import org.jspecify.annotations.NullMarked;
