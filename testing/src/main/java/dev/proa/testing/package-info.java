/**
 * What the tests of all modules share: {@link dev.proa.testing.SimulatedClock} for time, {@link dev.proa.testing.Await} for what
 * other threads do, {@link dev.proa.testing.FakeTransport} for an API server.
 */
@NullMarked
package dev.proa.testing;

import org.jspecify.annotations.NullMarked;
