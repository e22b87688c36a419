package dev.proa.control.scheduler.queue;

import dev.proa.api.view.KubeObject;
import dev.proa.control.scheduler.framework.ClusterEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pods that are being tried, and what has happened since each attempt began: an event that comes while a pod is being rejected
 * must not be missed. Not thread-safe.
 */
final class InFlight {
    /** The number of the first event after each attempt began, by the pod's uid; the oldest attempt first. */
    private final Map<String, Long> pods = new LinkedHashMap<>();

    private final Deque<Happened> events = new ArrayDeque<>();
    private long number;

    /** An event, with the object before and after it. */
    record Happened(
            long number,
            ClusterEvent event,
            @Nullable KubeObject before,
            @Nullable KubeObject after) {}

    void begin(String uid) {
        pods.put(uid, number);
    }

    boolean contains(String uid) {
        return pods.containsKey(uid);
    }

    /** Notes an event, unless nothing is being tried. */
    void note(ClusterEvent event, @Nullable KubeObject before, @Nullable KubeObject after) {
        if (!pods.isEmpty()) {
            events.add(new Happened(number++, event, before, after));
        }
    }

    /**
     * The attempt is over.
     *
     * @return what happened during it, the newest first; empty when it was over already
     */
    List<Happened> end(String uid) {
        Long began = pods.remove(uid);
        if (began == null) {
            return List.of();
        }
        List<Happened> during = new ArrayList<>();
        for (Iterator<Happened> newest = events.descendingIterator(); newest.hasNext(); ) {
            Happened happened = newest.next();
            if (happened.number < began) {
                break;
            }
            during.add(happened);
        }
        long oldest = pods.isEmpty() ? Long.MAX_VALUE : pods.values().iterator().next();
        while (!events.isEmpty() && events.getFirst().number < oldest) {
            events.removeFirst();
        }
        return during;
    }

    /** How many events are kept; for tests. */
    int size() {
        return events.size();
    }
}
