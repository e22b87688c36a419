package dev.proa.server.catalog;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Holds the catalog in force. A request reads it once, when it arrives, and is answered by that snapshot even if it is replaced
 * meanwhile; so is a watch. Thread-safe.
 */
public final class ServedApis {
    private final List<Consumer<ApiCatalog>> listeners = new CopyOnWriteArrayList<>();
    private volatile ApiCatalog current;

    public ServedApis(ApiCatalog first) {
        current = first;
    }

    /** The catalog in force. */
    public ApiCatalog current() {
        return current;
    }

    /**
     * Replaces the catalog, for requests that come from now on.
     *
     * @param change makes the next catalog from the present one
     */
    public synchronized void replace(UnaryOperator<ApiCatalog> change) {
        current = change.apply(current);
        listeners.forEach(listener -> listener.accept(current));
    }

    /** Has {@code listener} called with each catalog that comes into force from now on, by the thread that replaces it. */
    public void addListener(Consumer<ApiCatalog> listener) {
        listeners.add(listener);
    }
}
