package dev.proa.server.apiextensions.rules;

import dev.proa.api.status.FieldError;
import dev.proa.api.value.MapValue;
import dev.proa.server.apiextensions.Correlation;
import dev.proa.server.apiextensions.RuleValidation;
import dev.proa.server.apiextensions.StructuralSchema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks rules (KEP-2876), which are compiled for the first object that is written. Safe for any thread. */
public final class CelRules implements RuleValidation {
    @Override
    public Checker of(StructuralSchema schema) {
        return new Compiled(schema);
    }

    /** The rules of one schema, compiled by whoever needs them first. */
    private static final class Compiled implements Checker {
        private final StructuralSchema schema;
        private volatile @Nullable RuleNode root;

        Compiled(StructuralSchema schema) {
            this.schema = schema;
        }

        @Override
        public List<FieldError> errors(MapValue object, @Nullable MapValue old, @Nullable Correlation unchanged) {
            RuleNode known = root;
            return new RuleEvaluation().errors(known == null ? compiled() : known, object, unchanged);
        }

        private synchronized RuleNode compiled() {
            RuleNode known = root;
            if (known == null) {
                known = RuleNode.of(schema);
                root = known;
            }
            return known;
        }
    }
}
