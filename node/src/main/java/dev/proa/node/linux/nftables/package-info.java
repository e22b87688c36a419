/**
 * nf_tables: packet filter and NAT of the Linux kernel, configured by netlink.
 *
 * <p>A {@link dev.proa.node.linux.nftables.Transaction} collects changes to one table of family {@code ip}; {@link
 * dev.proa.node.linux.nftables.NfTables} makes them in the kernel, all or none. A rule is a list of {@link
 * dev.proa.node.linux.nftables.Expression}s that pass values in registers of four bytes, numbered 8 to 23; a longer value takes
 * several after each other. The first expression that does not match ends the rule. The format is that of the kernel's {@code
 * include/uapi/linux/netfilter/nf_tables.h}; {@code nft --debug=netlink list ruleset} prints what is in the kernel.
 */
@NullMarked
package dev.proa.node.linux.nftables;

import org.jspecify.annotations.NullMarked;
