package dev.proa.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Store.CompactedException;
import dev.proa.server.store.Store.FutureRevisionException;
import dev.proa.server.store.Store.KeyExistsException;
import dev.proa.server.store.Store.RevisionConflictException;
import dev.proa.server.store.Store.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What {@link Store} and {@link Snapshot} promise, for every implementation. */
abstract class StoreContract extends StoreSuite {

    @Test
    void anEmptyStoreIsAtRevisionOne() {
        assertThat(store.revision()).isEqualTo(1);
        assertThat(store.compactedRevision()).isEqualTo(1);
        Snapshot empty = store.snapshot();
        assertThat(empty.revision()).isEqualTo(1);
        assertThat(empty.get(pod("a", "x"))).isNull();
        assertThat(empty.list("pods", null, null)).isEmpty();
        assertThat(empty.count("pods", null)).isZero();
        assertThat(empty.count("pods", "a")).isZero();
    }

    @Test
    void everyCommitRaisesTheRevisionByOneAndStampsTheObject() {
        StoredObject created = store.create(pod("a", "x"), value("one"));
        assertThat(created.revision()).isEqualTo(2);
        assertThat(created.createRevision()).isEqualTo(2);
        assertThat(created.value().at("metadata", "resourceVersion")).isEqualTo("2");
        assertThat(created.value().at("metadata", "name")).isEqualTo("n");
        StoredObject updated = store.update(pod("a", "x"), 2, value("two"));
        assertThat(updated.revision()).isEqualTo(3);
        assertThat(updated.createRevision()).isEqualTo(2);
        StoredObject deleted = store.delete(pod("a", "x"), 3, value("three"));
        assertThat(deleted.revision()).isEqualTo(4);
        assertThat(deleted.createRevision()).isEqualTo(2);
        assertThat(deleted.value().at("metadata", "resourceVersion")).isEqualTo("4");
        assertThat(text(deleted)).isEqualTo("three");
        assertThat(store.revision()).isEqualTo(4);
        assertThat(store.snapshot().get(pod("a", "x"))).isNull();
    }

    @Test
    void theBytesAreTheValueWithItsResourceVersionInPlaceOfAnOlderOne() {
        MapValue value = MapValue.of(
                "data", MapValue.of("resourceVersion", "mine", "text", "\"ä\u0000€𝄞"),
                "metadata", MapValue.of("name", "n", "resourceVersion", "99999999", "uid", "u"));
        StoredObject created = store.create(pod("a", "x"), value);
        assertThat(created.value().at("metadata", "resourceVersion")).isEqualTo("2");
        assertThat(created.value().at("data", "resourceVersion")).isEqualTo("mine");
        assertThat(Json.decodeMap(created.json())).isEqualTo(created.value());
        assertThat(created.json()).isEqualTo(Json.encode(created.value())).isSameAs(created.json());
    }

    @Test
    void whatIsCreatedMustNotExist() {
        StoredObject first = store.create(pod("a", "x"), value("one"));
        KeyExistsException refused =
                catchThrowableOfType(KeyExistsException.class, () -> store.create(pod("a", "x"), value("two")));
        assertThat(refused.existing()).isSameAs(first);
        assertThat(store.revision()).isEqualTo(2);
        store.delete(pod("a", "x"), 2, value("one"));
        assertThat(store.create(pod("a", "x"), value("two")).createRevision()).isEqualTo(4);
    }

    @Test
    void whatIsUpdatedOrDeletedMustHaveTheExpectedRevision() {
        Key key = pod("a", "x");
        assertThat(conflict(() -> store.update(key, 1, value("none"))).current())
                .isNull();
        assertThat(conflict(() -> store.delete(key, 1, value("none"))).current())
                .isNull();
        StoredObject first = store.create(key, value("one"));
        StoredObject second = store.update(key, first.revision(), value("two"));
        assertThat(conflict(() -> store.update(key, first.revision(), value("late")))
                        .current())
                .isSameAs(second);
        assertThat(conflict(() -> store.delete(key, first.revision(), value("late")))
                        .current())
                .isSameAs(second);
        assertThat(conflict(() -> store.update(key, 1_000, value("early"))).current())
                .isSameAs(second);
        store.delete(key, second.revision(), second.value());
        assertThat(conflict(() -> store.update(key, second.revision(), value("late")))
                        .current())
                .isNull();
        assertThat(store.revision()).isEqualTo(4);
    }

