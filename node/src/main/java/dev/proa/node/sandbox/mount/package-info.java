/** The steps of programs of system calls that mount a container's root, volumes and kernel file systems, and open paths in it. */
@NullMarked
package dev.proa.node.sandbox.mount;

import org.jspecify.annotations.NullMarked;
