package dev.proa.server.store;

import dev.proa.api.value.MapValue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A {@link Change} on its way to being committed: its value is encoded already, if the log needs that. */
sealed interface Proposal {

    /** The object that is to be changed. */
    Key key();

    /**
     * A change whose value is known.
     *
     * @param expected the revision that the object must have; not used by a creation
     */
    record Known(Watch.Type type, Key key, long expected, PendingValue value) implements Proposal {}

    /** A change whose value is computed when it is committed. */
    record Computed(Key key, UnaryOperator<@Nullable MapValue> next) implements Proposal {}

    /** Encodes the change's value if {@code bytes}. */
    static Proposal of(Change change, boolean bytes) {
        return switch (change) {
            case Change.Create create ->
                new Known(Watch.Type.CREATED, lean(create.key()), 0, PendingValue.of(create.value(), bytes));
            case Change.Update update ->
                new Known(Watch.Type.UPDATED, update.key(), update.expected(), PendingValue.of(update.value(), bytes));
            case Change.Delete delete ->
                new Known(Watch.Type.DELETED, delete.key(), delete.expected(), PendingValue.of(delete.last(), false));
            case Change.Compute compute -> new Computed(lean(compute.key()), compute.next());
        };
    }

    /** The key with the strings that equal resources and namespaces share, of which there are few. */
    static Key lean(Key key) {
        return new Key(key.resource().intern(), key.namespace().intern(), key.name());
    }
}
