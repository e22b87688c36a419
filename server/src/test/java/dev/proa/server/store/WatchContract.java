package dev.proa.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.server.store.Store.CompactedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What {@link Watch} promises, for every implementation. */
abstract class WatchContract extends StoreSuite {

    @Test
    void eventsSayWhatHappenedAndWhatWasBefore() throws Exception {
        try (Watch watch = store.watch("pods", null, 1)) {
            StoredObject created = store.create(pod("a", "x"), value("one"));
            StoredObject updated = store.update(pod("a", "x"), 2, value("two"));
            StoredObject deleted = store.delete(pod("a", "x"), 3, value("three"));
            List<Watch.Event> events = events(watch, 3);
            assertThat(events)
                    .extracting(Watch.Event::type)
                    .containsExactly(Watch.Type.CREATED, Watch.Type.UPDATED, Watch.Type.DELETED);
            assertThat(events).extracting(Watch.Event::object).containsExactly(created, updated, deleted);
            assertThat(events).extracting(Watch.Event::previous).containsExactly(null, created, updated);
            assertThat(events).extracting(Watch.Event::revision).containsExactly(2L, 3L, 4L);
        }
    }

    @Test
    void aWatchGetsItsResourceAndNamespaceOnly() throws Exception {
        try (Watch all = store.watch("pods", null, 1);
                Watch one = store.watch("pods", "a", 1);
                Watch nodes = store.watch("nodes", null, 1)) {
            store.create(pod("a", "x"), value("1"));
            store.create(pod("b", "x"), value("2"));
            store.create(node("x"), value("3"));
            store.create(pod("a", "y"), value("4"));
            assertThat(events(all, 3)).extracting(Watch.Event::revision).containsExactly(2L, 3L, 5L);
            assertThat(events(one, 2)).extracting(Watch.Event::revision).containsExactly(2L, 5L);
            assertThat(events(nodes, 1)).extracting(Watch.Event::revision).containsExactly(4L);
        }
    }

    /** Values that begin with a letter, as they do or did. */
    private record Beginning(String letter) implements WatchFilter {
        @Override
        public boolean matches(Watch.Event event) {
            StoredObject previous = event.previous();
            return has(event.object()) || previous != null && has(previous);
        }

        private boolean has(StoredObject object) {
            return object.value().toString().contains(letter);
        }
    }

    @Test
    void aWatchIsToldOfWhatConcernsItOnly() throws Exception {
        store.create(pod("a", "past"), value("@"));
        store.create(pod("a", "other"), value("#"));
        try (Watch all = store.watch("pods", null, new Beginning("@"), 1);
                Watch same = store.watch("pods", null, new Beginning("@"), 3);
                Watch one = store.watch("pods", "b", new Beginning("#"), 3)) {
            store.create(pod("b", "x"), value("@"));
            store.update(pod("b", "x"), 4, value("#"));
            store.update(pod("b", "x"), 5, value("%"));
            store.delete(pod("b", "x"), 6, value("%"));

            assertThat(events(all, 3)).extracting(Watch.Event::revision).containsExactly(2L, 4L, 5L);
            assertThat(events(same, 2)).extracting(Watch.Event::revision).containsExactly(4L, 5L);
            assertThat(events(one, 2)).extracting(Watch.Event::revision).containsExactly(5L, 6L);
            for (Watch watch : List.of(all, same, one)) {
                assertThat(watch.next(NO_TIME)).isEmpty();
                awaitProgress(watch, 7);
            }
        }
    }

    @Test
    void whatDoesNotConcernAWatchDoesNotWakeIt() throws Exception {
        AtomicInteger woken = new AtomicInteger();
        try (Watch watch = store.watch("pods", null, new Beginning("@"), 1)) {
            watch.onEvents(woken::incrementAndGet);
            assertThat(watch.next(NO_TIME)).isEmpty();
            store.create(pod("a", "x"), value("#"));
            store.create(pod("a", "y"), value("#"));
            assertThat(woken).hasValue(0);
            store.create(pod("a", "z"), value("@"));
            assertThat(events(watch, 1)).extracting(Watch.Event::revision).containsExactly(4L);
            assertThat(woken).hasValue(1);
        }
    }

    @Test
    void aWatchBeginsInThePast() throws Exception {
        for (int i = 0; i < 200; i++) {
            store.create(pod(i % 2 == 0 ? "a" : "b", "x" + i), value("v"));
        }
        try (Watch watch = store.watch("pods", "a", 101)) {
            store.create(pod("a", "last"), value("v"));
            List<Watch.Event> events = events(watch, 51);
            assertThat(events.getFirst().revision()).isEqualTo(102);
            assertThat(events.getLast().revision()).isEqualTo(202);
            assertThat(events).extracting(Watch.Event::revision).isSorted().doesNotHaveDuplicates();
            assertThat(watch.next(NO_TIME)).isEmpty();
        }
    }