    private static RevisionConflictException conflict(org.assertj.core.api.ThrowableAssert.ThrowingCallable write) {
        return catchThrowableOfType(RevisionConflictException.class, write);
    }

    @Test
    void listsAreInTheOrderOfKeysAndCanStartInTheMiddle() {
        List<Key> keys = new ArrayList<>(List.of(
                pod("b", "y"),
                pod("a", "z"),
                pod("a", "x"),
                pod("a-b", "x"),
                pod("a", "x.1"),
                pod("ab", "x"),
                node("n")));
        for (Key key : keys) {
            store.create(key, value(key.name()));
        }
        Snapshot snapshot = store.snapshot();
        assertThat(names(snapshot.list("pods", null, null)))
                .as("as Kubernetes orders them, by path")
                .containsExactly("a-b/x", "a/x", "a/x.1", "a/z", "ab/x", "b/y");
        assertThat(names(snapshot.list("pods", "a", null))).containsExactly("a/x", "a/x.1", "a/z");
        assertThat(names(snapshot.list("pods", "a", pod("a", "x")))).containsExactly("a/x.1", "a/z");
        assertThat(names(snapshot.list("pods", "a", pod("a", "y")))).containsExactly("a/z");
        assertThat(names(snapshot.list("pods", null, pod("a", "z")))).containsExactly("ab/x", "b/y");
        assertThat(names(snapshot.list("pods", null, pod("b", "y")))).isEmpty();
        assertThat(names(snapshot.list("pods", "none", null))).isEmpty();
        assertThat(names(snapshot.list("nodes", null, null))).containsExactly("/n");
        assertThat(names(snapshot.list("nodes", "", null))).containsExactly("/n");
        assertThat(snapshot.count("pods", null)).isEqualTo(6);
        assertThat(snapshot.count("pods", "a")).isEqualTo(3);
        assertThat(snapshot.count("nodes", null)).isEqualTo(1);
        assertThat(snapshot.count("services", null)).isZero();
    }

    @Test
    void aSnapshotStaysAsItWas() {
        store.create(pod("a", "x"), value("one"));
        Snapshot before = store.snapshot();
        store.update(pod("a", "x"), 2, value("two"));
        store.create(pod("a", "y"), value("three"));
        store.compact(store.revision());
        assertThat(before.revision()).isEqualTo(2);
        assertThat(text(before.get(pod("a", "x")))).isEqualTo("one");
        assertThat(before.count("pods", null)).isEqualTo(1);
    }

    @Test
    void everyPastRevisionCanBeReadUntilItIsCompacted() {
        for (int i = 0; i < 300; i++) {
            store.create(pod("a", "x" + i), value("one"));
        }
        for (long revision = 1; revision <= store.revision(); revision++) {
            Snapshot past = store.snapshot(revision);
            assertThat(past.revision()).isEqualTo(revision);
            assertThat(past.count("pods", "a")).isEqualTo((int) revision - 1);
        }
        store.compact(150);
        assertThat(store.compactedRevision()).isEqualTo(150);
        assertThat(store.snapshot(150).count("pods", null)).isEqualTo(149);
        assertThat(store.snapshot(151).count("pods", null)).isEqualTo(150);
        CompactedException compacted = catchThrowableOfType(CompactedException.class, () -> store.snapshot(149));
        assertThat(compacted.compactedRevision()).isEqualTo(150);
        store.compact(100);
        assertThat(store.compactedRevision()).as("it never goes back").isEqualTo(150);
        store.compact(store.revision());
        assertThat(store.snapshot(store.revision()).count("pods", null)).isEqualTo(300);
        assertThatThrownBy(() -> store.snapshot(store.revision() - 1)).isInstanceOf(CompactedException.class);
    }

