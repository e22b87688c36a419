package dev.proa.control.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExpectationsTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final Expectations expectations = new Expectations(clock);
    private final String web = "uid-of-web";

    @Test
    void areMetOnceAllCreationsWereSeen() {
        assertThat(expectations.areMet(web)).isTrue();
        expectations.expectCreations(web, 2);
        expectations.created(web);
        assertThat(expectations.areMet(web)).isFalse();
        expectations.created(web);
        assertThat(expectations.areMet(web)).isTrue();
    }

    @Test
    void countEachDeletionOnce() {
        expectations.expectDeletions(web, List.of("a", "b"));
        expectations.deleted(web, "a");
        expectations.deleted(web, "a");
        assertThat(expectations.areMet(web)).isFalse();
        expectations.deleted(web, "b");
        assertThat(expectations.areMet(web)).isTrue();
    }

    @Test
    void expire() {
        expectations.expectCreations(web, 1);
        clock.advance(Duration.ofMinutes(5));
        assertThat(expectations.areMet(web)).isFalse();
        clock.advance(Duration.ofSeconds(1));
        assertThat(expectations.areMet(web)).isTrue();
    }

    @Test
    void aCacheIsBehindUntilItShowsWhatWasWritten() {
        Freshness freshness = new Freshness();
        ReplicaSet written = version("uid", "12");
        freshness.wrote(written);
        assertThat(freshness.isBehind(version("uid", "9"))).isTrue();
        assertThat(freshness.isBehind(version("other", "9")))
                .as("another one of its name")
                .isFalse();
        freshness.wrote(written);
        assertThat(freshness.isBehind(version("uid", "12"))).isFalse();
        assertThat(freshness.isBehind(version("uid", "13"))).isFalse();
    }

    private static ReplicaSet version(String uid, String version) {
        return ReplicaSet.of("default", "web").withMetadata(m -> m.withUid(uid).withResourceVersion(version));
    }
}
