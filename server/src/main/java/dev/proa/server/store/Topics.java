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
 * What is watched: a {@link Topic} for each scope that has a watch at the moment. Nothing is kept or done for what nobody watches.
 */
final class Topics {
    private final ConcurrentHashMap<String, OfResource> resources = new ConcurrentHashMap<>();

    /** All events up to here have been given to their topics. */
    private volatile long published;

    Topics(long published) {
        this.published = published;
    }

    /** The topics of one resource; locked while they are changed. */
    private static final class OfResource {
        final Map<WatchFilter, Topic> all = new HashMap<>();
        final Map<String, Map<WatchFilter, Topic>> namespaces = new HashMap<>();
    }

    /**
     * What a watch is told of.
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
        Set<Topic> touched = Collections.newSetFromMap(new IdentityHashMap<>());
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
        touched.forEach(Topic::wake);
    }

    private static void add(Map<WatchFilter, Topic> topics, Event event, Set<Topic> touched) {
        topics.forEach((filter, topic) -> {
            if (filter.matches(event)) {
                topic.add(event);
                touched.add(topic);
            }
        });
    }

    /** Adds a watch to its topic: it will see all events that are published from now on. */
    void join(TopicWatch watch) {
        Scope scope = watch.scope();
        resources.compute(scope.resource(), (name, present) -> {
            OfResource resource = present == null ? new OfResource() : present;
            synchronized (resource) {
                watch.join(topics(resource, scope).computeIfAbsent(scope.filter(), filter -> new Topic()));
            }
            return resource;
        });
    }

    private static Map<WatchFilter, Topic> topics(OfResource resource, Scope scope) {
        return scope.namespace() == null
                ? resource.all
                : resource.namespaces.computeIfAbsent(scope.namespace(), name -> new HashMap<>());
    }

    /** Removes a watch, and its topic when nobody else has one. */
    void leave(TopicWatch watch) {
        Scope scope = watch.scope();
        resources.computeIfPresent(scope.resource(), (name, resource) -> {
            synchronized (resource) {
                if (watch.topic().remove(watch)) {
                    Map<WatchFilter, Topic> topics = topics(resource, scope);
                    topics.remove(scope.filter());
                    if (scope.namespace() != null && topics.isEmpty()) {
                        resource.namespaces.remove(scope.namespace());
                    }
                }
                return resource.all.isEmpty() && resource.namespaces.isEmpty() ? null : resource;
            }
        });
    }

    /** All watches there are. */
    List<TopicWatch> watches() {
        List<TopicWatch> watches = new ArrayList<>();
        for (OfResource resource : resources.values()) {
            synchronized (resource) {
                resource.all.values().forEach(topic -> watches.addAll(topic.watches()));
                resource.namespaces
                        .values()
                        .forEach(topics -> topics.values().forEach(topic -> watches.addAll(topic.watches())));
            }
        }
        return watches;
    }
}
