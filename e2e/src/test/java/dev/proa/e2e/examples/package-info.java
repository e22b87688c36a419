/** The examples, built and run. */
@NullMarked
package dev.proa.e2e.examples;

import org.jspecify.annotations.NullMarked;
