package dev.proa.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest {
    @TempDir
    Path folder;

    private int stores;

    private Store open(int patience) {
        return MemoryStore.open(SqliteJournal.open(folder.resolve("store" + stores++ + ".db")), patience);
    }

    private Store reopen(Store open) {
        open.close();
        stores--;
        return open(10_000);
    }

    @Nested
    class Objects extends StoreContract {
        @Override
        Store open(int patience) {
            return SqliteStoreTest.this.open(patience);
        }

        @Override
        boolean encodesEagerly() {
            return true;
        }
    }

    @Nested
    class Watches extends WatchContract {
        @Override
        Store open(int patience) {
            return SqliteStoreTest.this.open(patience);
        }
    }

    @Nested
    class Concurrency extends ConcurrencyContract {
        @Override
        Store openPatient() {
            return SqliteStoreTest.this.open(MemoryStore.PATIENCE);
        }
    }

    @Nested
    class Histories extends HistoryContract {
        @Override
        Store open(int patience) {
            return SqliteStoreTest.this.open(patience);
        }

        @Override
        Store reopened(Store open) {
            return reopen(open);
        }
    }

    /** What is there after a restart. */
    @Nested
    class Restarts extends StoreSuite {
        @Override
        Store open(int patience) {
            return SqliteStoreTest.this.open(patience);
        }

        @Test
        void objectsRevisionsAndThePastAreThere() throws Exception {
            StoredObject kept = store.create(pod("a", "kept"), value("ä\u0000€"));
            StoredObject changed = store.create(pod("a", "changed"), value("one"));
            changed = store.update(changed.key(), changed.revision(), value("two"));
            store.create(node("gone"), value("gone"));
            StoredObject gone = store.delete(node("gone"), 5, value("gone"));
            store = reopen(store);
            assertThat(store.revision()).isEqualTo(6);
            assertThat(store.compactedRevision()).isEqualTo(1);
            StoredObject read = store.snapshot().get(kept.key());
            assertThat(read.value()).isEqualTo(kept.value());
            assertThat(read.json()).isEqualTo(kept.json());
            assertThat(read.createRevision()).isEqualTo(2);
            assertThat(store.snapshot().get(changed.key()).createRevision()).isEqualTo(3);
            assertThat(text(store.snapshot(3).get(changed.key()))).isEqualTo("one");
            try (Watch watch = store.watch("nodes", null, 4)) {
                List<Watch.Event> events = events(watch, 2);
                assertThat(events.getLast().type()).isEqualTo(Watch.Type.DELETED);
                assertThat(events.getLast().object().value()).isEqualTo(gone.value());
            }
            assertThat(store.create(node("next"), value("v")).revision()).isEqualTo(7);
        }

        @Test
        void theRevisionStaysWhenAllThatHadItIsGone() {
            for (int i = 0; i < 50; i++) {
                StoredObject object = store.create(pod("a", "x"), value("v"));
                store.delete(object.key(), object.revision(), object.value());
            }
            store.compact(store.revision());
            store = reopen(store);
            assertThat(store.revision()).isEqualTo(101);
            assertThat(store.compactedRevision()).isEqualTo(101);
            assertThat(store.snapshot().count("pods", null)).isZero();
            assertThat(store.create(pod("a", "x"), value("v")).revision()).isEqualTo(102);
        }

        @Test
        void aLargeObjectAndManyInOneNamespaceAreThere() {
            store.create(pod("a", "large"), value("x".repeat(3 << 20)));
            for (int i = 0; i < 500; i++) {
                store.create(pod("a", "x" + i), value("v" + i));
            }
            store = reopen(store);
            assertThat(store.snapshot().count("pods", "a")).isEqualTo(501);
            assertThat(text(store.snapshot().get(pod("a", "large")))).hasSize(3 << 20);
            assertThat(text(store.snapshot().get(pod("a", "x499")))).isEqualTo("v499");
        }
    }
}