    @Test
    void theBytesOfThePastAreMadeAgainWhenAskedFor() {
        Key key = pod("a", "x");
        StoredObject first = store.create(key, value("first"));
        byte[] bytes = first.json();
        StoredObject object = first;
        for (int i = 0; i < 2_000; i++) {
            object = store.update(key, object.revision(), value("later"));
        }
        assertThat(first.json()).isEqualTo(bytes);
        assertThat(store.snapshot(2).get(key)).isSameAs(first);
    }

    @Test
    void deletionsAndUpdatesAreTakenBackInThePast() {
        Key key = pod("a", "x");
        store.create(key, value("one"));
        store.update(key, 2, value("two"));
        store.delete(key, 3, value("gone"));
        store.create(key, value("three"));
        assertThat(text(store.snapshot(1).get(key))).isEqualTo("none");
        assertThat(text(store.snapshot(2).get(key))).isEqualTo("one");
        assertThat(text(store.snapshot(3).get(key))).isEqualTo("two");
        assertThat(text(store.snapshot(4).get(key))).isEqualTo("none");
        assertThat(text(store.snapshot(5).get(key))).isEqualTo("three");
    }

    @Test
    void theFutureIsRefused() {
        FutureRevisionException future = catchThrowableOfType(FutureRevisionException.class, () -> store.snapshot(2));
        assertThat(future.current()).isEqualTo(1);
        assertThatThrownBy(() -> store.watch("pods", null, 2)).isInstanceOf(FutureRevisionException.class);
        assertThatThrownBy(() -> store.compact(2)).isInstanceOf(FutureRevisionException.class);
    }

