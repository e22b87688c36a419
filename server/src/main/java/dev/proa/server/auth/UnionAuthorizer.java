package dev.proa.server.auth;

import java.util.List;
import java.util.StringJoiner;

/** Allows what one of several authorizers allows; their reasons not to are told together. */
public final class UnionAuthorizer implements Authorizer {
    private final List<Authorizer> authorizers;

    public UnionAuthorizer(Authorizer... authorizers) {
        this.authorizers = List.of(authorizers);
    }

    @Override
    public Decision authorize(Attributes attributes) {
        StringJoiner reasons = new StringJoiner("\n");
        for (Authorizer authorizer : authorizers) {
            Decision decision = authorizer.authorize(attributes);
            if (decision.allowed()) {
                return decision;
            }
            if (!decision.reason().isEmpty()) {
                reasons.add(decision.reason());
            }
        }
        return reasons.length() == 0 ? Decision.NO_OPINION : new Decision(false, reasons.toString());
    }
}
