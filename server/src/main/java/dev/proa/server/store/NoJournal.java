package dev.proa.server.store;

import java.util.List;

/** The journal of stores in memory, which keeps nothing. */
enum NoJournal implements Journal {
    INSTANCE;

    @Override
    public boolean wantsBytes() {
        return false;
    }

    @Override
    public void recover(Recovery recovery) {
        recovery.compacted(MemoryStore.FIRST_REVISION);
    }

    @Override
    public void append(List<Watch.Event> batch) {
        // nothing outlives the process
    }

    @Override
    public void forget(long compacted, List<Long> obsolete) {
        // nothing is kept
    }

    @Override
    public void close() {
        // nothing is open
    }
}
