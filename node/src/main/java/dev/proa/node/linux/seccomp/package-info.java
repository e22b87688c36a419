/**
 * Seccomp: which system calls a process may make, {@code seccomp(2)}. A {@linkplain dev.proa.node.linux.seccomp.Profile profile}
 * says it by names; {@linkplain dev.proa.node.linux.seccomp.FilterCompiler compiled} it is a filter, a program of classic BPF that
 * the kernel runs before each call. Profiles are {@linkplain dev.proa.node.linux.seccomp.RuntimeDefault Proa's own} or {@linkplain
 * dev.proa.node.linux.seccomp.ProfileReader read} from the JSON of OCI runtimes and Docker.
 */
@NullMarked
package dev.proa.node.linux.seccomp;

import org.jspecify.annotations.NullMarked;
