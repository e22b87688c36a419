package dev.proa.server.authorization.rbac;

import dev.proa.api.value.MapValue;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import dev.proa.server.store.Watch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The bindings of a store, found by their subjects. Whoever asks brings them up to date first, which is free as long as no binding has
 * changed. Safe for any thread; does not block.
 */
final class Bindings {
    static final String CLUSTER_ROLE_BINDINGS = "clusterrolebindings.rbac.authorization.k8s.io";
    static final String ROLE_BINDINGS = "rolebindings.rbac.authorization.k8s.io";
    private static final List<String> RESOURCES = List.of(CLUSTER_ROLE_BINDINGS, ROLE_BINDINGS);

    private final Store store;
    private final ReentrantLock lock = new ReentrantLock();
    /** Whether a watch may have events. */
    private volatile boolean behind;

    private volatile @Nullable Index index;

    Bindings(Store store) {
        this.store = store;
    }

    /**
     * Has a visitor look at the bindings of a user: those of the cluster, then those of a namespace. It says whether it wants to see
     * more. A binding of which the user is a subject in several ways comes as often.
     *
     * @param namespace empty for none
     */
    void visit(UserInfo user, String namespace, Predicate<Binding> visitor) {
        Index current = current();
        if (visit(current.scopes.get(""), user, visitor) && !namespace.isEmpty()) {
            visit(current.scopes.get(namespace), user, visitor);
        }
    }

    private static boolean visit(@Nullable Scope scope, UserInfo user, Predicate<Binding> visitor) {
        if (scope == null) {
            return true;
        }
        if (!visit(scope.users.get(user.name()), visitor)) {
            return false;
        }
        for (String group : user.groups()) {
            if (!visit(scope.groups.get(group), visitor)) {
                return false;
            }
        }
        return true;
    }

    private static boolean visit(@Nullable List<Binding> bindings, Predicate<Binding> visitor) {
        if (bindings != null) {
            for (Binding binding : bindings) {
                if (!visitor.test(binding)) {
                    return false;
                }
            }
        }
        return true;
    }

    private Index current() {
        Index known = index;
        if (known != null && !behind) {
            return known;
        }
        lock.lock();
        try {
            behind = false; // before the watches are read: what comes later sets it again
            Index current = index;
            while (current == null || !current.catchUp()) {
                current = new Index();
            }
            index = current;
            return current;
        } finally {
            lock.unlock();
        }
    }

    /** The bindings of the cluster or of a namespace. */
    private static final class Scope {
        final Map<String, List<Binding>> users = new ConcurrentHashMap<>();
        final Map<String, List<Binding>> groups = new ConcurrentHashMap<>();

        Map<String, List<Binding>> of(Binding.Subject subject) {
            return subject.group() ? groups : users;
        }

        boolean isEmpty() {
            return users.isEmpty() && groups.isEmpty();
        }
    }

    /** Readers see each list as it is or as it was; one thread changes them at a time. */
    private final class Index {
        final Map<String, Scope> scopes = new ConcurrentHashMap<>();
        private final Map<Key, Binding> bindings = new ConcurrentHashMap<>();
        private final List<Watch> watches = new ArrayList<>();

        Index() {
            Snapshot snapshot = store.snapshot();
            for (String resource : RESOURCES) {
                Watch watch = store.watch(resource, null, snapshot.revision());
                watch.onEvents(() -> behind = true);
                watches.add(watch);
                for (StoredObject stored : snapshot.list(resource, null, null)) {
                    put(stored.key(), stored.value());
                }
            }
        }

        /** Reads to the end, after which its listeners are called. Whether it could; if not, the store has forgotten what happened meanwhile. */
        boolean catchUp() {
            try {
                for (Watch watch : watches) {
                    for (List<Watch.Event> events = watch.next(Duration.ZERO);
                            !events.isEmpty();
                            events = watch.next(Duration.ZERO)) {
                        events.forEach(this::apply);
                    }
                }
                return true;
            } catch (Store.CompactedException e) {
                watches.forEach(Watch::close);
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                behind = true;
                return true;
            }
        }

        private void apply(Watch.Event event) {
            Key key = event.object().key();
            if (event.type() == Watch.Type.DELETED) {
                replace(key, null);
            } else {
                put(key, event.object().value());
            }
        }

        private void put(Key key, MapValue object) {
            replace(key, new Binding(key, object));
        }

        /** Adds before it removes: nobody loses a role for a moment. */
        private void replace(Key key, @Nullable Binding next) {
            Binding before = next == null ? bindings.remove(key) : bindings.put(key, next);
            if (next != null) {
                Scope scope = scopes.computeIfAbsent(key.namespace(), none -> new Scope());
                for (Binding.Subject subject : next.subjects()) {
                    scope.of(subject).merge(subject.name(), List.of(next), Bindings::union);
                }
            }
            Scope scope = scopes.get(key.namespace());
            if (before == null || scope == null) {
                return;
            }
            for (Binding.Subject subject : before.subjects()) {
                scope.of(subject).computeIfPresent(subject.name(), (name, list) -> without(list, before));
            }
            if (scope.isEmpty()) {
                scopes.remove(key.namespace());
            }
        }
    }

    private static List<Binding> union(List<Binding> list, List<Binding> more) {
        if (list.contains(more.getFirst())) {
            return list; // the same subject twice
        }
        List<Binding> union = new ArrayList<>(list);
        union.addAll(more);
        return List.copyOf(union);
    }

    private static @Nullable List<Binding> without(List<Binding> list, Binding gone) {
        List<Binding> rest = list.stream().filter(binding -> binding != gone).toList();
        return rest.isEmpty() ? null : rest;
    }
}
