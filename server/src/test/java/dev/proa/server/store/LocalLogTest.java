package dev.proa.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.value.MapValue;
import dev.proa.server.store.Journal.JournalException;
import dev.proa.testing.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of writes when the journal is slow, or fails. */
class LocalLogTest {
    private final FakeJournal journal = new FakeJournal();
    private final MemoryStore store = MemoryStore.open(journal);

    @AfterEach
    void close() {
        journal.pace.release(1_000);
        store.close();
        assertThat(journal.closed).isTrue();
    }

    private static final class FakeJournal implements Journal {
        final List<Integer> batches = new ArrayList<>();
        final Semaphore pace = new Semaphore(1_000);
        final CountDownLatch begun = new CountDownLatch(1);
        final AtomicInteger rewrites = new AtomicInteger();
        volatile @Nullable RuntimeException failure;
        volatile boolean closed;

        @Override
        public boolean wantsBytes() {
            return true;
        }

        @Override
        public void recover(Recovery recovery) {
            recovery.compacted(1);
        }

        @Override
        public void append(List<Watch.Event> batch) {
            begun.countDown();
            pace.acquireUninterruptibly();
            if (failure != null) {
                throw failure;
            }
            batches.add(batch.size());
        }

        @Override
        public boolean rewrite() {
            if (rewrites.incrementAndGet() <= 2) {
                throw new JournalException("no space", true, new RuntimeException("disk"));
            }
            return false;
        }

        @Override
        public void forget(long compacted, List<Long> obsolete) {
            assertThat(obsolete).hasSizeLessThanOrEqualTo(1_000);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private StoredObject create(String name) {
        return store.create(new Key("pods", "a", name), MapValue.EMPTY);
    }

    @Test
    @Timeout(120)
    void whatWaitsForTheJournalIsCommittedTogetherAndInvisibleBefore() throws Exception {
        journal.pace.drainPermits();
        List<Thread> writers = new ArrayList<>();
        writers.add(Thread.ofVirtual().start(() -> create("first")));
        assertThat(journal.begun.await(60, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 100; i++) {
            String name = "x" + i;
            writers.add(Thread.ofVirtual().start(() -> create(name)));
        }
        for (Thread writer : writers) {
            while (writer.getState() != Thread.State.WAITING) { // for its outcome, and so in the queue
                Thread.yield();
            }
        }
        assertThat(store.snapshot().count("pods", null)).isZero();
        journal.pace.release(1_000);
        for (Thread writer : writers) {
            assertThat(writer.join(java.time.Duration.ofSeconds(60))).isTrue();
        }
        assertThat(store.snapshot().count("pods", null)).isEqualTo(101);
        assertThat(journal.batches).containsExactly(1, 100);
    }

    @Test
    void afterAFailureThatWasUndoneItGoesOn() {
        create("before");
        journal.failure = new JournalException("no space", true, new RuntimeException("disk"));
        assertThatThrownBy(() -> create("x"))
                .isInstanceOf(Store.UnavailableException.class)
                .hasMessage("no space");
        assertThat(store.revision()).isEqualTo(2);
        journal.failure = null;
        assertThat(create("x").revision()).isEqualTo(3);
    }

    @Test
    void afterAFailureOfUnknownOutcomeNothingIsWrittenAnyMore() throws Exception {
        create("before");
        try (Watch watch = store.watch("pods", null, 2)) {
            journal.failure = new JournalException("input/output error", false, new RuntimeException("disk"));
            assertThatThrownBy(() -> create("x")).isInstanceOf(Store.UnavailableException.class);
            journal.failure = null;
            assertThatThrownBy(() -> create("y"))
                    .isInstanceOf(Store.UnavailableException.class)
                    .hasMessageContaining("input/output error");
            assertThat(store.revision()).isEqualTo(2);
            assertThat(store.snapshot().count("pods", null)).isEqualTo(1);
            assertThat(watch.next(java.time.Duration.ZERO)).isEmpty();
        }
    }

    @Test
    void aRewriteThatFailedIsTriedAgain() throws InterruptedException {
        store.rewrite();
        create("meanwhile");
        Await.until("rewritten", () -> journal.rewrites.get() == 3);
    }

    @Test
    void anErrorOfTheProgramLeavesNobodyWaiting() {
        journal.failure = new IllegalStateException("a mistake");
        assertThatThrownBy(() -> create("x"))
                .isInstanceOf(Store.UnavailableException.class)
                .hasMessageContaining("a mistake");
    }
}
