package dev.proa.control.shared;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SlowStartTest {
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void runsAsOftenAsAsked() throws Exception {
        assertThat(SlowStart.run(10, runs::incrementAndGet)).isEqualTo(new SlowStart.Outcome(10, null));
        assertThat(runs).hasValue(10);
    }

    @Test
    void stopsAfterTheBatchThatFailed() throws Exception {
        SlowStart.Outcome outcome = SlowStart.run(1000, () -> {
            if (runs.incrementAndGet() > 2) {
                throw new IllegalStateException("quota");
            }
        });
        assertThat(outcome.succeeded()).isEqualTo(2);
        assertThat(outcome.failure()).hasMessage("quota");
        assertThat(runs).as("batches of 1, 2").hasValue(3);
    }

    @Test
    void triesOnceWhenAllFail() throws Exception {
        SlowStart.run(1000, () -> {
            runs.incrementAndGet();
            throw new IllegalStateException("quota");
        });
        assertThat(runs).hasValue(1);
    }
}