    @Test
    void theFutureIsAwaited() throws Exception {
        store.create(pod("a", "x"), value("one"));
        assertThat(store.await(2, Duration.ZERO)).isTrue();
        assertThat(store.await(3, Duration.ofMillis(1))).isFalse();
        FutureTask<Boolean> awaiting = new FutureTask<>(() -> store.await(4, Duration.ofMinutes(1)));
        Thread.ofVirtual().start(awaiting);
        store.create(pod("a", "y"), value("two"));
        store.create(pod("a", "z"), value("three"));
        assertThat(awaiting.get(30, TimeUnit.SECONDS)).isTrue();
        FutureTask<Boolean> never = new FutureTask<>(() -> store.await(100, Duration.ofMinutes(1)));
        Thread.ofVirtual().start(never);
        store.close();
        assertThat(never.get(30, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void afterCloseWritesAndWatchesAreRefusedAndReadsGoOn() {
        store.create(pod("a", "x"), value("one"));
        store.close();
        store.close();
        assertThatThrownBy(() -> store.create(pod("a", "y"), value("two"))).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> store.update(pod("a", "x"), 2, value("two"))).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> store.watch("pods", null, 1)).isInstanceOf(UnavailableException.class);
        assertThat(text(store.snapshot().get(pod("a", "x")))).isEqualTo("one");
    }

    @Test
    void anInterruptedWriterGetsItsOutcomeAndStaysInterrupted() {
        Thread.currentThread().interrupt();
        StoredObject created = store.create(pod("a", "x"), value("one"));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(store.snapshot().get(pod("a", "x"))).isSameAs(created);
    }

    @Test
    void aValueThatIsNoJsonIsTheCallersErrorAlone() {
        MapValue bad = MapValue.of("metadata", MapValue.of("name", "n"), "text", new StringBuilder());
        if (store.create(pod("a", "ok"), value("one")).revision() == 2 && encodesEagerly()) {
            assertThatThrownBy(() -> store.create(pod("a", "x"), bad)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(store.create(pod("a", "y"), value("two")).revision()).isEqualTo(3);
    }

    @Test
    void aTransactionIsCommittedAsAWhole() throws Exception {
        StoredObject first = store.create(pod("a", "x"), value("one"));
        try (Watch watch = store.watch("pods", null, first.revision())) {
            List<StoredObject> objects = store.commit(List.of(
                    new Change.Update(first.key(), first.revision(), value("two")),
                    new Change.Create(pod("a", "y"), value("new")),
                    new Change.Create(node("n"), value("node")),
                    new Change.Delete(first.key(), first.revision() + 1, value("last"))));
            assertThat(objects).extracting(StoredObject::revision).containsExactly(3L, 4L, 5L, 6L);
            assertThat(store.revision()).isEqualTo(6);
            assertThat(text(store.snapshot().get(pod("a", "y")))).isEqualTo("new");
            assertThat(store.snapshot().get(first.key())).isNull();
            assertThat(text(store.snapshot(5).get(first.key()))).isEqualTo("two");
            List<Watch.Event> events = events(watch, 3);
            assertThat(events).extracting(Watch.Event::revision).containsExactly(3L, 4L, 6L);
            assertThat(events.getLast().previous()).isSameAs(objects.getFirst());
        }
    }

    @Test
    void aTransactionThatIsRefusedChangesNothing() {
        StoredObject first = store.create(pod("a", "x"), value("one"));
        assertThatThrownBy(() -> store.commit(List.of(
                        new Change.Create(pod("a", "y"), value("new")),
                        new Change.Update(first.key(), first.revision(), value("two")),
                        new Change.Create(pod("a", "y"), value("twice")))))
                .isInstanceOf(KeyExistsException.class);
        assertThatThrownBy(() -> store.commit(List.of(
                        new Change.Delete(first.key(), first.revision(), value("last")),
                        new Change.Update(first.key(), first.revision(), value("two")))))
                .isInstanceOf(RevisionConflictException.class);
        assertThat(store.revision()).isEqualTo(first.revision());
        assertThat(store.snapshot().get(first.key())).isSameAs(first);
        assertThat(store.create(pod("a", "y"), value("new")).revision()).isEqualTo(first.revision() + 1);
    }

    @Test
    void aComputedChangeSeesWhatIsThereWhenItIsCommitted() {
        Key key = node("n");
        assertThat(compute(key, present -> value(present == null ? "none" : "some"))
                        .createRevision())
                .isEqualTo(2);
        assertThat(text(compute(key, present -> value(text(store.snapshot().get(key)) + "!"))))
                .isEqualTo("none!");
        assertThat(compute(key, present -> present)).as("nothing changes").isNull();
        assertThat(store.revision()).isEqualTo(3);
        assertThatThrownBy(() -> compute(key, present -> {
                    throw new IllegalStateException("I will not");
                }))
                .hasMessage("I will not");
        StoredObject deleted = compute(key, present -> null);
        assertThat(deleted.revision()).isEqualTo(4);
        assertThat(text(deleted)).isEqualTo("none!");
        assertThat(store.snapshot().get(key)).isNull();
        assertThat(compute(key, present -> null)).isNull();
        List<StoredObject> objects = store.commit(List.of(
                new Change.Create(key, value("again")),
                new Change.Compute(key, present -> present.with("text", present.string("text") + " and again"))));
        assertThat(text(objects.getLast())).isEqualTo("again and again");
        assertThat(Json.decodeMap(objects.getLast().json()))
                .isEqualTo(objects.getLast().value());
    }

    private StoredObject compute(Key key, java.util.function.UnaryOperator<MapValue> next) {
        return store.commit(List.of(new Change.Compute(key, next))).getFirst();
    }

    @Test
    void aPinnedRevisionStaysUntilAllItsPinsAreClosed() throws Exception {
        for (int i = 0; i < 300; i++) {
            store.create(pod("a", "x" + i), value("one"));
        }
        Pin early = store.pin(100);
        Pin again = store.pin(100);
        Pin late = store.pin(200);
        store.compact(50);
        assertThat(store.compactedRevision()).as("below the pin it goes on").isEqualTo(50);
        store.compact(250);
        assertThat(store.compactedRevision()).isEqualTo(100);
        assertThat(store.snapshot(100).count("pods", null)).isEqualTo(99);
        assertThatThrownBy(() -> store.pin(99)).isInstanceOf(CompactedException.class);
        assertThatThrownBy(() -> store.pin(1_000)).isInstanceOf(FutureRevisionException.class);
        try (Watch watch = store.watch("pods", null, 100)) {
            assertThat(events(watch, 201).getFirst().revision()).isEqualTo(101);
        }
        early.close();
        early.close();
        assertThat(store.compactedRevision()).isEqualTo(100);
        again.close();
        assertThat(store.compactedRevision()).isEqualTo(200);
        assertThatThrownBy(() -> store.snapshot(100)).isInstanceOf(CompactedException.class);
        assertThat(early.snapshot().count("pods", null)).isEqualTo(99);
        late.close();
        assertThat(store.compactedRevision()).as("what was asked for meanwhile").isEqualTo(250);
    }

    @Test
    void aForkGoesOnByItself() throws Exception {
        store.create(pod("a", "x"), value("one"));
        store.create(node("n"), value("node"));
        store.update(pod("a", "x"), 2, value("two"));
        try (Store fork = store.fork(3)) {
            assertThat(fork.revision()).isEqualTo(3);
            assertThat(fork.compactedRevision()).isEqualTo(3);
            assertThat(text(fork.snapshot().get(pod("a", "x")))).isEqualTo("one");
            try (Watch watch = fork.watch("pods", null, 3);
                    Watch original = store.watch("pods", null, 4)) {
                assertThat(fork.update(pod("a", "x"), 2, value("forked")).revision())
                        .isEqualTo(4);
                // a resource that is new to either gets the same number in both
                fork.create(new Key("leases", "", "f"), value("f"));
                store.create(new Key("secrets", "", "s"), value("s"));
                assertThat(events(watch, 1).getFirst().previous())
                        .isSameAs(store.snapshot(2).get(pod("a", "x")));
                assertThat(original.next(NO_TIME)).isEmpty();
            }
            assertThat(text(store.snapshot().get(pod("a", "x")))).isEqualTo("two");
            assertThat(fork.snapshot().count("secrets", null)).isZero();
            assertThat(fork.snapshot().count("leases", null)).isEqualTo(1);
            assertThat(store.snapshot().count("leases", null)).isZero();
            assertThat(store.snapshot().resources()).containsExactlyInAnyOrder("pods", "nodes", "secrets");
            store.compact(store.revision());
            fork.delete(node("n"), 3, value("gone"));
            assertThat(store.snapshot().get(node("n"))).isNotNull();
        }
        assertThatThrownBy(() -> store.fork(2)).isInstanceOf(CompactedException.class);
        assertThatThrownBy(() -> store.fork(100)).isInstanceOf(FutureRevisionException.class);
        assertThat(store.create(pod("a", "y"), value("v")).revision()).isEqualTo(6);
    }

    @Test
    void theChangesAreThoseOfAllResourcesInOrder() throws Exception {
        store.create(pod("a", "x"), value("one"));
        store.create(node("n"), value("node"));
        store.delete(node("n"), 3, value("gone"));
        assertThat(store.changes(1, NO_TIME)).extracting(Watch.Event::revision).containsExactly(2L, 3L, 4L);
        assertThat(store.changes(3, NO_TIME)).extracting(Watch.Event::type).containsExactly(Watch.Type.DELETED);
        assertThat(store.changes(4, Duration.ofMillis(1))).isEmpty();
        FutureTask<List<Watch.Event>> waiting = new FutureTask<>(() -> store.changes(4, LONG));
        Thread.ofVirtual().start(waiting);
        store.create(node("m"), value("node"));
        assertThat(waiting.get(60, TimeUnit.SECONDS))
                .extracting(Watch.Event::revision)
                .containsExactly(5L);
        store.compact(3);
        assertThatThrownBy(() -> store.changes(2, NO_TIME)).isInstanceOf(CompactedException.class);
        FutureTask<List<Watch.Event>> never = new FutureTask<>(() -> store.changes(5, LONG));
        Thread.ofVirtual().start(never);
        store.close();
        assertThat(never.get(60, TimeUnit.SECONDS)).isEmpty();
    }

    /** Whether a write makes the bytes of its object. */
    abstract boolean encodesEagerly();
}
