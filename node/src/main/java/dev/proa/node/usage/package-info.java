/** What processes, pods and file systems use of a machine, as the kernel counts it: plain records. */
@NullMarked
package dev.proa.node.usage;

import org.jspecify.annotations.NullMarked;
