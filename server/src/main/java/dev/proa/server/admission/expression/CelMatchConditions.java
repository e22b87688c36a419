package dev.proa.server.admission.expression;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.server.admission.matching.MatchConditions;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.cel.Budget;
import dev.proa.server.expression.AdmissionEnvironments;
import dev.proa.server.expression.Conditions;
import dev.proa.server.expression.RemainingBudget;

/** The match conditions of webhooks (KEP-3716). Safe for any thread. */
public final class CelMatchConditions implements MatchConditions.Compiler {
    private final Authorizer authorizer;

    /** @param authorizer answers what expressions ask of it */
    public CelMatchConditions(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    @Override
    public MatchConditions compile(ListValue written, boolean ignoresFailures) {
        if (written.isEmpty()) {
            return MatchConditions.NONE;
        }
        Conditions conditions = new Conditions(written, AdmissionEnvironments::withAuthorizer);
        return (request, target, object, old) -> {
            Conditions.Outcome outcome = conditions.evaluate(
                    AdmissionVariables.of(request, target, object, old, authorizer),
                    new RemainingBudget(Budget.MATCH_CONDITIONS));
            if (!outcome.error().isEmpty() && !ignoresFailures) {
                throw StatusException.forbidden(request.resource(), request.name(), outcome.error());
            }
            return !outcome.failed() && outcome.error().isEmpty();
        };
    }
}
