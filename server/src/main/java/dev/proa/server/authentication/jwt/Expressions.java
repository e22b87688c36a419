package dev.proa.server.authentication.jwt;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The compiled expressions of an issuer; null or empty where it has none.
 *
 * @param extra by the key of the fact
 * @param claimRules with the message of each
 * @param userRules with the message of each
 */
record Expressions(
        @Nullable Expression username,
        @Nullable Expression groups,
        @Nullable Expression uid,
        Map<String, Expression> extra,
        List<Rule> claimRules,
        List<Rule> userRules) {

    /** An expression that has to hold. */
    record Rule(Expression expression, String message) {}

    Expressions {
        extra = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(extra));
        claimRules = List.copyOf(claimRules);
        userRules = List.copyOf(userRules);
    }
}
