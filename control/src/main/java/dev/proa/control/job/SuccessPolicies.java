package dev.proa.control.job;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.batch.v1.SuccessPolicyRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells by the {@code successPolicy} of an indexed Job whether enough of its indexes succeeded (KEP-3998). Pure. */
final class SuccessPolicies {
    private SuccessPolicies() {}

    /** Which rule is met, as a message; null when none is. */
    static @Nullable String met(Job job, Indexes succeeded) {
        if (!job.spec().hasSuccessPolicy() || succeeded.isEmpty()) {
            return null;
        }
        List<SuccessPolicyRule> rules = job.spec().successPolicy().rules();
        for (int i = 0; i < rules.size(); i++) {
            if (isMet(rules.get(i), job.spec().completions(), succeeded)) {
                return "Matched rules at index " + i;
            }
        }
        return null;
    }

    private static boolean isMet(SuccessPolicyRule rule, int completions, Indexes succeeded) {
        if (!rule.hasSucceededIndexes()) {
            return rule.hasSucceededCount() && succeeded.size() >= rule.succeededCount();
        }
        Indexes required = Indexes.parse(rule.succeededIndexes(), completions);
        if (required.isEmpty()) {
            return false;
        }
        int common = required.common(succeeded);
        return common == required.size() || rule.hasSucceededCount() && common >= rule.succeededCount();
    }
}
