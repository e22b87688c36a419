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
 * What is watched: a {@link Topic} for each resource, and each resource and namespace, that has a watch at the moment. Nothing is
 * kept or done for what nobody watches.
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
        @Nullable
        Topic all;

        final Map<String, Topic> namespaces = new HashMap<>();
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
                    add(resource.namespaces.get(event.object().key().namespace()), event, touched);
                }
            }
        }
        published = events.getLast().revision();
        touched.forEach(Topic::wake);
    }

    private static void add(@Nullable Topic topic, Event event, Set<Topic> touched) {
        if (topic != null) {
            topic.add(event);
            touched.add(topic);
        }
    }

    /** Adds a watch to its topic: it will see all events that are published from now on. */
    void join(TopicWatch watch) {
        resources.compute(watch.resource(), (name, present) -> {
            OfResource resource = present == null ? new OfResource() : present;
            synchronized (resource) {
                watch.join(topic(resource, watch.namespace()));
            }
            return resource;
        });
    }

    private static Topic topic(OfResource resource, @Nullable String namespace) {
        if (namespace != null) {
            return resource.namespaces.computeIfAbsent(namespace, name -> new Topic());
        }
        Topic all = resource.all;
        if (all == null) {
            all = new Topic();
            resource.all = all;
        }
        return all;
    }

    /** Removes a watch, and its topic when nobody else has one. */
    void leave(TopicWatch watch) {
        resources.computeIfPresent(watch.resource(), (name, resource) -> {
            synchronized (resource) {
                if (watch.topic().remove(watch)) {
                    if (watch.namespace() == null) {
                        resource.all = null;
                    } else {
                        resource.namespaces.remove(watch.namespace());
                    }
                }
                return resource.all == null && resource.namespaces.isEmpty() ? null : resource;
            }
        });
    }

    /** All watches there are. */
    List<TopicWatch> watches() {
        List<TopicWatch> watches = new ArrayList<>();
        for (OfResource resource : resources.values()) {
            synchronized (resource) {
                if (resource.all != null) {
                    watches.addAll(resource.all.watches());
                }
                resource.namespaces.values().forEach(topic -> watches.addAll(topic.watches()));
            }
        }
        return watches;
    }
}
