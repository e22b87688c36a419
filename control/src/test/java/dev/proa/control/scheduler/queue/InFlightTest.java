package dev.proa.control.scheduler.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.control.scheduler.framework.ClusterEvent;
import org.junit.jupiter.api.Test;

class InFlightTest {
    private final InFlight inFlight = new InFlight();

    private void note() {
        inFlight.note(ClusterEvent.NODE_ADDED, null, null);
    }

    @Test
    void keepsEventsForAsLongAsAnAttemptMayAskForThem() {
        note();
        assertThat(inFlight.size()).as("nothing is being tried").isZero();
        inFlight.begin("a");
        note();
        inFlight.begin("b");
        note();
        note();
        assertThat(inFlight.end("b")).hasSize(2);
        assertThat(inFlight.size()).as("a may ask for all").isEqualTo(3);
        inFlight.begin("c");
        assertThat(inFlight.end("a")).hasSize(3);
        assertThat(inFlight.size()).as("c began after all").isZero();
        assertThat(inFlight.end("c")).isEmpty();
        assertThat(inFlight.end("c")).as("it has ended already").isEmpty();
    }
}
