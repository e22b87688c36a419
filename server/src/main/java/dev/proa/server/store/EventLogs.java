package dev.proa.server.store;

import dev.proa.server.store.Watch.Event;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The event logs of a store: an {@link EventLog} for each scope that has a watch at the moment. What nobody watches costs nothing.
 */
final class EventLogs {
    private final ConcurrentHashMap<String, OfResource> resources = new ConcurrentHashMap<>();

    /** All events up to here have been given to their logs. */
    private volatile long published;

    EventLogs(long published) {
        this.published = published;
    }

    /** The logs of one resource; locked while they are changed. */
    private static final class OfResource {
        final Map<WatchFilter, EventLog> all = new HashMap<>();
        final Map<String, Map<WatchFilter, EventLog>> namespaces = new HashMap<>();
    }

    /**
     * What a watch covers.
     *
     * @param namespace null for all
     */
    record Scope(String resource, @Nullable String namespace, WatchFilter filter) {
        boolean covers(Event event) {
            Key key = event.object().key();
            return key.resource().equals(resource)
                    && (namespace == null || key.namespace().equals(namespace))
                    && filter.matches(event);
        }
    }

    long published() {
        return published;
    }

    /** Gives events to those who watch them. From one thread. */
    void publish(List<Event> events) {
        Set<EventLog> touched = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Event event : events) {
            OfResource resource = resources.get(event.object().key().resource());
            if (resource != null) {
                synchronized (resource) {
                    add(resource.all, event, touched);
                    add(resource.namespaces.getOrDefault(event.object().key().namespace(), Map.of()), event, touched);
                }
            }
        }
        published = events.getLast().revision();
        touched.forEach(EventLog::wake);
    }

    private static void add(Map<WatchFilter, EventLog> logs, Event event, Set<EventLog> touched) {
        logs.forEach((filter, log) -> {
            if (filter.matches(event)) {
                log.add(event);
                touched.add(log);
            }
        });
    }

    /** Ends all watches that have not had everything before {@code revision}: what happened until then is not known. */
    void restart(long revision) {
        List<EventLogWatch> watches = watches();
        // first: with the new revision alone, a watch would take it that it has had everything
        watches.forEach(watch -> watch.loseBefore(revision));
        published = revision;
        watches.forEach(EventLogWatch::wake);
    }

    /** Adds a watch to its log: it will see all events that are published from now on. */
    void join(EventLogWatch watch) {
        Scope scope = watch.scope();
        resources.compute(scope.resource(), (name, present) -> {
            OfResource resource = present == null ? new OfResource() : present;
            synchronized (resource) {
                watch.join(logs(resource, scope).computeIfAbsent(scope.filter(), filter -> new EventLog()));
            }
            return resource;
        });
    }

    private static Map<WatchFilter, EventLog> logs(OfResource resource, Scope scope) {
        return scope.namespace() == null
                ? resource.all
                : resource.namespaces.computeIfAbsent(scope.namespace(), name -> new HashMap<>());
    }

    /** Removes a watch, and its log when nobody else has one. */
    void leave(EventLogWatch watch) {
        Scope scope = watch.scope();
        resources.computeIfPresent(scope.resource(), (name, resource) -> {
            synchronized (resource) {
                if (watch.log().remove(watch)) {
                    Map<WatchFilter, EventLog> logs = logs(resource, scope);
                    logs.remove(scope.filter());
                    if (scope.namespace() != null && logs.isEmpty()) {
                        resource.namespaces.remove(scope.namespace());
                    }
                }
                return resource.all.isEmpty() && resource.namespaces.isEmpty() ? null : resource;
            }
        });
    }

    /** All watches there are. */
    List<EventLogWatch> watches() {
        List<EventLogWatch> watches = new ArrayList<>();
        for (OfResource resource : resources.values()) {
            synchronized (resource) {
                resource.all.values().forEach(log -> watches.addAll(log.watches()));
                resource.namespaces
                        .values()
                        .forEach(logs -> logs.values().forEach(log -> watches.addAll(log.watches())));
            }
        }
        return watches;
    }
}
