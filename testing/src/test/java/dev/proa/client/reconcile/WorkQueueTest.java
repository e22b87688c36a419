package dev.proa.client.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WorkQueueTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final WorkQueue<String> queue = WorkQueue.create(clock);

    @Test
    void holdsAnItemOnce() {
        queue.add("a");
        queue.add("a");
        queue.add("b");
        assertThat(queue.poll()).isEqualTo("a");
        assertThat(queue.poll()).isEqualTo("b");
        assertThat(queue.poll()).isNull();
    }

    @Test
    void handsAnItemThatChangesMeanwhileOutAgainAfterItIsDone() {
        queue.add("a");
        assertThat(queue.poll()).isEqualTo("a");
        queue.add("a");
        assertThat(queue.poll()).as("two workers must not have it").isNull();
        queue.done("a");
        assertThat(queue.poll()).isEqualTo("a");
        queue.done("a");
        assertThat(queue.poll()).isNull();
    }

    @Test
    void ofSeveralDelaysTheShortestCounts() {
        queue.addAfter("a", Duration.ofSeconds(10));
        queue.addAfter("a", Duration.ofSeconds(1));
        queue.addAfter("a", Duration.ofSeconds(5));
        clock.advance(Duration.ofMillis(999));
        assertThat(queue.poll()).isNull();
        clock.advance(Duration.ofMillis(1));
        assertThat(queue.poll()).isEqualTo("a");
        queue.done("a");
        clock.advance(Duration.ofSeconds(20));
        assertThat(queue.poll()).isNull();
    }

    @Test
    void waitsTwiceAsLongAfterEachFailureUntilForgotten() {
        for (long millis : new long[] {5, 10, 20, 40}) {
            queue.addRateLimited("a");
            clock.advance(Duration.ofMillis(millis - 1));
            assertThat(queue.poll()).isNull();
            clock.advance(Duration.ofMillis(1));
            assertThat(queue.poll()).isEqualTo("a");
            queue.done("a");
        }
        queue.forget("a");
        queue.addRateLimited("a");
        clock.advance(Duration.ofMillis(5));
        assertThat(queue.poll()).isEqualTo("a");
    }

    @Test
    void limitsTheRateOfAllFailuresTogether() {
        RateLimiter<Integer> limiter =
                new RateLimiter<>(clock, Duration.ofMillis(5), Duration.ofSeconds(1000), 10, 100);
        for (int i = 0; i < 100; i++) {
            assertThat(limiter.next(i)).isEqualTo(Duration.ofMillis(5));
        }
        assertThat(limiter.next(100)).isEqualTo(Duration.ofMillis(100));
        assertThat(limiter.next(101)).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void neverWaitsLongerThanTheLongest() {
        RateLimiter<String> limiter =
                new RateLimiter<>(clock, Duration.ofMillis(5), Duration.ofSeconds(1000), 1e9, 1000);
        Duration last = Duration.ZERO;
        for (int i = 0; i < 80; i++) {
            last = limiter.next("a");
        }
        assertThat(last).isEqualTo(Duration.ofSeconds(1000));
    }

    @Test
    void wakesWorkersWhenItCloses() throws Exception {
        Thread worker = Thread.ofVirtual().start(() -> {
            try {
                assertThat(queue.take()).isNull();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        queue.close();
        assertThat(worker.join(Duration.ofSeconds(60))).isTrue();
        queue.add("late");
        assertThat(queue.stats().ready()).isZero();
    }
}
