package dev.proa.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.server.store.Store.CompactedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How often a follower asks a leader that has no answer. */
class FollowerLogTest {
    private final Store store = MemoryStore.inMemory();
    private final BlockingQueue<Duration> pauses = new LinkedBlockingQueue<>();
    private final AtomicInteger snapshots = new AtomicInteger();

    @AfterEach
    void close() {
        store.close();
    }

    /** A leader that does not tell what happened. */
    private final class Silent implements Leader {
        private final boolean compacted;

        Silent(boolean compacted) {
            this.compacted = compacted;
        }

        @Override
        public Snapshot snapshot() {
            snapshots.incrementAndGet();
            return store.snapshot();
        }

        @Override
        public List<Watch.Event> changes(long after, Duration timeout) {
            if (compacted) {
                throw new CompactedException(after, after + 1);
            }
            return List.of();
        }

        @Override
        public List<StoredObject> commit(List<Change> changes) {
            throw new Store.UnavailableException("the leader is silent", null);
        }
    }

    /** A follower whose pauses have no end. */
    private FollowerLog follow(Leader leader) {
        return new FollowerLog(
                leader, new StateMachine(MemorySnapshot.EMPTY.fork(), new History(1), 100), (time, closing) -> {
                    pauses.add(time);
                    new CountDownLatch(1).await();
                });
    }

    @Test
    void whenTheStateOfTheLeaderDoesNotHelpItWaitsBeforeItAsksAgain() throws InterruptedException {
        FollowerLog log = follow(new Silent(true));
        assertThat(pauses.poll(60, TimeUnit.SECONDS)).isEqualTo(Duration.ofSeconds(1));
        log.close();
        assertThat(snapshots).hasValue(1);
    }

    @Test
    void aLeaderThatTellsNothingIsNotAskedForItsState() throws InterruptedException {
        FollowerLog log = follow(new Silent(false));
        assertThat(pauses.poll(60, TimeUnit.SECONDS)).isEqualTo(Duration.ofMillis(1));
        log.close();
        assertThat(snapshots).hasValue(0);
    }
}
