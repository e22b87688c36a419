package dev.proa.server.store;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Watch.Event;
import dev.proa.server.store.Watch.Type;
import java.util.ArrayList;
import java.util.List;

/** Makes the state and the history of a store from its journal. */
final class Replay implements Journal.Recovery {
    private final Draft draft = new Draft(new Resources(), MemoryStore.FIRST_REVISION, new Tree[0]);
    private final List<Event> events = new ArrayList<>();
    private final List<MemorySnapshot> checkpoints = new ArrayList<>();
    private final List<Long> obsolete = new ArrayList<>();
    private long compacted = MemoryStore.FIRST_REVISION;

    @Override
    public void compacted(long revision) {
        compacted = revision;
        draft.revision(revision);
    }

    @Override
    public void put(Key key, long createRevision, long revision, byte[] json) {
        StoredObject current = draft.get(key);
        Key same = current == null
                ? new Key(key.resource().intern(), key.namespace().intern(), key.name())
                : current.key();
        StoredObject object = new StoredObject(same, decode(key, revision, json), createRevision, revision, json);
        if (revision > compacted) {
            happened(new Event(current == null ? Type.CREATED : Type.UPDATED, object, current));
            return;
        }
        draft.put(object);
        if (current != null) {
            obsolete.add(current.revision());
        }
    }

    @Override
    public void delete(Key key, long revision) {
        StoredObject current = draft.get(key);
        if (revision <= compacted) {
            obsolete.add(revision);
            if (current != null) {
                obsolete.add(current.revision());
                draft.remove(key);
            }
            return;
        }
        if (current == null) {
            throw new Journal.JournalException(
                    "the journal deletes " + key + " at revision " + revision + ", which it does not have");
        }
        happened(new Event(
                Type.DELETED,
                Stamp.ofValue(current.value()).at(current.key(), current.createRevision(), revision),
                current));
    }

    private void happened(Event event) {
        if (event.revision() != draft.revision() + 1) {
            throw new Journal.JournalException("the journal lacks what happened between the revisions "
                    + draft.revision() + " and " + event.revision());
        }
        draft.apply(event);
        events.add(event);
        if (draft.revision() % History.STRIDE == 0) {
            checkpoints.add(draft.snapshot());
        }
    }

    private static MapValue decode(Key key, long revision, byte[] json) {
        try {
            return Json.decodeMap(json);
        } catch (DecodeException e) {
            throw new Journal.JournalException(
                    "the journal has no readable object for " + key + " at revision " + revision, false, e);
        }
    }

    History history() {
        History history = new History(compacted);
        history.append(events, checkpoints);
        return history;
    }

    MemorySnapshot state() {
        return draft.snapshot();
    }

    /** Revisions that could be forgotten, and are there because there was no time for it. */
    List<Long> obsolete() {
        return obsolete;
    }
}
