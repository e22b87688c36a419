package dev.proa.server.apiserver;

import dev.proa.server.catalog.Endpoint;
import dev.proa.server.store.StoredObject;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Stored objects in the version of an endpoint whose reading calls somebody else ({@link
 * dev.proa.server.strategy.Strategy#readsByCalls}): many are read at once, and selected by what was read. For one thread.
 */
final class ReadObjects implements Iterator<StoredObject> {
    private static final int AT_ONCE = 500;

    private final Iterator<StoredObject> stored;
    private final Endpoint endpoint;
    private final Selection selection;
    private final int atOnce;
    private Iterator<StoredObject> ready = List.<StoredObject>of().iterator();

    /** @param limit how many are wanted at most; 0 for all */
    ReadObjects(Iterable<StoredObject> stored, Endpoint endpoint, Selection selection, long limit) {
        this.stored = stored.iterator();
        this.endpoint = endpoint;
        this.selection = selection;
        // One more tells whether there are any more.
        this.atOnce = (int) Math.min(AT_ONCE, limit > 0 ? limit + 1 : AT_ONCE);
    }

    @Override
    public boolean hasNext() {
        while (!ready.hasNext() && stored.hasNext()) {
            List<StoredObject> some = new ArrayList<>();
            while (some.size() < atOnce && stored.hasNext()) {
                some.add(stored.next());
            }
            ready = endpoint.inVersion(some).stream()
                    .filter(object -> selection.matches(object.value()))
                    .iterator();
        }
        return ready.hasNext();
    }

    @Override
    public StoredObject next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return ready.next();
    }
}
