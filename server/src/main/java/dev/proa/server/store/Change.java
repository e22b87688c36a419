package dev.proa.server.store;

import dev.proa.api.value.MapValue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One change of a transaction: see {@link Store#commit}. */
public sealed interface Change {

    /** The object that is changed. */
    Key key();

    /** Creates an object. Refused with {@link Store.KeyExistsException} when there is one already. */
    record Create(Key key, MapValue value) implements Change {}

    /** Replaces an object. Refused with {@link Store.RevisionConflictException} when its revision is not {@code expected}. */
    record Update(Key key, long expected, MapValue value) implements Change {}

    /**
     * Deletes an object. Refused with {@link Store.RevisionConflictException} when its revision is not {@code expected}.
     *
     * @param last the object's last state, as watchers get it
     */
    record Delete(Key key, long expected, MapValue last) implements Change {}

    /**
     * Computes the next state of an object from the one that it has when the transaction is committed, so that many can change one
     * object without conflicts.
     *
     * @param next gets the present value, null when there is none, and returns the next one; null deletes the object, and the very
     *     value it got leaves it as it is. What it throws refuses the transaction. It must be quick and must not block, for it runs on the
     *     thread that commits, and it may be called more than once.
     */
    record Compute(Key key, UnaryOperator<@Nullable MapValue> next) implements Change {}
}
