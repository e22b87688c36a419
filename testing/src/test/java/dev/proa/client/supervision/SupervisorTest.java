package dev.proa.client.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.status.StatusException;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SupervisorTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final Supervisor supervisor = new Supervisor(clock, new Random(1));
    private final LoopGroup group = supervisor.group("test");

    @AfterEach
    void close() {
        supervisor.close();
    }

    private void advanceUntil(String what, BooleanSupplier condition) throws InterruptedException {
        Await.until(what, () -> {
            clock.advance(Duration.ofMillis(100));
            return condition.getAsBoolean();
        });
    }

    @Test
    void whateverALoopThrowsItRunsAgain() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        group.run("loop", self -> {
            switch (runs.incrementAndGet()) {
                case 1 -> throw new IllegalStateException("one");
                case 2 -> throw StatusException.serviceUnavailable("two");
                case 3 -> throw new OutOfMemoryError("three");
                case 4 -> throw new AssertionError();
                case 5 -> throw new InterruptedException("not by its owner");
                default -> {
                    self.succeeded();
                    Thread.sleep(Duration.ofDays(1));
                }
            }
        });

        advanceUntil("it has recovered", () -> group.stats().lastSuccess() != null);
        assertThat(runs).hasValue(6);
        assertThat(group.stats().failures()).isEqualTo(5);
        assertThat(group.stats().failing()).isZero();
    }

    @Test
    void aLoopRunsAgainAndCountsAfterAnExpectedFailureToo() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        group.expecting(StatusException.class::isInstance).run("loop", self -> {
            if (runs.incrementAndGet() == 1) {
                throw StatusException.serviceUnavailable("it is going away");
            }
            Thread.sleep(Duration.ofDays(1));
        });

        advanceUntil("it ran again", () -> runs.get() == 2);
        assertThat(group.stats().failures()).isEqualTo(1);
    }

    @Test
    void aLoopWhoseThreadIsInterruptedButNotClosedRunsAgain() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        group.run("loop", self -> {
            if (runs.incrementAndGet() == 1) {
                Thread.currentThread().interrupt();
            }
            Thread.sleep(Duration.ofDays(1));
        });

        advanceUntil("it ran again", () -> runs.get() == 2);
    }

    @Test
    void pausesDoubleUpToHalfAMinute() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        group.run("loop", self -> {
            runs.incrementAndGet();
            throw new IllegalStateException("always");
        });
        for (int failures = 1; failures < 12; failures++) {
            int expected = failures;
            Await.until("it failed", () -> runs.get() == expected && clock.waiting() == 1);
            Duration pause = Duration.ofMillis(Math.min(200L << (failures - 1), 30_000));
            clock.advance(pause.minusMillis(1));
            assertThat(clock.waiting()).isEqualTo(1);
            clock.advance(pause); // the jitter, at most
        }
    }

    @Test
    void aLoopThatKeepsFailingIsAProblemUntilItSucceeds() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        CountDownLatch closed = new CountDownLatch(1);
        group.repeat("steady", self -> closed.await());
        group.repeat("shaky", self -> {
            if (broken.get()) {
                throw new IllegalStateException("the disk is full");
            }
            self.succeeded();
            closed.await();
        });
        Await.until("it failed", () -> group.stats().failing() == 1);
        assertThat(group.problem()).isNull();

        clock.advance(Loop.PATIENCE);
        advanceUntil("it is a problem", () -> group.problem() != null);
        assertThat(group.problem()).startsWith("shaky has failed since ").endsWith(": the disk is full");
        assertThat(group.stats().loops()).isEqualTo(2);

        broken.set(false);
        advanceUntil("it has recovered", () -> group.problem() == null);
        assertThat(group.stats().failing()).isZero();
    }

    /** A body that says nothing of its success, such as one that serves a socket. */
    @Test
    void aLoopThatHasRunForAWhileIsNoProblem() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        Semaphore ends = new Semaphore(9);
        group.run("server", self -> {
            runs.incrementAndGet();
            ends.acquire();
            throw new IllegalStateException("the socket broke");
        });
        advanceUntil("it runs for the tenth time", () -> runs.get() == 10);
        assertThat(group.stats().failing()).isEqualTo(1);
        clock.advance(Duration.ofMinutes(1));
        assertThat(group.stats().failing()).isZero();

        ends.release();
        Await.until("it pauses", () -> clock.waiting() == 1);
        clock.advance(Duration.ofMillis(400)); // as after a first failure
        Await.until("it runs again", () -> runs.get() == 11);
    }

    @Test
    void aPeriodicTaskRunsEachPeriodAndSoonerAfterAFailure() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
        group.every(Duration.ofHours(1), "task", self -> {
            runs.incrementAndGet();
            RuntimeException broken = failure.get();
            if (broken != null) {
                throw broken;
            }
        });
        Await.until("it waits", () -> clock.waiting() == 1);
        assertThat(runs).hasValue(0);
        failure.set(new IllegalStateException("once"));
        clock.advance(Duration.ofHours(1));
        Await.until("it ran and failed", () -> runs.get() == 1 && clock.waiting() == 1);
        failure.set(null);
        clock.advance(Duration.ofMillis(400));
        Await.until("it ran again", () -> runs.get() == 2 && clock.waiting() == 1);
        clock.advance(Duration.ofMinutes(59));
        assertThat(runs).hasValue(2);
    }

    @Test
    void closingEndsLoops() throws Exception {
        Loop running = group.run("running", self -> Thread.sleep(Duration.ofDays(1)));
        Loop pausing = group.run("pausing", self -> {
            throw new IllegalStateException("always");
        });
        Await.until("it pauses", () -> clock.waiting() == 1);
        supervisor.close();
        assertThat(running.join(Duration.ofSeconds(60))).isTrue();
        assertThat(pausing.join(Duration.ofSeconds(60))).isTrue();
        Await.until("they are forgotten", () -> group.stats().loops() == 0);
        assertThat(group.stats().failures()).isEqualTo(1);
    }

    @Test
    void aBodyThatReturnsEndsItsLoop() throws Exception {
        assertThat(group.run("once", self -> {}).join(Duration.ofSeconds(60))).isTrue();
        assertThat(group.run("on a platform thread", Thread.ofPlatform().daemon(), self -> {
                            assertThat(Thread.currentThread().isVirtual()).isFalse();
                            self.succeeded();
                        })
                        .join(Duration.ofSeconds(60)))
                .isTrue();
        assertThat(group.stats().lastSuccess()).isNull(); // of loops that have not ended
    }
}
