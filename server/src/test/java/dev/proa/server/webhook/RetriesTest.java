package dev.proa.server.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How often and when a webhook is called again. */
class RetriesTest {
    private final List<Duration> pauses = new ArrayList<>();
    private final Retries retries = new Retries(Duration.ofSeconds(1), pauses::add);
    private int calls;

    private int failing(int times) {
        if (++calls <= times) {
            throw new WebhookCallException("reset", WebhookCallException.Kind.RESET);
        }
        return calls;
    }

    @Test
    void callsAgainAfterLongerAndLongerPauses() {
        assertThat(retries.<Integer>call(() -> failing(4))).isEqualTo(5);
        double shortest = 1000;
        for (Duration pause : pauses) {
            assertThat((double) pause.toMillis()).isBetween(shortest - 1, shortest * 1.2);
            shortest *= 1.5;
        }
        assertThat(pauses).hasSize(4);
    }

    @Test
    void givesUpAfterFiveCalls() {
        assertThatThrownBy(() -> retries.call(() -> failing(5))).hasMessage("reset");
        assertThat(calls).isEqualTo(5);
        assertThat(pauses).hasSize(4);
    }

    @Test
    void doesNotRepeatWhatWillNotPass() {
        assertThatThrownBy(() -> retries.call(() -> {
                    calls++;
                    throw new WebhookCallException("no");
                }))
                .hasMessage("no");
        assertThatThrownBy(() -> retries.call(() -> failing(9), failure -> false))
                .hasMessage("reset");
        assertThatThrownBy(() -> new Retries(Duration.ofHours(1), time -> false).call(() -> failing(9)))
                .hasMessage("reset");
        assertThat(calls).isEqualTo(3);
    }

    @Test
    void endsWhenItIsInterrupted() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> new Retries(Duration.ofHours(1)).call(() -> failing(9)))
                .isInstanceOfSatisfying(
                        WebhookCallException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(WebhookCallException.Kind.CANCELED));
        assertThat(Thread.interrupted()).isTrue();
    }
}
