package dev.proa.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.MapValue;
import dev.proa.server.store.Store.KeyExistsException;
import dev.proa.server.store.Store.RevisionConflictException;
import dev.proa.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What {@link Store} promises to several threads, and over long random histories, for every implementation. */
abstract class ConcurrencyContract extends StoreSuite {
    private static final int WRITERS = 16;
    private static final int WRITES = 150;

    @Override
    Store open(int patience) {
        return openPatient();
    }

    /** A new, empty store. */
    abstract Store openPatient();

    @Test
    void incrementsOfManyThreadsAreNotLost() throws Exception {
        Key key = pod("a", "counter");
        store.create(key, counter(0));
        ConcurrentSkipListSet<Long> revisions = new ConcurrentSkipListSet<>();
        inParallel(WRITERS, writer -> {
            for (int i = 0; i < WRITES / 10; i++) {
                StoredObject written = increment(key);
                assertThat(revisions.add(written.revision()))
                        .as("a revision for each")
                        .isTrue();
                Snapshot after = store.snapshot();
                assertThat(after.revision()).isGreaterThanOrEqualTo(written.revision());
                StoredObject seen = after.get(key);
                assertThat(seen).isNotNull();
                assertThat(seen.revision())
                        .as("a write is visible once it returned")
                        .isGreaterThanOrEqualTo(written.revision());
            }
            return null;
        });
        long expected = (long) WRITERS * (WRITES / 10);
        assertThat(store.snapshot().get(key).value().integer("count", 0)).isEqualTo(expected);
        assertThat(store.revision()).isEqualTo(2 + expected);
    }

    private static MapValue counter(long count) {
        return MapValue.of("metadata", MapValue.of("name", "counter"), "count", count);
    }

    private StoredObject increment(Key key) {
        StoredObject current = store.snapshot().get(key);
        while (true) {
            try {
                return store.update(
                        key, current.revision(), counter(current.value().integer("count", 0) + 1));
            } catch (RevisionConflictException e) {
                assertThat(e.current().revision()).isNotEqualTo(current.revision());
                current = e.current();
            }
        }
    }

    /** What a call was told, and the revisions visible before it began and after it returned. */
    private record Outcome(
            Key key,
            long before,
            long after,
            @Nullable StoredObject written,
            @Nullable StoredObject found) {}

    @Test
    void everyOutcomeWasTrueAtAMomentOfItsCall() throws Exception {
        List<List<Outcome>> outcomes = inParallel(WRITERS, writer -> {
            SplittableRandom random = new SplittableRandom(writer);
            List<Outcome> mine = new ArrayList<>();
            for (int i = 0; i < WRITES; i++) {
                mine.add(attempt(random));
            }
            return mine;
        });
        int refused = 0;
        for (Outcome outcome : outcomes.stream().flatMap(List::stream).toList()) {
            if (outcome.written() != null) {
                assertThat(outcome.written().revision()).isBetween(outcome.before() + 1, outcome.after());
            } else {
                refused++;
                boolean wasSo = LongStream.rangeClosed(outcome.before(), outcome.after())
                        .anyMatch(revision -> store.snapshot(revision).get(outcome.key()) == outcome.found());
                assertThat(wasSo).as("%s", outcome).isTrue();
            }
        }
        assertThat(refused).as("there was a contest").isPositive();
    }

    @SuppressWarnings("ReferenceEquality")
    private Outcome attempt(SplittableRandom random) {
        Key key = pod("a", "x" + random.nextInt(3));
        StoredObject current = store.snapshot().get(key);
        long before = store.revision();
        try {
            StoredObject written = current == null
                    ? store.create(key, value("new"))
                    : random.nextInt(3) == 0
                            ? store.delete(key, current.revision(), current.value())
                            : store.update(key, current.revision(), value("changed"));
            return new Outcome(key, before, store.revision(), written, null);
        } catch (KeyExistsException e) {
            return new Outcome(key, before, store.revision(), null, e.existing());
        } catch (RevisionConflictException e) {
            return new Outcome(key, before, store.revision(), null, e.current());
        }
    }

