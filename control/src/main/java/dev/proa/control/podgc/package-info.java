/** Deletes pods that nobody else will: of nodes that are gone, never bound, or long ended and too many. */
@NullMarked
package dev.proa.control.podgc;

import org.jspecify.annotations.NullMarked;
