package dev.proa.delivery;

import dev.proa.client.clock.Clock;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.time.Instant;

/** A clock that is moved by sleeping. */
record PassingClock(SimulatedClock clock) implements Clock {
    @Override
    public Instant instant() {
        return clock.instant();
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        return clock.schedule(delay, task);
    }

    @Override
    public void sleep(Duration duration) {
        clock.advance(duration);
    }
}
