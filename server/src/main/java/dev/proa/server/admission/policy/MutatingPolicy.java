package dev.proa.server.admission.policy;

import dev.proa.api.patch.JsonPatch;
import dev.proa.api.patch.PatchException;
import dev.proa.api.typed.AtomicParts;
import dev.proa.api.typed.MergeType;
import dev.proa.api.typed.Merging;
import dev.proa.api.typed.MismatchException;
import dev.proa.api.typed.Validation;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.policy.PolicyParams.MisconfiguredException;
import dev.proa.server.cel.Budget;
import dev.proa.server.cel.CelType;
import dev.proa.server.cel.EvaluationException;
import dev.proa.server.cel.MadeObject;
import dev.proa.server.cel.Program;
import dev.proa.server.cel.Values;
import dev.proa.server.expression.CompiledExpression;
import dev.proa.server.expression.MadeTypes;
import dev.proa.server.expression.RemainingBudget;
import dev.proa.server.store.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@code MutatingAdmissionPolicy}, read once for each of its revisions. Safe for any thread. */
final class MutatingPolicy {
    private final Policy policy;
    private final boolean reinvoked;
    private @Nullable List<Mutation> mutations;

    private MutatingPolicy(Policy policy) {
        this.policy = policy;
        this.reinvoked = policy.spec().string("reinvocationPolicy").equals("IfNeeded");
    }

    static MutatingPolicy of(StoredObject object) {
        return new MutatingPolicy(Policy.of(object, true));
    }

    Policy policy() {
        return policy;
    }

    /** Whether it is asked again when others have changed the object after it. */
    boolean isReinvoked() {
        return reinvoked;
    }

    /** @param patch whether the expression makes a JSON patch, rather than a configuration to apply */
    record Mutation(boolean patch, CompiledExpression expression) {}

    synchronized List<Mutation> mutations() {
        List<Mutation> known = mutations;
        if (known == null) {
            known = new ArrayList<>();
            ListValue written = policy.spec().list("mutations");
            for (int i = 0; i < written.size(); i++) {
                boolean patch = written.map(i).string("patchType").equals("JSONPatch");
                String text = written.map(i)
                        .map(patch ? "jsonPatch" : "applyConfiguration")
                        .string("expression");
                CelType type = patch ? CelType.list(MadeTypes.JSON_PATCH) : MadeTypes.OBJECT;
                known.add(new Mutation(
                        patch, CompiledExpression.of(policy.expressions().environment(), text, type)));
            }
            mutations = known;
        }
        return known;
    }

    /**
     * The object after a mutation; the very same when it is not changed.
     *
     * @param request the variables of the request, and {@code params}
     * @param type how objects of this kind are merged
     */
    MapValue mutated(Mutation mutation, Map<String, @Nullable Object> request, MapValue object, MergeType type)
            throws MisconfiguredException {
        if (!mutation.expression.error().isEmpty()) {
            throw new MisconfiguredException(mutation.expression.error());
        }
        RemainingBudget budget = new RemainingBudget(Budget.OBJECT);
        Program.Result result;
        try {
            result = mutation.expression.evaluate(policy.expressions().with(request, budget), budget);
        } catch (RemainingBudget.Exhausted e) {
            throw new MisconfiguredException(e.text());
        }
        if (result.failed()) {
            throw new MisconfiguredException(result.error());
        }
        return mutation.patch ? patched(result.value(), object) : applied(result.value(), object, type);
    }

    private static MapValue applied(@Nullable Object result, MapValue object, MergeType type)
            throws MisconfiguredException {
        String start = "error applying patch: ";
        checkNames(result, "Object");
        try {
            MapValue config = Values.json(result) instanceof MapValue map ? map : MapValue.EMPTY;
            config = config.with("apiVersion", object.get("apiVersion")).with("kind", object.get("kind"));
            Validation.check(type, config, false);
            List<String> atomic = AtomicParts.of(type, config);
            if (!atomic.isEmpty()) {
                throw new MisconfiguredException(
                        start + "invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: "
                                + String.join(", ", atomic));
            }
            return Merging.of(type, object, config);
        } catch (MismatchException e) {
            throw new MisconfiguredException(
                    start + "failed to convert patch object to typed object: " + e.getMessage());
        } catch (EvaluationException e) {
            throw new MisconfiguredException(String.valueOf(e.getMessage()));
        }
    }

    private static MapValue patched(@Nullable Object result, MapValue object) throws MisconfiguredException {
        List<@Nullable Object> operations = new ArrayList<>();
        boolean tested = false;
        for (Object operation : result instanceof List<?> list ? list : List.of()) {
            checkNames(operation instanceof MadeObject made ? made.find("value") : null, "Object");
            try {
                MapValue json = Values.json(operation) instanceof MapValue map ? map : MapValue.EMPTY;
                tested |= json.string("op").equals("test");
                operations.add(json.string("from").isEmpty() ? json.without("from") : json);
            } catch (EvaluationException e) {
                throw new MisconfiguredException(
                        "JSONPath valueExpression evaluated to a type that could not marshal to JSON: "
                                + e.getMessage());
            }
        }
        try {
            Object patched = JsonPatch.of(ListValue.copyOf(operations)).apply(object);
            return patched instanceof MapValue map ? map : object;
        } catch (PatchException e) {
            // A test that fails means that nothing is to be done.
            if (tested && String.valueOf(e.getMessage()).endsWith("test failed")) {
                return object;
            }
            throw new MisconfiguredException("JSON Patch: " + e.getMessage());
        }
    }

    /** Checks that objects have the types of the fields in which they are. */
    private static void checkNames(@Nullable Object value, String expected) throws MisconfiguredException {
        switch (value) {
            case MadeObject made -> {
                if (!made.typeName().equals(expected)) {
                    throw new MisconfiguredException("type mismatch: unexpected type name \"" + made.typeName()
                            + "\", expected \"" + expected + "\", which matches field name path from root Object type");
                }
                for (String name : made.keys()) {
                    checkNames(made.find(name), expected + "." + name);
                }
            }
            case List<?> list -> {
                for (Object item : list) {
                    checkNames(item, expected);
                }
            }
            case null, default -> {}
        }
    }
}
