package dev.proa.control.scheduler.queue;

import dev.proa.control.scheduler.framework.QueuedPodInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A binary heap of pods from which each can be taken by its uid. Unlike a tree it keeps every pod findable whatever the comparator
 * says, which is a plugin's. Not thread-safe.
 */
final class Heap {
    private final Comparator<QueuedPodInfo> order;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, Entry> byUid = new HashMap<>();

    private static final class Entry {
        QueuedPodInfo pod;
        int position;

        Entry(QueuedPodInfo pod) {
            this.pod = pod;
        }
    }

    Heap(Comparator<QueuedPodInfo> order) {
        this.order = order;
    }

    /** Adds a pod, in the place of the one with its uid if there is one. */
    void put(QueuedPodInfo pod) {
        Entry entry = byUid.get(pod.uid());
        if (entry == null) {
            entry = new Entry(pod);
            byUid.put(pod.uid(), entry);
            entry.position = entries.size();
            entries.add(entry);
        }
        entry.pod = pod;
        settle(entry);
    }

    /** Takes out the pod of a uid; null when it has none. */
    @Nullable
    QueuedPodInfo remove(String uid) {
        Entry gone = byUid.remove(uid);
        if (gone == null) {
            return null;
        }
        Entry last = entries.removeLast();
        if (last != gone) {
            set(gone.position, last);
            settle(last);
        }
        return gone.pod;
    }

    /** The first pod; null when there is none. */
    @Nullable
    QueuedPodInfo peek() {
        return entries.isEmpty() ? null : entries.getFirst().pod;
    }

    /** Takes out the first pod; null when there is none. */
    @Nullable
    QueuedPodInfo poll() {
        return entries.isEmpty() ? null : remove(entries.getFirst().pod.uid());
    }

    boolean contains(String uid) {
        return byUid.containsKey(uid);
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    int size() {
        return entries.size();
    }

    private void set(int position, Entry entry) {
        entries.set(position, entry);
        entry.position = position;
    }

    private int compare(Entry a, Entry b) {
        return order.compare(a.pod, b.pod);
    }

    /** Moves an entry to where it belongs. */
    private void settle(Entry entry) {
        int position = entry.position;
        while (position > 0 && compare(entry, entries.get((position - 1) / 2)) < 0) {
            set(position, entries.get((position - 1) / 2));
            position = (position - 1) / 2;
        }
        while (2 * position + 1 < entries.size()) {
            int child = 2 * position + 1;
            if (child + 1 < entries.size() && compare(entries.get(child + 1), entries.get(child)) < 0) {
                child++;
            }
            if (compare(entries.get(child), entry) >= 0) {
                break;
            }
            set(position, entries.get(child));
            position = child;
        }
        set(position, entry);
    }
}
