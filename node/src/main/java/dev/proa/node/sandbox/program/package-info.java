/**
 * Programs of system calls that become the shims, first processes and commands of containers; see {@link
 * dev.proa.node.linux.SyscallProgram}.
 */
@NullMarked
package dev.proa.node.sandbox.program;

import org.jspecify.annotations.NullMarked;
