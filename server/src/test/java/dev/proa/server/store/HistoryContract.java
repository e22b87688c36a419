package dev.proa.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.server.store.Store.CompactedException;
import dev.proa.server.store.Store.RevisionConflictException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Long random histories of writes, transactions, compactions, pins and forks against a model that remembers every value. */
abstract class HistoryContract extends StoreSuite {

    /** What a restart makes of the store; the same one where it does not outlive its process. */
    abstract Store reopened(Store open) throws Exception;

    @Test
    void aRandomHistoryIsLikeThatOfTheModel() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed of the history: " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        Model model = new Model();
        for (int i = 0; i < 10_000; i++) {
            step(random, model);
            if (i % 1_000 == 999) {
                pins.forEach(Pin::close);
                pins.clear();
                store = reopened(store);
                compare(random, model);
            }
        }
        // and down to nothing, which is where trees shrink
        for (Key key : List.copyOf(model.now().keySet())) {
            StoredObject current = store.snapshot().get(key);
            StoredObject deleted = store.delete(key, current.revision(), current.value());
            model.commit(key, deleted.revision(), null);
        }
        compare(random, model);
        assertThat(store.snapshot().count("pods", null)).isZero();
    }

    private final List<Pin> pins = new ArrayList<>();

    private void step(SplittableRandom random, Model model) throws Exception {
        switch (random.nextInt(100)) {
            case 0, 1 -> transaction(random, model);
            case 2 -> refusedTransaction(random, model);
            case 3 -> pin(random, model);
            case 4 -> fork(random, model);
            default -> {
                Change change = change(random, model);
                StoredObject written = switch (change) {
                    case Change.Create create -> store.create(create.key(), create.value());
                    case Change.Update update -> store.update(update.key(), update.expected(), update.value());
                    case Change.Delete delete -> store.delete(delete.key(), delete.expected(), delete.last());
                    case Change.Compute compute ->
                        store.commit(List.of(compute)).getFirst();
                };
                model.commit(change.key(), written.revision(), change instanceof Change.Delete ? null : text(written));
            }
        }
        if (random.nextInt(500) == 0) {
            long to = store.compactedRevision() + random.nextLong(store.revision() - store.compactedRevision());
            store.compact(to);
            for (Pin pin : pins) {
                assertThat(store.compactedRevision())
                        .isLessThanOrEqualTo(pin.snapshot().revision());
            }
        }
    }

    /** A change that fits the present state. */
    private Change change(SplittableRandom random, Model model) {
        // in waves, so that the trees grow to some levels and shrink again
        boolean growing = store.revision() / 1_000 % 2 == 0;
        Key key =
                new Key(random.nextInt(10) == 0 ? "nodes" : "pods", "n" + random.nextInt(5), "x" + random.nextInt(400));
        StoredObject current = store.snapshot().get(key);
        String text = "t" + random.nextInt();
        if (random.nextInt(20) == 0) {
            return new Change.Compute(key, present -> value(text));
        } else if (current == null) {
            return new Change.Create(key, value(text));
        } else if (random.nextInt(10) < (growing ? 1 : 6)) {
            return new Change.Delete(key, current.revision(), current.value());
        }
        return new Change.Update(key, current.revision(), value(text));
    }

    private void transaction(SplittableRandom random, Model model) {
        Map<Key, Change> changes = new LinkedHashMap<>();
        for (int i = random.nextInt(1, 6); i > 0; i--) {
            Change change = change(random, model);
            changes.put(change.key(), change);
        }
        long revision = store.revision();
        List<Change> all = List.copyOf(changes.values());
        List<StoredObject> written = store.commit(all);
        for (int i = 0; i < all.size(); i++) {
            assertThat(written.get(i).revision()).isEqualTo(++revision);
            boolean deleted = all.get(i) instanceof Change.Delete;
            model.commit(all.get(i).key(), revision, deleted ? null : text(written.get(i)));
        }
        assertThat(store.revision()).isEqualTo(revision);
    }

    private void refusedTransaction(SplittableRandom random, Model model) {
        Change first = change(random, model);
        Change bad = random.nextBoolean()
                ? new Change.Update(first.key(), store.revision() + 7, value("never"))
                : new Change.Delete(node("never"), 1, value("never"));
        assertThatThrownBy(() -> store.commit(List.of(first, bad))).isInstanceOf(RevisionConflictException.class);
    }

    private void pin(SplittableRandom random, Model model) {
        if (pins.size() == 3) {
            pins.remove(random.nextInt(3)).close();
        }
        long oldest = store.compactedRevision();
        pins.add(store.pin(oldest + random.nextLong(store.revision() - oldest + 1)));
        for (Pin pin : pins) {
            long revision = pin.snapshot().revision();
            compare(store.snapshot(revision), model.at(revision), random);
        }
    }

    private void fork(SplittableRandom random, Model model) {
        long revision = store.compactedRevision() + random.nextLong(store.revision() - store.compactedRevision() + 1);
        try (Store fork = store.fork(revision)) {
            TreeMap<Key, String> expected = model.at(revision);
            compare(fork.snapshot(), expected, random);
            for (int i = 0; i < 5; i++) {
                Key key = new Key("forked" + i, "", "x");
                assertThat(fork.create(key, value("f" + i)).revision()).isEqualTo(revision + 1 + i);
                assertThat(store.snapshot().get(key)).isNull();
                expected.put(key, "f" + i);
            }
            compare(fork.snapshot(), expected, random);
        }
    }

    private void compare(SplittableRandom random, Model model) throws Exception {
        assertThat(store.revision()).isEqualTo(model.revision());
        compare(store.snapshot(), model.now(), random);
        for (int i = 0; i < 10; i++) {
            long revision = 1 + random.nextLong(model.revision());
            if (revision < store.compactedRevision()) {
                assertThatThrownBy(() -> store.snapshot(revision)).isInstanceOf(CompactedException.class);
            } else {
                compare(store.snapshot(revision), model.at(revision), random);
            }
        }
        long after = store.compactedRevision() + random.nextLong(1 + store.revision() - store.compactedRevision());
        TreeMap<Key, String> state = new TreeMap<>(model.at(after));
        try (Watch watch = store.watch("pods", null, after)) {
            for (Watch.Event event : all(watch)) {
                if (event.type() == Watch.Type.DELETED) {
                    state.remove(event.object().key());
                } else {
                    state.put(event.object().key(), text(event.object()));
                }
                assertThat(event.object().value().at("metadata", "resourceVersion"))
                        .isEqualTo(Long.toString(event.revision()));
                StoredObject before =
                        store.snapshot(event.revision() - 1).get(event.object().key());
                assertThat(event.previous()).isSameAs(before);
            }
        }
        state.keySet().removeIf(key -> key.resource().equals("nodes"));
        TreeMap<Key, String> pods = new TreeMap<>(model.now());
        pods.keySet().removeIf(key -> key.resource().equals("nodes"));
        assertThat(state).isEqualTo(pods);
    }

    /** What is there, which comes in parts. */
    private static List<Watch.Event> all(Watch watch) throws Exception {
        List<Watch.Event> all = new ArrayList<>();
        for (List<Watch.Event> part = watch.next(NO_TIME); !part.isEmpty(); part = watch.next(NO_TIME)) {
            all.addAll(part);
        }
        return all;
    }

    private static void compare(Snapshot snapshot, TreeMap<Key, String> expected, SplittableRandom random) {
        for (String resource : List.of("pods", "nodes")) {
            List<Key> all = keys(expected, resource, null);
            assertThat(list(snapshot.list(resource, null, null)))
                    .extracting(StoredObject::key)
                    .isEqualTo(all);
            assertThat(snapshot.count(resource, null)).isEqualTo(all.size());
            String namespace = "n" + random.nextInt(6);
            List<Key> some = keys(expected, resource, namespace);
            assertThat(snapshot.count(resource, namespace)).isEqualTo(some.size());
            Key after = new Key(resource, "n" + random.nextInt(5), "x" + random.nextInt(400));
            some.removeIf(key -> key.compareTo(after) <= 0);
            assertThat(list(snapshot.list(resource, namespace, after)))
                    .extracting(StoredObject::key)
                    .isEqualTo(some);
        }
        expected.forEach((key, text) -> assertThat(text(snapshot.get(key))).isEqualTo(text));
    }

    private static List<Key> keys(TreeMap<Key, String> state, String resource, String namespace) {
        List<Key> keys = new ArrayList<>();
        for (Key key : state.keySet()) {
            if (key.resource().equals(resource)
                    && (namespace == null || key.namespace().equals(namespace))) {
                keys.add(key);
            }
        }
        return keys;
    }

    /** All values there have been, by the revision that wrote them; null for a deletion. */
    private static final class Model {
        private final Map<Key, TreeMap<Long, Optional<String>>> values = new HashMap<>();
        private long revision = 1;

        long revision() {
            return revision;
        }

        TreeMap<Key, String> at(long when) {
            TreeMap<Key, String> state = new TreeMap<>();
            values.forEach((key, versions) -> {
                Map.Entry<Long, Optional<String>> version = versions.floorEntry(when);
                if (version != null) {
                    version.getValue().ifPresent(text -> state.put(key, text));
                }
            });
            return state;
        }

        TreeMap<Key, String> now() {
            return at(revision);
        }

        void commit(Key key, long at, String text) {
            assertThat(at).isEqualTo(++revision);
            values.computeIfAbsent(key, unused -> new TreeMap<>()).put(at, Optional.ofNullable(text));
        }
    }
}
