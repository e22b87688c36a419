/** Clocks: time is passed in, so that tests can move it. */
@NullMarked
package dev.proa.client.clock;

import org.jspecify.annotations.NullMarked;
