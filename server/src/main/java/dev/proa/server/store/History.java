package dev.proa.server.store;

import dev.proa.server.store.Watch.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The changes since the compacted revision, and every {@value #STRIDE}th state. Other past states are made when asked for, by
 * taking changes back from the next state that is kept: keeping all of them would cost half a kilobyte for each revision, making one
 * takes some microseconds.
 *
 * <p>Safe for any thread; each method holds the lock for as long as it takes to copy some pointers.
 */
final class History {
    static final int STRIDE = 64;

    /** After so many more changes the JSON of a state that was replaced is dropped: watches have sent it by then. */
    private static final int FRESH = 1024;

    /** Rings, indexed by revision and by revision / STRIDE. Their lengths are powers of two. */
    private @Nullable Event[] events = new Event[4 * STRIDE];

    private @Nullable MemorySnapshot[] states = new MemorySnapshot[4];
    private long compacted;
    private long last;

    /** The revisions that must stay, each with how often it was pinned. */
    private final TreeMap<Long, Integer> pins = new TreeMap<>();

    /** Up to where it should be compacted, as soon as no pin is in the way. */
    private long wanted;

    /**
     * What was forgotten.
     *
     * @param revision the oldest revision that is still known
     * @param obsolete the revisions of the states that nobody can ask for any more: those that were replaced, and those that are deletions
     */
    record Compaction(long revision, List<Long> obsolete) {}

    History(long compacted) {
        this.compacted = compacted;
        this.last = compacted;
    }

    synchronized long compacted() {
        return compacted;
    }

    /** Takes up the next changes, and those of {@code checkpoints} that fall on a stride. */
    synchronized void append(List<Event> changes, List<MemorySnapshot> checkpoints) {
        for (Event event : changes) {
            if (event.revision() != last + 1) {
                throw new IllegalStateException("revision " + event.revision() + " after " + last);
            }
            if (event.revision() - compacted > events.length) {
                grow();
            }
            last = event.revision();
            events[slot(last)] = event;
            if (last - FRESH > compacted) {
                forgetBytes(event(last - FRESH));
            }
        }
        for (MemorySnapshot state : checkpoints) {
            states[stateSlot(state.revision())] = state;
        }
    }

    private static void forgetBytes(Event event) {
        if (event.previous() != null) {
            event.previous().forgetBytes();
        }
        if (event.type() == Watch.Type.DELETED) {
            event.object().forgetBytes();
        }
    }

    private int slot(long revision) {
        return (int) (revision & events.length - 1);
    }

    private int stateSlot(long revision) {
        return (int) (revision / STRIDE & states.length - 1);
    }

    private Event event(long revision) {
        Event event = events[slot(revision)];
        if (event == null) {
            throw new IllegalStateException("no change of revision " + revision);
        }
        return event;
    }

    private void grow() {
        @Nullable Event[] moreEvents = new Event[events.length * 2];
        for (long revision = compacted + 1; revision <= last; revision++) {
            moreEvents[(int) (revision & moreEvents.length - 1)] = events[slot(revision)];
        }
        @Nullable MemorySnapshot[] moreStates = new MemorySnapshot[states.length * 2];
        for (MemorySnapshot state : states) {
            if (state != null) {
                moreStates[(int) (state.revision() / STRIDE & moreStates.length - 1)] = state;
            }
        }
        events = moreEvents;
        states = moreStates;
    }

    /**
     * The changes after one revision up to another.
     *
     * @throws Store.CompactedException when some of them were compacted
     */
    List<Event> changes(long after, long upTo) {
        ArrayList<Event> changes;
        synchronized (this) {
            if (after < compacted) {
                throw new Store.CompactedException(after, compacted);
            }
            changes = new ArrayList<>((int) Math.max(0, upTo - after));
            for (long revision = after + 1; revision <= upTo; revision++) {
                changes.add(event(revision));
            }
        }
        return changes;
    }

    /**
     * The state after the commit of {@code revision}.
     *
     * @param current the present state, not older than {@code revision}
     * @throws Store.CompactedException when it was compacted
     */
    MemorySnapshot at(long revision, MemorySnapshot current) {
        MemorySnapshot base;
        List<Event> changes;
        synchronized (this) {
            base = atOrAfter(revision, current);
            changes = changes(revision, base.revision());
        }
        if (changes.isEmpty()) {
            return base;
        }
        SnapshotBuilder builder = base.toBuilder();
        for (Event event : changes.reversed()) {
            builder.undo(event);
        }
        return builder.build();
    }

    private MemorySnapshot atOrAfter(long revision, MemorySnapshot current) {
        long checkpoint = (revision + STRIDE - 1) / STRIDE * STRIDE;
        MemorySnapshot state = checkpoint < current.revision() ? states[stateSlot(checkpoint)] : null;
        return state == null || state.revision() != checkpoint ? current : state;
    }

    /**
     * Forgets what is needed for revisions before {@code revision} only; with pins, for those before the oldest of them, and the rest
     * once they are gone.
     *
     * @return null when that much was forgotten before
     */
    synchronized @Nullable Compaction compact(long revision) {
        wanted = Math.max(wanted, revision);
        return compact();
    }

    private @Nullable Compaction compact() {
        long target = pins.isEmpty() ? wanted : Math.min(wanted, pins.firstKey());
        if (target <= compacted) {
            return null;
        }
        List<Long> obsolete = new ArrayList<>();
        for (long passed = compacted + 1; passed <= Math.min(target, last); passed++) {
            Event event = event(passed);
            if (event.previous() != null) {
                obsolete.add(event.previous().revision());
            }
            if (event.type() == Watch.Type.DELETED) {
                obsolete.add(passed);
            }
            events[slot(passed)] = null;
            if (passed % STRIDE == 0) {
                states[stateSlot(passed)] = null;
            }
        }
        compacted = target;
        return new Compaction(target, obsolete);
    }

    /**
     * Keeps a revision, and what happened since, from being forgotten.
     *
     * @throws Store.CompactedException when it was forgotten already
     */
    synchronized void pin(long revision) {
        if (revision < compacted) {
            throw new Store.CompactedException(revision, compacted);
        }
        pins.merge(revision, 1, Integer::sum);
    }

    /** Takes a pin back, and forgets what it kept; null when others keep that too, or nobody wanted it forgotten. */
    synchronized @Nullable Compaction unpin(long revision) {
        pins.computeIfPresent(revision, (pinned, times) -> times == 1 ? null : times - 1);
        return compact();
    }

    /** Forgets everything before a revision that is later than all that it knows. */
    synchronized void restart(long revision) {
        events = new Event[4 * STRIDE];
        states = new MemorySnapshot[4];
        compacted = revision;
        last = revision;
    }
}
