package dev.proa.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.server.store.Store.CompactedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A store that follows another: all that every store promises, and what it makes of a leader that fails or has forgotten. */
class FollowerStoreTest {
    private final List<Store> leaders = new ArrayList<>();

    private Store open(int patience) {
        Store leader = MemoryStore.inMemory();
        leaders.add(leader);
        return MemoryStore.follow(leader, patience);
    }

    @AfterEach
    void closeLeaders() {
        leaders.forEach(Store::close);
    }

    @Nested
    class Objects extends StoreContract {
        @Override
        Store open(int patience) {
            return FollowerStoreTest.this.open(patience);
        }

        @Override
        boolean encodesEagerly() {
            return false;
        }
    }

    @Nested
    class Watches extends WatchContract {
        @Override
        Store open(int patience) {
            return FollowerStoreTest.this.open(patience);
        }
    }

    @Nested
    class Concurrency extends ConcurrencyContract {
        @Override
        Store openPatient() {
            return FollowerStoreTest.this.open(MemoryStore.PATIENCE);
        }
    }

    @Nested
    class Histories extends HistoryContract {
        @Override
        Store open(int patience) {
            return FollowerStoreTest.this.open(patience);
        }

        /** A new follower has the leader's past, as far as the leader knows it. */
        @Override
        Store reopened(Store open) throws InterruptedException {
            open.close();
            Store leader = leaders.getLast();
            Store follower = MemoryStore.follow(leader);
            assertThat(follower.await(leader.revision(), StoreSuite.LONG)).isTrue();
            return follower;
        }
    }

    /** A leader that can be cut off and lose what it had to tell. */
    private static final class Unreliable implements Leader {
        final Store store = MemoryStore.inMemory();

        /** The revision of a commit that is never told. */
        volatile long withheld;

        volatile boolean down;

        @Override
        public Snapshot snapshot() {
            return check().snapshot();
        }

        @Override
        public List<Watch.Event> changes(long after, Duration timeout) throws InterruptedException {
            List<Watch.Event> events = check().changes(after, Duration.ofMillis(20));
            check();
            return events.stream().filter(event -> event.revision() != withheld).toList();
        }

        @Override
        public List<StoredObject> commit(List<Change> changes) {
            return check().commit(changes);
        }

        private Store check() {
            if (down) {
                throw new Store.UnavailableException("the leader is down", null);
            }
            return store;
        }
    }

    private final Unreliable leader = new Unreliable();

    @AfterEach
    void closeLeader() {
        leader.store.close();
    }

    private void write(int count) {
        for (int i = 0; i < count; i++) {
            leader.store.create(StoreSuite.pod("a", "x" + leader.store.revision()), StoreSuite.value("v"));
        }
    }

    private void assertSame(Store follower) throws InterruptedException {
        assertThat(follower.await(leader.store.revision(), StoreSuite.LONG)).isTrue();
        assertThat(follower.revision()).isEqualTo(leader.store.revision());
        assertThat(StoreSuite.list(follower.snapshot().list("pods", null, null)))
                .isEqualTo(StoreSuite.list(leader.store.snapshot().list("pods", null, null)));
    }

    @Test
    void itSeesEveryRevisionInOrder() throws Exception {
        write(100);
        try (Store follower = MemoryStore.follow(leader);
                Watch watch = watchFromStart(follower)) {
            write(500);
            List<Watch.Event> events = StoreSuite.events(watch, 600);
            for (int i = 0; i < 600; i++) {
                assertThat(events.get(i).revision()).isEqualTo(i + 2);
            }
            assertSame(follower);
            for (long revision = 1; revision <= 601; revision += 50) {
                assertThat(follower.snapshot(revision).count("pods", null)).isEqualTo((int) revision - 1);
            }
        }
    }

    private static Watch watchFromStart(Store follower) throws InterruptedException {
        assertThat(follower.await(2, StoreSuite.LONG)).isTrue();
        return follower.watch("pods", null, 1);
    }

    @Test
    void itBeginsWithTheStateWhenTheLeaderHasCompacted() throws Exception {
        write(300);
        leader.store.compact(250);
        try (Store follower = MemoryStore.follow(leader)) {
            assertSame(follower);
            assertThat(follower.compactedRevision()).isEqualTo(301);
            write(10);
            assertSame(follower);
            assertThat(follower.compactedRevision()).isEqualTo(301);
        }
    }

    @Test
    void aGapMakesItStartOverAndItsWatchesListAgain() throws Exception {
        write(10);
        try (Store follower = MemoryStore.follow(leader);
                Watch watch = watchFromStart(follower);
                Pin pin = follower.pin(5)) {
            StoreSuite.events(watch, 10);
            leader.withheld = 12;
            write(5);
            assertSame(follower);
            assertThat(follower.compactedRevision()).isGreaterThanOrEqualTo(12);
            assertThatThrownBy(() -> {
                        while (true) {
                            watch.next(StoreSuite.LONG);
                        }
                    })
                    .isInstanceOf(CompactedException.class);
            assertThat(watch.closed()).isTrue();
            assertThatThrownBy(() -> follower.watch("pods", null, 11)).isInstanceOf(CompactedException.class);
            try (Watch again = follower.watch("pods", null, follower.revision())) {
                write(1);
                assertThat(StoreSuite.events(again, 1).getFirst().revision()).isEqualTo(17);
            }
            assertThat(pin.snapshot().count("pods", null)).isEqualTo(4);
        }
    }

    @Test
    void whileTheLeaderIsAwayItIsReadableAndThenCatchesUp() throws Exception {
        write(10);
        try (Store follower = MemoryStore.follow(leader)) {
            assertSame(follower);
            leader.down = true;
            write(400);
            leader.store.compact(leader.store.revision());
            assertThat(follower.snapshot().get(StoreSuite.pod("a", "x1"))).isNotNull();
            assertThatThrownBy(() -> follower.create(StoreSuite.node("n"), StoreSuite.value("v")))
                    .isInstanceOf(Store.UnavailableException.class)
                    .hasMessage("the leader is down");
            leader.down = false;
            assertSame(follower);
            follower.create(StoreSuite.node("n"), StoreSuite.value("v"));
            assertThat(leader.store.snapshot().get(StoreSuite.node("n"))).isNotNull();
        }
    }

    @Test
    void followersCanBeFollowed() throws Exception {
        try (Store first = MemoryStore.follow(leader);
                Store second = MemoryStore.follow(first)) {
            second.create(StoreSuite.node("n"), StoreSuite.value("v"));
            assertThat(first.snapshot().get(StoreSuite.node("n"))).isNotNull();
            write(200);
            assertSame(first);
            assertSame(second);
        }
    }

    @Test
    void itNeverGoesBack() throws Exception {
        write(10);
        try (Store other = MemoryStore.inMemory()) {
            Leader[] present = {leader};
            try (Store follower = MemoryStore.follow(new Leader() {
                @Override
                public Snapshot snapshot() {
                    return present[0].snapshot();
                }

                @Override
                public List<Watch.Event> changes(long after, Duration timeout) throws InterruptedException {
                    if (present[0] == other) {
                        throw new CompactedException(after, 1);
                    }
                    return present[0].changes(after, Duration.ofMillis(10));
                }

                @Override
                public List<StoredObject> commit(List<Change> changes) {
                    return present[0].commit(changes);
                }
            })) {
                assertSame(follower);
                present[0] = other;
                assertThat(follower.await(12, Duration.ofMillis(100))).isFalse();
                assertThat(follower.revision()).isEqualTo(11);
            }
        }
    }
}
