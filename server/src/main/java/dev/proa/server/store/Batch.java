package dev.proa.server.store;

import dev.proa.server.store.Store.KeyExistsException;
import dev.proa.server.store.Store.RevisionConflictException;
import dev.proa.server.store.Watch.Event;
import dev.proa.server.store.Watch.Type;
import dev.proa.server.store.Write.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes that become durable together: decides each on the state that the ones before it leave. For one thread. */
final class Batch {
    private final SnapshotBuilder builder;
    private final List<Write> writes = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private final List<MemorySnapshot> checkpoints = new ArrayList<>();

    Batch(MemorySnapshot current) {
        builder = current.toBuilder();
    }

    /** What happens when the batch is committed, in order. */
    List<Event> events() {
        return events;
    }

    List<MemorySnapshot> checkpoints() {
        return checkpoints;
    }

    MemorySnapshot state() {
        return builder.build();
    }

    int size() {
        return writes.size();
    }

    void add(Write write) {
        StoredObject current = builder.get(write.key);
        RuntimeException refusal = refusal(write, current);
        writes.add(write);
        if (refusal != null) {
            outcomes.add(new Outcome.Refused(refusal));
            return;
        }
        Event event = event(write, current);
        builder.apply(event);
        events.add(event);
        if (builder.revision() % History.STRIDE == 0) {
            checkpoints.add(builder.build());
        }
        outcomes.add(new Outcome.Committed(event.object()));
    }

    private static @Nullable RuntimeException refusal(Write write, @Nullable StoredObject current) {
        if (write.type == Type.CREATED) {
            return current == null ? null : new KeyExistsException(current);
        }
        return current != null && current.revision() == write.expected
                ? null
                : new RevisionConflictException(write.key, current);
    }

    private Event event(Write write, @Nullable StoredObject current) {
        long revision = builder.revision() + 1;
        // an object's key is one and the same for all of its life, which saves memory
        Key key = current == null ? write.key : current.key();
        long created = current == null ? revision : current.createRevision();
        return new Event(write.type, write.stamp.at(key, created, revision), current);
    }

    /** Tells everyone what came of the write. */
    void finish() {
        for (int i = 0; i < writes.size(); i++) {
            writes.get(i).finish(outcomes.get(i));
        }
    }

    /** Tells everyone that the batch was not committed. */
    void fail(String message, Throwable cause) {
        for (Write write : writes) {
            write.finish(new Outcome.Refused(new Store.UnavailableException(message, cause)));
        }
    }
}
