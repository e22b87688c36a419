package dev.proa.server.store;

import org.junit.jupiter.api.Nested;

class MemoryStoreTest {

    @Nested
    class Objects extends StoreContract {
        @Override
        Store open(int patience) {
            return MemoryStore.open(Journal.none(), patience);
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
            return MemoryStore.open(Journal.none(), patience);
        }
    }

    @Nested
    class Concurrency extends ConcurrencyContract {
        @Override
        Store openPatient() {
            return MemoryStore.inMemory();
        }
    }

    @Nested
    class Histories extends HistoryContract {
        @Override
        Store open(int patience) {
            return MemoryStore.open(Journal.none(), patience);
        }

        @Override
        Store reopened(Store open) {
            return open;
        }
    }
}
