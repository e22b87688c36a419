/**
 * A container runtime without containers, for tests and scale experiments: pods do what their annotations say,
 * thousands of them on a small heap. See {@link dev.proa.node.simulated.Behaviour} for the annotations.
 *
 * <p>Nothing here has its own thread; time is that of the {@link dev.proa.client.clock.Clock} passed in, so a test that
 * moves the clock decides when containers end. Unlike other runtimes its state lives in memory and dies with the
 * process.
 */
@NullMarked
package dev.proa.node.simulated;

import org.jspecify.annotations.NullMarked;
