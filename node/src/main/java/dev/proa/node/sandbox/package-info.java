/**
 * The built-in container runtime: Linux namespaces, overlay mounts and cgroups; it needs only the kernel.
 *
 * <pre>
 * JVM ── spawns ──► proa-shim (a few kB, no library) ── clones ──► the container's first process
 *  │                   │ holds both ends of the pipes, or the        │ enters namespaces, mounts, pivots,
 *  │                   │ terminal; waits; writes exit                │ drops rights, executes the command
 *  │◄── takes the read ends of the pipes (pidfd_getfd) ◄─────────────┘ writes to the pipes
 *  └──► log file in the CRI's format, attached clients
 * </pre>
 *
 * The shim is a {@link dev.proa.node.linux.SyscallProgram}, so nothing of Proa is needed while a container runs: when the JVM dies,
 * shims and containers stay, a {@link dev.proa.node.sandbox.LogKeeper} goes on writing their logs, and the next {@link
 * dev.proa.node.sandbox.SandboxRuntime} over the same directory finds them. Decision record 0010 says why and what it costs.
 *
 * <p>On disk, below the state directory:
 *
 * <pre>
 * sandboxes/ID/sandbox.json               what was asked for, written once; "stopped" appears when it is stopped
 *              hosts, hostname, resolv.conf
 *              ns/{net,ipc,uts,pid,user}  files bound to the pod's namespaces
 *              shm                        the pod's shared memory, a tmpfs
 *              proc                       /proc of a process namespace that the pod's containers share
 * containers/ID/container.json            what was asked for, and what it came to; rewritten when limits change
 *               pid                       written by the shim when it has cloned: see {@link dev.proa.node.sandbox.program.ShimFiles}
 *               exit                      written by the shim when the command has ended
 *               failure.json              written when the command could not be started
 *               upper, work, rootfs       the overlay's writable layer, its work directory, its mount point
 * </pre>
 */
@NullMarked
package dev.proa.node.sandbox;

import org.jspecify.annotations.NullMarked;
