package dev.proa.server.store;

import dev.proa.api.value.MapValue;
import dev.proa.server.store.Store.KeyExistsException;
import dev.proa.server.store.Store.RevisionConflictException;
import dev.proa.server.store.Watch.Event;
import dev.proa.server.store.Watch.Type;
import dev.proa.server.store.Write.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The writes that become durable together. Decides each on the state that the ones before it leave, and gives its changes their
 * revisions; the state machine is changed only later. For one thread.
 */
final class Batch {
    private final MemorySnapshot base;
    private final boolean bytes;
    private final List<Write> writes = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();

    /** What the first {@link #indexed} events leave under their keys; null under a key that was deleted. */
    private final Map<Key, @Nullable StoredObject> changed = new HashMap<>(0);

    private int indexed;

    /**
     * @param base the state before the batch
     * @param bytes whether computed values are encoded at once
     */
    Batch(MemorySnapshot base, boolean bytes) {
        this.base = base;
        this.bytes = bytes;
    }

    /** What happens when the batch is committed, in order. */
    List<Event> events() {
        return events;
    }

    /** Decides a write: all of its changes, or none. */
    void add(Write write) {
        int before = events.size();
        writes.add(write);
        try {
            outcomes.add(new Outcome.Committed(decide(write.proposals)));
        } catch (RuntimeException e) {
            takeBack(before);
            outcomes.add(new Outcome.Refused(e));
        } catch (Error e) {
            takeBack(before);
            outcomes.add(new Outcome.Refused(new IllegalStateException("a change could not be computed: " + e, e)));
        }
    }

    private List<@Nullable StoredObject> decide(List<Proposal> proposals) {
        if (proposals.size() == 1) {
            return Collections.singletonList(decide(proposals.getFirst()));
        }
        List<@Nullable StoredObject> objects = new ArrayList<>(proposals.size());
        for (Proposal proposal : proposals) {
            objects.add(decide(proposal));
        }
        return objects;
    }

    private @Nullable StoredObject decide(Proposal proposal) {
        Event event = event(proposal);
        if (event == null) {
            return null;
        }
        events.add(event);
        return event.object();
    }

    private void takeBack(int first) {
        while (events.size() > first) {
            Event event = events.removeLast();
            if (indexed > events.size()) {
                indexed = events.size();
                changed.put(event.object().key(), event.previous());
            }
        }
    }

    private @Nullable StoredObject current(Key key) {
        for (; indexed < events.size(); indexed++) {
            Event event = events.get(indexed);
            changed.put(event.object().key(), event.type() == Type.DELETED ? null : event.object());
        }
        StoredObject object = changed.get(key);
        return object != null || changed.containsKey(key) ? object : base.get(key);
    }

    private @Nullable Event event(Proposal proposal) {
        StoredObject current = current(proposal.key());
        return switch (proposal) {
            case Proposal.Known known -> known(known, current);
            case Proposal.Computed computed -> computed(computed, current);
        };
    }

    private Event known(Proposal.Known proposal, @Nullable StoredObject current) {
        if (proposal.type() == Type.CREATED) {
            if (current != null) {
                throw new KeyExistsException(current);
            }
        } else if (current == null || current.revision() != proposal.expected()) {
            throw new RevisionConflictException(proposal.key(), current);
        }
        return event(proposal.type(), proposal.key(), proposal.value(), current);
    }

    @SuppressWarnings("ReferenceEquality") // the very value that it got means no change
    private @Nullable Event computed(Proposal.Computed proposal, @Nullable StoredObject current) {
        MapValue present = current == null ? null : current.value();
        MapValue next = proposal.next().apply(present);
        if (next == present) {
            return null;
        }
        if (next != null) {
            Type type = current == null ? Type.CREATED : Type.UPDATED;
            return event(type, proposal.key(), PendingValue.of(next, bytes), current);
        }
        return present == null ? null : event(Type.DELETED, proposal.key(), PendingValue.of(present, false), current);
    }

    private Event event(Type type, Key asked, PendingValue value, @Nullable StoredObject current) {
        long revision = base.revision() + events.size() + 1;
        // an object's key is one and the same for all of its life, which saves memory
        Key key = current == null ? asked : current.key();
        long created = current == null ? revision : current.createRevision();
        return new Event(type, value.at(key, created, revision), current);
    }

    /** Tells everyone the outcome of their write. */
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
