/** Counts what the objects of a namespace use of its resource quotas. */
@NullMarked
package dev.proa.control.resourcequota;

import org.jspecify.annotations.NullMarked;
