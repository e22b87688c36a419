/** Limits per address, pod or client on shared resources, so that none can starve the others. */
@NullMarked
package dev.proa.node.limits;

import org.jspecify.annotations.NullMarked;
