/** The controller of admission policies. */
@NullMarked
package dev.proa.embedded.admission;

import org.jspecify.annotations.NullMarked;
