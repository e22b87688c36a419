package dev.proa.server.apiextensions;

import dev.proa.api.status.FieldError;
import dev.proa.api.value.MapValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes what checks objects against the rules ({@link StructuralSchema#rules}) of their schema. Safe for any thread. */
@FunctionalInterface
public interface RuleValidation {
    /** Schemas whose rules are not checked. */
    RuleValidation NONE = schema -> (object, old, unchanged) -> List.of();

    /** The checker for the objects of a schema, which {@linkplain StructuralSchema#hasRules has rules}. Must cost next to nothing. */
    Checker of(StructuralSchema schema);

    /**
     * Checks objects against the rules of a schema, at each node that has some. Safe for any thread.
     *
     * <p>It is only asked when the object has neither values of a wrong type nor too long or too many ones, so that the cost of the rules is
     * bounded.
     */
    @FunctionalInterface
    interface Checker {
        /**
         * What is wrong with an object.
         *
         * @param old the object before an update, for rules that compare with it; null on create
         * @param unchanged tells which values of the object were there before, so that errors of their rules are dropped; null on create
         */
        List<FieldError> errors(MapValue object, @Nullable MapValue old, @Nullable Correlation unchanged);
    }
}