    @Test
    void watchesHaveNoGapsAndAgreeWithEverySnapshot() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch following = new CountDownLatch(8);
        long seed = new Random().nextLong();
        System.out.println("seed of the concurrent history: " + seed);
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> watching = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String namespace = i % 2 == 0 ? null : "n" + i % 4;
                watching.add(readers.submit(() -> follow(namespace, following, done)));
            }
            assertThat(following.await(60, TimeUnit.SECONDS)).isTrue();
            inParallel(WRITERS, writer -> {
                SplittableRandom random = new SplittableRandom(seed + writer);
                for (int i = 0; i < WRITES; i++) {
                    writeSomething(random);
                }
                return null;
            });
            done.set(true);
            for (Future<Integer> watch : watching) {
                assertThat(watch.get(60, TimeUnit.SECONDS)).isPositive();
            }
        }
    }

    private void writeSomething(SplittableRandom random) {
        Key key = pod("n" + random.nextInt(4), "x" + random.nextInt(20));
        StoredObject current = store.snapshot().get(key);
        try {
            if (current == null) {
                store.create(key, value("new"));
            } else if (random.nextInt(3) == 0) {
                store.delete(key, current.revision(), current.value());
            } else {
                store.update(key, current.revision(), value("changed"));
            }
        } catch (KeyExistsException | RevisionConflictException e) {
            assertThat(store.snapshot().revision()).isPositive(); // another thread was first
        }
    }

    /** Lists, then watches, again and again from where it was, and compares what it knows with snapshots. */
    private int follow(String namespace, CountDownLatch following, AtomicBoolean done) throws InterruptedException {
        Snapshot start = store.snapshot();
        following.countDown();
        Map<Key, StoredObject> known = new HashMap<>();
        start.list("pods", namespace, null).forEach(object -> known.put(object.key(), object));
        long revision = start.revision();
        int seen = 0;
        while (true) {
            boolean last = done.get();
            try (Watch watch = store.watch("pods", namespace, revision)) {
                for (int i = 0; i < 20; i++) {
                    for (Watch.Event event : watch.next(Duration.ofMillis(5))) {
                        assertThat(event.revision()).isGreaterThan(revision);
                        assertThat(store.revision()).isGreaterThanOrEqualTo(event.revision());
                        revision = event.revision();
                        apply(event, known);
                        seen++;
                    }
                    revision = watch.revision();
                }
            }
            Map<Key, StoredObject> there = new HashMap<>();
            store.snapshot(revision).list("pods", namespace, null).forEach(o -> there.put(o.key(), o));
            assertThat(known).as("revision %d", revision).isEqualTo(there);
            if (last && revision == store.revision()) {
                return seen;
            }
        }
    }

    private static void apply(Watch.Event event, Map<Key, StoredObject> known) {
        Key key = event.object().key();
        StoredObject before = event.type() == Watch.Type.DELETED ? known.remove(key) : known.put(key, event.object());
        assertThat(before).as("the state before %s", event).isSameAs(event.previous());
    }

    @Test
    void ofManyThreadsThatCreateTheSameOneIsFirst() throws Exception {
        for (int round = 0; round < 20; round++) {
            Key key = pod("a", "round" + round);
            List<Boolean> created = inParallel(WRITERS, writer -> {
                try {
                    store.create(key, value("writer " + writer));
                    return true;
                } catch (KeyExistsException e) {
                    assertThat(store.snapshot().get(key)).isSameAs(e.existing());
                    return false;
                }
            });
            assertThat(created.stream().filter(first -> first)).hasSize(1);
        }
    }

    @Test
    void closingEitherCommitsOrRefusesWhatIsUnderWay() throws Exception {
        List<Long> acknowledged = inParallel(WRITERS, writer -> {
            long last = 0;
            if (writer == 0) {
                // asleep meanwhile, for those that write may have no other carrier
                Await.until("writes", () -> store.revision() >= 20);
                store.close();
                return last;
            }
            try {
                for (int i = 0; ; i++) {
                    last = store.create(pod("w" + writer, "x" + i), value("v")).revision();
                }
            } catch (Store.UnavailableException e) {
                return last;
            }
        });
        long newest = acknowledged.stream().mapToLong(Long::longValue).max().orElseThrow();
        assertThat(store.revision()).isGreaterThanOrEqualTo(newest);
    }

    private interface Task<T> {
        T run(int writer) throws Exception;
    }

    private static <T> List<T> inParallel(int threads, Task<T> task) throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<T>> tasks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int number = i;
                tasks.add(() -> task.run(number));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : executor.invokeAll(tasks, 300, TimeUnit.SECONDS)) {
                results.add(future.get());
            }
            return results;
        }
    }
}
