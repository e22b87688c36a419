package dev.proa.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulatedClockTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final List<String> ran = new ArrayList<>();

    @Test
    void runsWhatIsDueInTheOrderOfTime() {
        clock.schedule(Duration.ofSeconds(2), () -> ran.add("b"));
        clock.schedule(Duration.ofSeconds(1), () -> ran.add("a"));
        clock.schedule(Duration.ofSeconds(2), () -> ran.add("c"));
        clock.schedule(Duration.ofSeconds(9), () -> ran.add("late"));

        clock.advance(Duration.ofSeconds(3));

        assertThat(ran).containsExactly("a", "b", "c");
        assertThat(clock.waiting()).isEqualTo(1);
    }

    @Test
    void showsTheTimeATaskWasDueAtAndRunsWhatItSchedules() {
        var start = clock.instant();
        clock.schedule(Duration.ofSeconds(1), () -> {
            ran.add("at " + Duration.between(start, clock.instant()).toSeconds());
            clock.schedule(
                    Duration.ofSeconds(1),
                    () -> ran.add(
                            "then " + Duration.between(start, clock.instant()).toSeconds()));
        });

        clock.advance(Duration.ofSeconds(5));

        assertThat(ran).containsExactly("at 1", "then 2");
        assertThat(clock.instant()).isEqualTo(start.plusSeconds(5));
    }

    @Test
    void doesNotRunWhatWasCancelled() {
        Clock.Timer timer = clock.schedule(Duration.ofSeconds(1), () -> ran.add("never"));
        timer.cancel();
        clock.advance(Duration.ofSeconds(2));
        assertThat(ran).isEmpty();
    }

    @Test
    void wakesSleepersWhenTheirTimeHasCome() throws Exception {
        Thread sleeper = Thread.ofVirtual().start(() -> {
            try {
                clock.sleep(Duration.ofMinutes(1));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        Await.until("somebody sleeps", () -> clock.waiting() == 1);
        clock.advance(Duration.ofSeconds(59));
        assertThat(sleeper.isAlive()).isTrue();
        clock.advance(Duration.ofSeconds(1));
        assertThat(sleeper.join(Duration.ofSeconds(60))).isTrue();
    }
}
