/**
 * Access to the Linux kernel: system calls through Java's foreign-function interface, and the files under {@code /proc}
 * and {@code /sys} that go with them. Everything else in this module is portable Java on top of this package.
 *
 * <p>{@link dev.proa.node.linux.Kernel} makes one system call; the other classes give calls that belong together their types
 * and errors: {@link dev.proa.node.linux.Descriptors} (files, pipes), {@link dev.proa.node.linux.Directory} (files that others may exchange),
 * {@link dev.proa.node.linux.Sockets}, {@link
 * dev.proa.node.linux.Namespaces}, {@link dev.proa.node.linux.Mounts}, {@link dev.proa.node.linux.Processes}, {@link
 * dev.proa.node.linux.Poller} (epoll), {@link dev.proa.node.linux.Terminals}, {@link dev.proa.node.linux.Cgroup}, {@link
 * dev.proa.node.linux.FileNodes} (device nodes, owners, attributes) and {@link dev.proa.node.linux.Capability}. What must
 * happen in a new process between its birth and its program is a {@link dev.proa.node.linux.SyscallProgram}.
 *
 * <p>A call that fails throws an {@link dev.proa.node.linux.ErrnoException}. Nothing is linked or looked up before its first
 * use, so a JVM that never runs a container pays nothing.
 */
@NullMarked
package dev.proa.node.linux;

import org.jspecify.annotations.NullMarked;
