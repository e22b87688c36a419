package dev.proa.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.server.store.Store.CompactedException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What watches learn of a store that starts over. */
class EventLogsTest {
    private static final long BEFORE = 5;
    private static final long RESTARTED = 20;

    private final EventLogs logs = new EventLogs(BEFORE);

    private EventLogWatch watch() {
        EventLogWatch watch = new EventLogWatch(logs, new EventLogs.Scope("pods", null, event -> true), BEFORE, 100);
        logs.join(watch);
        return watch;
    }

    @Test
    void noWatchTakesItselfToBeCompleteWhenEventsWereLost() throws Exception {
        List<EventLogWatch> watches = List.of(watch(), watch());
        for (EventLogWatch watch : watches) {
            watch.onEvents(() -> watches.forEach(EventLogWatch::revision)); // whichever is told first asks the other
            assertThat(watch.next(Duration.ZERO)).isEmpty();
        }

        logs.restart(RESTARTED);

        for (EventLogWatch watch : watches) {
            assertThat(watch.revision()).isEqualTo(BEFORE);
            assertThatThrownBy(() -> watch.next(Duration.ZERO))
                    .isInstanceOfSatisfying(
                            CompactedException.class,
                            lost -> assertThat(lost.compactedRevision()).isEqualTo(RESTARTED));
        }
    }
}
