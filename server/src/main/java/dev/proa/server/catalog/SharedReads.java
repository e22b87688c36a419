package dev.proa.server.catalog;

import dev.proa.http.Blocking;
import dev.proa.server.store.StoredObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** Reads the latest changes once for all who watch them, where each reading is a call to somebody else. Safe for any thread. */
final class SharedReads {
    private static final int MOST = 64;

    private final Map<StoredObject, CompletableFuture<StoredObject>> latest = new LinkedHashMap<>();

    /** What {@code reader} makes of an object; waits for another thread that asks it already. */
    StoredObject read(StoredObject object, UnaryOperator<StoredObject> reader) {
        CompletableFuture<StoredObject> mine = new CompletableFuture<>();
        CompletableFuture<StoredObject> present;
        synchronized (latest) {
            present = latest.putIfAbsent(object, mine);
            if (latest.size() > MOST) {
                latest.remove(latest.keySet().iterator().next());
            }
        }
        if (present != null) {
            return Blocking.join(present);
        }
        try {
            StoredObject read = reader.apply(object);
            mine.complete(read);
            return read;
        } catch (RuntimeException | Error e) {
            synchronized (latest) {
                latest.remove(object, mine);
            }
            mine.completeExceptionally(e);
            throw e;
        }
    }
}
