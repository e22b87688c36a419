/** Deletes bootstrap tokens that have expired. */
@NullMarked
package dev.proa.control.bootstrap;

import org.jspecify.annotations.NullMarked;
