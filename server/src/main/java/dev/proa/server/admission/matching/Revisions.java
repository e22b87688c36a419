package dev.proa.server.admission.matching;

import dev.proa.server.store.Snapshot;
import dev.proa.server.store.StoredObject;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What is made of each stored object of a resource, once for each of its revisions. Safe for any thread. */
public final class Revisions<T> {
    private final String resource;
    private final Function<StoredObject, T> maker;
    private volatile State<T> state = new State<>(List.of(), List.of());

    private record State<T>(List<StoredObject> objects, List<T> made) {}

    /**
     * @param resource as in keys, without namespaces
     * @param maker must not fail; what it makes is shared by all threads
     */
    public Revisions(String resource, Function<StoredObject, T> maker) {
        this.resource = resource;
        this.maker = maker;
    }

    /** What is made of the objects in a snapshot, in the order of their names. Costs next to nothing when there are none. */
    public List<T> in(Snapshot snapshot) {
        if (snapshot.count(resource, null) == 0) {
            return List.of();
        }
        State<T> known = state;
        List<StoredObject> objects = new ArrayList<>(known.objects().size());
        boolean same = true;
        for (StoredObject object : snapshot.list(resource, null, null)) {
            int index = objects.size();
            same &= index < known.objects().size() && known.objects().get(index) == object;
            objects.add(object);
        }
        if (same && objects.size() == known.objects().size()) {
            return known.made();
        }
        Map<StoredObject, T> before = new IdentityHashMap<>();
        for (int i = 0; i < known.objects().size(); i++) {
            before.put(known.objects().get(i), known.made().get(i));
        }
        List<T> made = new ArrayList<>(objects.size());
        for (StoredObject object : objects) {
            T present = before.get(object);
            made.add(present == null ? maker.apply(object) : present);
        }
        State<T> next = new State<>(List.copyOf(objects), List.copyOf(made));
        state = next;
        return next.made();
    }
}
