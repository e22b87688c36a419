package dev.proa.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What is forked is a store like any other. */
class ForkedStoreTest {

    private static Store open(int patience) {
        try (Store origin = MemoryStore.open(Journal.none(), patience)) {
            return origin.fork(1);
        }
    }

    @Nested
    class Objects extends StoreContract {
        @Override
        Store open(int patience) {
            return ForkedStoreTest.open(patience);
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
            return ForkedStoreTest.open(patience);
        }
    }

    @Nested
    class Concurrency extends ConcurrencyContract {
        @Override
        Store openPatient() {
            return ForkedStoreTest.open(MemoryStore.PATIENCE);
        }
    }

    @Nested
    class Histories extends HistoryContract {
        @Override
        Store open(int patience) {
            return ForkedStoreTest.open(patience);
        }

        @Override
        Store reopened(Store open) {
            Store fork = open.fork(open.revision());
            open.close();
            return fork;
        }
    }

    @Test
    void aForkSharesTheObjects() {
        try (Store store = MemoryStore.inMemory()) {
            for (int i = 0; i < 5_000; i++) {
                store.create(StoreSuite.pod("a", "x" + i), StoreSuite.value("v"));
            }
            try (Store fork = store.fork(store.revision())) {
                assertThat(fork.snapshot().get(StoreSuite.pod("a", "x77")))
                        .as("shared, not copied")
                        .isSameAs(store.snapshot().get(StoreSuite.pod("a", "x77")));
            }
        }
    }
}
