package dev.proa.server.admission;

import dev.proa.api.value.MapValue;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.StoredObject;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** Finds the class that objects get which name none. */
final class DefaultClasses {
    private static final Comparator<MapValue> NEWEST_FIRST = Comparator.comparing(
                    (MapValue object) -> object.map("metadata").string("creationTimestamp"))
            .reversed()
            .thenComparing(object -> object.map("metadata").string("name"));

    private DefaultClasses() {}

    /**
     * The name of the newest object of a resource that is marked as the default; empty when none is.
     *
     * @param annotations any of which marks it when it is {@code true}
     */
    static Optional<String> of(Snapshot snapshot, String resource, List<String> annotations) {
        return StreamSupport.stream(snapshot.list(resource, null, null).spliterator(), false)
                .map(StoredObject::value)
                .filter(value -> annotations.stream()
                        .anyMatch(name -> value.map("metadata")
                                .map("annotations")
                                .string(name)
                                .equals("true")))
                .min(NEWEST_FIRST)
                .map(value -> value.map("metadata").string("name"));
    }
}
