package dev.proa.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.server.store.Store.CompactedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Long random histories against a model that keeps a sorted map for every revision. */
abstract class HistoryContract extends StoreSuite {

    /** What a restart makes of the store; the same one where it does not outlive its process. */
    abstract Store reopened(Store open);

    @Test
    void aRandomHistoryIsLikeThatOfTheModel() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed of the history: " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        Model model = new Model();
        for (int i = 0; i < 4_000; i++) {
            step(random, model);
            if (i % 500 == 499) {
                store = reopened(store);
                compare(random, model);
            }
        }
        // and down to nothing, which is where trees shrink
        for (Key key : List.copyOf(model.now().keySet())) {
            StoredObject current = store.snapshot().get(key);
            store.delete(key, current.revision(), current.value());
            model.commit(key, null);
        }
        compare(random, model);
        assertThat(store.snapshot().count("pods", null)).isZero();
    }

    private void step(SplittableRandom random, Model model) {
        // in waves, so that the trees grow to some levels and shrink again
        boolean growing = store.revision() / 1_000 % 2 == 0;
        Key key =
                new Key(random.nextInt(10) == 0 ? "nodes" : "pods", "n" + random.nextInt(5), "x" + random.nextInt(400));
        StoredObject current = store.snapshot().get(key);
        String text = "t" + random.nextInt();
        if (current == null) {
            store.create(key, value(text));
            model.commit(key, text);
        } else if (random.nextInt(10) < (growing ? 1 : 6)) {
            store.delete(key, current.revision(), current.value());
            model.commit(key, null);
        } else {
            store.update(key, current.revision(), value(text));
            model.commit(key, text);
        }
        if (random.nextInt(500) == 0) {
            long to = store.compactedRevision() + random.nextLong(store.revision() - store.compactedRevision());
            store.compact(to);
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
            List<Watch.Event> events = new ArrayList<>();
            for (List<Watch.Event> some = watch.next(NO_TIME); !some.isEmpty(); some = watch.next(NO_TIME)) {
                events.addAll(some);
            }
            for (Watch.Event event : events) {
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

    /** All states there have been. */
    private static final class Model {
        private final List<TreeMap<Key, String>> states = new ArrayList<>(List.of(new TreeMap<>()));

        long revision() {
            return states.size();
        }

        TreeMap<Key, String> at(long revision) {
            return states.get((int) revision - 1);
        }

        TreeMap<Key, String> now() {
            return states.getLast();
        }

        void commit(Key key, String text) {
            TreeMap<Key, String> next = new TreeMap<>(now());
            if (text == null) {
                next.remove(key);
            } else {
                next.put(key, text);
            }
            states.add(next);
        }
    }
}