    @Test
    void aWatchCannotBeginBeforeTheCompactedRevisionAndRunningOnesGoOn() throws Exception {
        try (Watch running = store.watch("pods", null, 1)) {
            store.create(pod("a", "x"), value("1"));
            store.create(pod("a", "y"), value("2"));
            store.compact(3);
            assertThatThrownBy(() -> store.watch("pods", null, 2)).isInstanceOf(CompactedException.class);
            assertThat(events(running, 2)).hasSize(2);
            try (Watch later = store.watch("pods", null, 3)) {
                store.create(pod("a", "z"), value("3"));
                assertThat(events(later, 1)).extracting(Watch.Event::revision).containsExactly(4L);
            }
        }
    }

    @Test
    void theProgressRisesWithCommitsToOtherResources() throws Exception {
        try (Watch watch = store.watch("pods", "a", 1)) {
            assertThat(watch.revision()).isEqualTo(1);
            store.create(node("n"), value("1"));
            store.create(pod("b", "x"), value("2"));
            awaitProgress(watch, 3);
            store.create(pod("a", "x"), value("3"));
            store.create(node("m"), value("4"));
            assertThat(watch.revision()).as("an event was not read yet").isLessThan(4);
            events(watch, 1);
            awaitProgress(watch, 5);
        }
    }

    private static void awaitProgress(Watch watch, long revision) throws InterruptedException {
        long end = System.nanoTime() + LONG.toNanos();
        while (watch.revision() < revision && System.nanoTime() < end) {
            assertThat(watch.next(Duration.ofMillis(1))).isEmpty();
        }
        assertThat(watch.revision()).isEqualTo(revision);
    }

    @Test
    void withoutEventsTheTimeoutPasses() throws Exception {
        try (Watch watch = store.watch("pods", null, 1)) {
            long start = System.nanoTime();
            assertThat(watch.next(Duration.ofMillis(50))).isEmpty();
            assertThat(System.nanoTime() - start)
                    .isGreaterThanOrEqualTo(Duration.ofMillis(50).toNanos());
            assertThat(watch.next(NO_TIME)).isEmpty();
            assertThat(watch.closed()).isFalse();
        }
    }

    @Test
    void aReaderThatFallsTooFarBehindIsLost() throws Exception {
        store.close();
        store = open(10);
        try (Watch slow = store.watch("pods", null, 1);
                Watch other = store.watch("pods", "b", 1)) {
            for (int i = 0; i < 11; i++) {
                store.create(pod("a", "x" + i), value("v"));
            }
            store.create(pod("b", "x"), value("v"));
            assertThatThrownBy(() -> slow.next(LONG)).isInstanceOf(CompactedException.class);
            assertThat(slow.closed()).isTrue();
            assertThat(events(other, 1))
                    .as("what it does not watch is no burden")
                    .hasSize(1);
        }
    }

    @Test
    void aReaderThatNeverReadsIsLostWhenThePastIsForgotten() {
        store.close();
        store = open(10);
        try (Watch stuck = store.watch("pods", null, 1)) {
            for (int i = 0; i < 11; i++) {
                store.create(pod("a", "x" + i), value("v"));
            }
            store.compact(store.revision());
            assertThatThrownBy(() -> stuck.next(NO_TIME)).isInstanceOf(CompactedException.class);
        }
    }

    @Test
    void closingEndsABlockedRead() throws Exception {
        Watch watch = store.watch("pods", null, 1);
        List<Watch.Event> events = whileBlocked(() -> watch.next(LONG), watch::close);
        assertThat(events).isEmpty();
        assertThat(watch.closed()).isTrue();
        watch.close();
        store.create(pod("a", "x"), value("1"));
        assertThat(watch.next(LONG)).isEmpty();
    }

    @Test
    void closingTheStoreEndsABlockedRead() throws Exception {
        Watch watch = store.watch("pods", "a", 1);
        assertThat(whileBlocked(() -> watch.next(LONG), store::close)).isEmpty();
        assertThat(watch.closed()).isTrue();
    }

    @Test
    void anInterruptEndsABlockedRead() throws Exception {
        try (Watch watch = store.watch("pods", null, 1)) {
            Thread[] reader = new Thread[1];
            assertThatThrownBy(() -> whileBlocked(
                            () -> {
                                reader[0] = Thread.currentThread();
                                return watch.next(LONG);
                            },
                            () -> reader[0].interrupt()))
                    .hasRootCauseInstanceOf(InterruptedException.class);
        }
    }

    /** Calls {@code blocked} in a thread of its own, and {@code action} once it has begun. */
    private static <T> T whileBlocked(Callable<T> blocked, Runnable action) throws Exception {
        java.util.concurrent.CountDownLatch begun = new java.util.concurrent.CountDownLatch(1);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<T> result = executor.submit(() -> {
                Thread self = Thread.currentThread();
                // of the platform: one that spins would keep the only carrier of a machine with one processor
                Thread.ofPlatform().daemon().start(() -> {
                    while (self.getState() == Thread.State.RUNNABLE) {
                        Thread.yield();
                    }
                    begun.countDown();
                });
                return blocked.call();
            });
            assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
            action.run();
            return result.get(60, TimeUnit.SECONDS);
        }
    }
}
