package dev.proa.server.authorization;

import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.authorization.rbac.RbacAuthorizer;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * Asks several authorizers in turn; the first that allows or denies decides. When none does, their reasons are joined, one a line, and so are their
 * errors.
 */
public final class UnionAuthorizer implements Authorizer {
    private final List<Authorizer> authorizers;

    public UnionAuthorizer(Authorizer... authorizers) {
        this(List.of(authorizers));
    }

    public UnionAuthorizer(List<Authorizer> authorizers) {
        this.authorizers = List.copyOf(authorizers);
    }

    @Override
    public Decision authorize(AuthorizationAttributes attributes) {
        StringJoiner reasons = new StringJoiner("\n");
        List<String> errors = List.of();
        for (Authorizer authorizer : authorizers) {
            Decision decision = authorizer.authorize(attributes);
            if (decision.verdict() != Verdict.NO_OPINION) {
                return decision;
            }
            if (!decision.reason().isEmpty()) {
                reasons.add(decision.reason());
            }
            if (!decision.error().isEmpty()) {
                errors = errors.isEmpty() ? new ArrayList<>() : errors;
                errors.add(decision.error());
            }
        }
        Decision none = reasons.length() == 0 ? Decision.NO_OPINION : Decision.noOpinion(reasons.toString());
        return errors.isEmpty() ? none : none.failed(RbacAuthorizer.errors(errors));
    }

    /** Whether one that may block is asked: none is when one before it decides. */
    @Override
    public boolean mayBlock(AuthorizationAttributes attributes) {
        int first = firstThatMayBlock(attributes);
        for (int i = 0; i < first; i++) {
            if (authorizers.get(i).authorize(attributes).verdict() != Verdict.NO_OPINION) {
                return false;
            }
        }
        return first >= 0;
    }

    private int firstThatMayBlock(AuthorizationAttributes attributes) {
        for (int i = 0; i < authorizers.size(); i++) {
            if (authorizers.get(i).mayBlock(attributes)) {
                return i;
            }
        }
        return -1;
    }
}
