package dev.proa.client;

import java.util.Iterator;
import java.util.List;

/**
 * The response to a list request.
 *
 * @param resourceVersion of the whole list: a watch from here misses nothing
 * @param continueToken for the next page; empty when this is the last
 */
public record ObjectList<T>(List<T> items, String resourceVersion, String continueToken) implements Iterable<T> {
    public ObjectList {
        items = List.copyOf(items);
    }

    @Override
    public Iterator<T> iterator() {
        return items.iterator();
    }
}
