/**
 * A container runtime without containers: pods behave as their annotations tell, thousands of them on one small heap, for tests
 * and for trying out scale. See {@link dev.proa.node.simulated.Behaviour} for what can be told.
 *
 * <p>Nothing here has a thread of its own; time passes by the {@link dev.proa.client.clock.Clock} handed in, so a test that
 * moves the clock decides when containers end. Unlike other runtimes its state lives in memory and dies with the process.
 */
@NullMarked
package dev.proa.node.simulated;

import org.jspecify.annotations.NullMarked;
