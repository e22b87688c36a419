package dev.proa.server.store;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.function.Predicate;

/** Records which revision a store had at which time. Not thread-safe. */
final class RevisionMarks {
    /** The revision there was at a time. */
    record Mark(Instant when, long revision) {}

    private final ArrayDeque<Mark> marks = new ArrayDeque<>();

    void add(Instant when, long revision) {
        marks.add(new Mark(when, revision));
    }

    /** Forgets the oldest marks that {@code past} accepts, and returns the revision of the last of them; 0 when there is none. */
    long takeWhile(Predicate<Mark> past) {
        long revision = 0;
        for (Mark mark = marks.peek(); mark != null && past.test(mark); mark = marks.peek()) {
            revision = mark.revision();
            marks.remove();
        }
        return revision;
    }
}
