package dev.proa.server.store;

import dev.proa.server.store.Watch.Event;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The events for all watches with the same scope: a linked list that they share, each holding the node it is at. The list ends with a
 * node that is still empty. What all have read is garbage.
 */
final class EventLog {
    private Node end = new Node(0);
    private volatile long added;
    private final Set<EventLogWatch> watches = ConcurrentHashMap.newKeySet();

    /** A node of the list: empty, or an event and the next node. */
    static final class Node {
        final long index;

        /** Is set after {@code next}. */
        private volatile @Nullable Event event;

        private @Nullable Node next;

        Node(long index) {
            this.index = index;
        }

        @Nullable
        Event event() {
            return event;
        }

        /** Of a node that has an event. */
        Node next() {
            Node after = next;
            if (after == null) {
                throw new IllegalStateException("nothing after an empty node");
            }
            return after;
        }

        void fill(Event with, Node after) {
            next = after;
            event = with;
        }
    }

    /** The empty node that gets the next event. Only with the lock on the resource's logs. */
    Node end() {
        return end;
    }

    /** How many events there have been. */
    long added() {
        return added;
    }

    void add(Event event) {
        Node filled = end;
        end = new Node(filled.index + 1);
        filled.fill(event, end);
        added = end.index;
    }

    void add(EventLogWatch watch) {
        watches.add(watch);
    }

    /** Whether that was the last one. */
    boolean remove(EventLogWatch watch) {
        return watches.remove(watch) && watches.isEmpty();
    }

    Set<EventLogWatch> watches() {
        return watches;
    }

    void wake() {
        for (EventLogWatch watch : watches) {
            watch.wake();
        }
    }
}
