package dev.proa.server.authorization;

import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import java.util.List;
import java.util.StringJoiner;

/** Asks several authorizers in turn; the first that allows or denies decides. The reasons of the others are joined, one a line. */
public final class UnionAuthorizer implements Authorizer {
    private final List<Authorizer> authorizers;

    public UnionAuthorizer(Authorizer... authorizers) {
        this.authorizers = List.of(authorizers);
    }

    @Override
    public Decision authorize(AuthorizationAttributes attributes) {
        StringJoiner reasons = new StringJoiner("\n");
        for (Authorizer authorizer : authorizers) {
            Decision decision = authorizer.authorize(attributes);
            if (decision.verdict() != Verdict.NO_OPINION) {
                return decision;
            }
            if (!decision.reason().isEmpty()) {
                reasons.add(decision.reason());
            }
        }
        return reasons.length() == 0 ? Decision.NO_OPINION : Decision.noOpinion(reasons.toString());
    }

    @Override
    public boolean mayBlock(AuthorizationAttributes attributes) {
        for (Authorizer authorizer : authorizers) {
            if (authorizer.mayBlock(attributes)) {
                return true;
            }
        }
        return false;
    }
}
