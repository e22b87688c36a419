package dev.proa.server.store;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Watch.Event;
import dev.proa.server.store.Watch.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Rebuilds the state and the history of a store from its journal. Objects are decoded by as many threads as there are processors
 * while the journal is still being read; what they make up is put together at the end, in order.
 */
final class Replay implements Journal.Recovery, AutoCloseable {
    private static final int CHUNK = 256;

    private final ExecutorService decoders = Executors.newVirtualThreadPerTaskExecutor();
    private final List<CompletableFuture<List<Row>>> decoding = new ArrayList<>();
    private List<Row> chunk = new ArrayList<>(CHUNK);

    private final SnapshotBuilder builder =
            new SnapshotBuilder(new Resources(), MemoryStore.FIRST_REVISION, new Tree[0]);
    private final List<Event> events = new ArrayList<>();
    private final List<MemorySnapshot> checkpoints = new ArrayList<>();
    private final List<Long> obsolete = new ArrayList<>();
    private long compacted = MemoryStore.FIRST_REVISION;

    /** A commit; a deletion when there is no {@code json}. */
    private record Row(Key key, long createRevision, long revision, byte @Nullable [] json, MapValue value) {

        Row decoded() {
            if (json == null) {
                return this;
            }
            try {
                return new Row(key, createRevision, revision, json, Json.decodeMap(json));
            } catch (DecodeException e) {
                throw new Journal.JournalException(
                        "the journal has no readable object for " + key + " at revision " + revision, false, e);
            }
        }
    }

    @Override
    public void compacted(long revision) {
        compacted = revision;
        builder.revision(revision);
    }

    @Override
    public void put(Key key, long createRevision, long revision, byte[] json) {
        read(new Row(key, createRevision, revision, json, MapValue.EMPTY));
    }

    @Override
    public void delete(Key key, long revision) {
        read(new Row(key, 0, revision, null, MapValue.EMPTY));
    }

    private void read(Row row) {
        chunk.add(row);
        if (chunk.size() == CHUNK) {
            decode();
        }
    }

    private void decode() {
        List<Row> rows = chunk;
        chunk = new ArrayList<>(CHUNK);
        decoding.add(CompletableFuture.supplyAsync(
                () -> {
                    rows.replaceAll(Row::decoded);
                    return rows;
                },
                decoders));
    }

    /** Puts together what was read. */
    void finish() {
        decode();
        try {
            for (CompletableFuture<List<Row>> rows : decoding) {
                rows.join().forEach(this::apply);
            }
        } catch (CompletionException | CancellationException e) {
            throw e.getCause() instanceof Journal.JournalException known ? known : e;
        }
    }

    private void apply(Row row) {
        StoredObject current = builder.get(row.key());
        if (row.json() == null) {
            delete(row, current);
            return;
        }
        Key key = current == null ? Proposal.lean(row.key()) : current.key();
        StoredObject object = new StoredObject(key, row.value(), row.createRevision(), row.revision(), row.json());
        if (row.revision() > compacted) {
            happened(new Event(current == null ? Type.CREATED : Type.UPDATED, object, current));
            return;
        }
        builder.put(object);
        if (current != null) {
            obsolete.add(current.revision());
        }
    }

    private void delete(Row row, @Nullable StoredObject current) {
        long revision = row.revision();
        if (revision <= compacted) {
            obsolete.add(revision);
            if (current != null) {
                obsolete.add(current.revision());
                builder.remove(row.key());
            }
            return;
        }
        if (current == null) {
            throw new Journal.JournalException(
                    "the journal deletes " + row.key() + " at revision " + revision + ", which it does not have");
        }
        // the last state is not written again: it is the one before with the revision of its deletion
        PendingValue last = PendingValue.of(current.value(), false);
        happened(new Event(Type.DELETED, last.at(current.key(), current.createRevision(), revision), current));
    }

    private void happened(Event event) {
        if (event.revision() != builder.revision() + 1) {
            throw new Journal.JournalException("the journal lacks what happened between the revisions "
                    + builder.revision() + " and " + event.revision());
        }
        builder.apply(event);
        events.add(event);
        if (builder.revision() % History.STRIDE == 0) {
            checkpoints.add(builder.build());
        }
    }

    History history() {
        History history = new History(compacted);
        history.append(events, checkpoints);
        return history;
    }

    MemorySnapshot state() {
        return builder.build();
    }

    /** Revisions that could be forgotten, and are there because there was no time for it. */
    List<Long> obsolete() {
        return obsolete;
    }

    @Override
    public void close() {
        decoders.close();
    }
}
