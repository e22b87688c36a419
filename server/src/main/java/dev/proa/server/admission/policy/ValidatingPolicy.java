package dev.proa.server.admission.policy;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.cel.Budget;
import dev.proa.server.cel.CelType;
import dev.proa.server.cel.Program;
import dev.proa.server.expression.CompiledExpression;
import dev.proa.server.expression.Conditions.Outcome;
import dev.proa.server.expression.RemainingBudget;
import dev.proa.server.store.StoredObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@code ValidatingAdmissionPolicy}, read once for each of its revisions. Safe for any thread. */
final class ValidatingPolicy {
    private static final int LONGEST_MESSAGE = 5 * 1024;

    private final Policy policy;
    private @Nullable List<Validation> validations;
    private @Nullable List<Annotation> annotations;

    private ValidatingPolicy(Policy policy) {
        this.policy = policy;
    }

    static ValidatingPolicy of(StoredObject object) {
        return new ValidatingPolicy(Policy.of(object, false));
    }

    Policy policy() {
        return policy;
    }

    /** @param message makes the text of a refusal; null when there is no such expression */
    private record Validation(
            MapValue value,
            CompiledExpression expression,
            @Nullable CompiledExpression message) {}

    private record Annotation(String key, CompiledExpression value) {}

    /**
     * What is wrong with a request.
     *
     * @param index of the validation
     * @param error whether it is that a validation could not be evaluated
     * @param reason of the refusal; empty for that of errors
     * @param nanos how long the expression took
     */
    record Failure(int index, boolean error, String message, String reason, long nanos) {}

    /**
     * What came of an evaluation.
     *
     * @param ignored errors that the policy lets pass
     * @param annotations of audit events by key
     * @param annotationErrors why there are not more
     */
    record Verdict(
            List<Failure> failures,
            List<Failure> ignored,
            Map<String, String> annotations,
            List<Failure> annotationErrors) {
        static final Verdict PASSED = new Verdict(List.of(), List.of(), Map.of(), List.of());
    }

    private synchronized List<Validation> validations() {
        List<Validation> known = validations;
        if (known == null) {
            known = new ArrayList<>();
            ListValue written = policy.spec().list("validations");
            for (int i = 0; i < written.size(); i++) {
                MapValue validation = written.map(i);
                String message = validation.string("messageExpression");
                known.add(new Validation(
                        validation,
                        CompiledExpression.of(
                                policy.expressions().environment(), validation.string("expression"), CelType.BOOL),
                        message.isEmpty()
                                ? null
                                : CompiledExpression.of(policy.expressions().plain(), message, CelType.STRING)));
            }
            validations = known;
        }
        return known;
    }

    private synchronized List<Annotation> annotations() {
        List<Annotation> known = annotations;
        if (known == null) {
            known = new ArrayList<>();
            ListValue written = policy.spec().list("auditAnnotations");
            for (int i = 0; i < written.size(); i++) {
                known.add(new Annotation(
                        written.map(i).string("key"),
                        CompiledExpression.of(
                                policy.expressions().environment(),
                                written.map(i).string("valueExpression"),
                                CelType.STRING,
                                CelType.NULL)));
            }
            annotations = known;
        }
        return known;
    }

    private Verdict error(String message) {
        List<Failure> failure = List.of(new Failure(0, true, message, "", 0));
        return policy.ignoresFailures()
                ? new Verdict(List.of(), failure, Map.of(), List.of())
                : new Verdict(failure, List.of(), Map.of(), List.of());
    }

    /** @param request the variables of the request, and {@code params} */
    Verdict evaluate(Map<String, @Nullable Object> request) {
        RemainingBudget conditionBudget = new RemainingBudget(Budget.MATCH_CONDITIONS);
        Outcome conditions =
                policy.conditions().evaluate(policy.expressions().with(request, conditionBudget), conditionBudget);
        if (!conditions.error().isEmpty()) {
            return error(conditions.error());
        }
        if (conditions.failed()) {
            return Verdict.PASSED;
        }
        List<Failure> failures = new ArrayList<>(0);
        List<Failure> ignored = new ArrayList<>(0);
        try {
            validate(request, failures, ignored);
        } catch (RemainingBudget.Exhausted e) {
            return error(e.text());
        }
        Map<String, String> values = new java.util.LinkedHashMap<>();
        List<Failure> errors = new ArrayList<>(0);
        try {
            annotate(request, values, errors);
        } catch (RemainingBudget.Exhausted e) {
            return error(e.text());
        }
        return new Verdict(failures, ignored, values, errors);
    }

    private void validate(Map<String, @Nullable Object> request, List<Failure> failures, List<Failure> ignored) {
        RemainingBudget budget = new RemainingBudget(Budget.OBJECT);
        Map<String, @Nullable Object> variables = policy.expressions().with(request, budget);
        List<Validation> all = validations();
        List<Program.Result> results = new ArrayList<>(all.size());
        long[] nanos = new long[all.size()];
        for (int i = 0; i < all.size(); i++) {
            long since = System.nanoTime();
            results.add(all.get(i).expression.evaluate(variables, budget));
            nanos[i] = System.nanoTime() - since;
        }
        List<@Nullable String> messages = new ArrayList<>(all.size());
        String exhausted = "";
        try {
            for (int i = 0; i < all.size(); i++) {
                CompiledExpression message = all.get(i).message;
                boolean passed = Boolean.TRUE.equals(results.get(i).value());
                messages.add(message == null || passed ? null : text(message.evaluate(variables, budget)));
            }
        } catch (RemainingBudget.Exhausted e) {
            exhausted = "failed messageExpression: " + e.text();
        }
        for (int i = 0; i < all.size(); i++) {
            Program.Result result = results.get(i);
            String error = result.failed() ? result.error() : exhausted;
            if (!error.isEmpty()) {
                (policy.ignoresFailures() ? ignored : failures).add(new Failure(i, true, error, "", nanos[i]));
            } else if (!Boolean.TRUE.equals(result.value())) {
                String reason = all.get(i).value.string("reason");
                String message = messages.get(i) == null
                        ? all.get(i).value.string("message").strip()
                        : messages.get(i);
                failures.add(new Failure(
                        i,
                        false,
                        message == null || message.isEmpty()
                                ? "failed expression: "
                                        + all.get(i).value.string("expression").strip()
                                : message,
                        reason.isEmpty() ? "Invalid" : reason,
                        nanos[i]));
            }
        }
    }

    /** The text that a message's expression made; null when it cannot be used. */
    private static @Nullable String text(Program.Result result) {
        String text = result.value() instanceof String made ? made.strip() : "";
        boolean usable = !text.isEmpty()
                && text.indexOf('\n') < 0
                && text.getBytes(StandardCharsets.UTF_8).length <= LONGEST_MESSAGE;
        return usable ? text : null;
    }

    private void annotate(Map<String, @Nullable Object> request, Map<String, String> values, List<Failure> errors) {
        if (annotations().isEmpty()) {
            return;
        }
        RemainingBudget budget = new RemainingBudget(Budget.OBJECT);
        Map<String, @Nullable Object> variables = policy.expressions().with(request, budget);
        for (Annotation annotation : annotations()) {
            long since = System.nanoTime();
            Program.Result result = annotation.value.evaluate(variables, budget);
            if (!result.failed()) {
                if (result.value() instanceof String text && !text.isBlank()) {
                    values.put(annotation.key, text.strip());
                }
            } else if (!policy.ignoresFailures()) {
                errors.add(new Failure(0, true, result.error(), "", System.nanoTime() - since));
            }
        }
    }
}
