package dev.proa.server.authentication.jwt;

import com.nimbusds.jose.JWSObject;
import dev.proa.api.codec.GoText;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.UserInfo;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tells whose the tokens of one issuer are. Safe for any thread but event loops: it blocks. */
final class JwtAuthenticator implements AutoCloseable {
    private final Issuer issuer;
    private final Expressions expressions;
    private final TokenCheck check;
    private final IssuerClient client;
    private final Provider provider;
    private final @Nullable DistributedClaims distributed;
    private final InstantSource clock;
    private final JwtMetrics metrics;

    JwtAuthenticator(
            Issuer issuer, Expressions expressions, List<String> algorithms, InstantSource clock, JwtMetrics metrics) {
        this.issuer = issuer;
        this.expressions = expressions;
        this.clock = clock;
        this.metrics = metrics;
        check = new TokenCheck(algorithms, issuer.audiences());
        client = new IssuerClient(issuer.certificateAuthority());
        provider = new Provider(issuer.url(), issuer.discoveryUrl(), client, metrics, System::nanoTime);
        String groups = issuer.groups().claim();
        distributed = groups.isEmpty()
                ? null
                : new DistributedClaims(
                        groups, client, check, url -> new Provider(url, "", client, metrics, System::nanoTime));
    }

    String url() {
        return issuer.url();
    }

    /** Why the issuer cannot be used; empty when it can. */
    String problem() {
        String problem = provider.problem();
        return problem.isEmpty()
                ? ""
                : "oidc: authenticator for issuer " + GoText.quote(issuer.url()) + " is not healthy: " + problem;
    }

    /** Whose a token is, which names this issuer. */
    UserInfo user(JWSObject token) throws InvalidToken {
        long from = System.nanoTime();
        boolean success = false;
        try {
            UserInfo user = known(token);
            success = true;
            return user;
        } finally {
            metrics.authenticated(issuer.url(), success, System.nanoTime() - from);
        }
    }

    private UserInfo known(JWSObject token) throws InvalidToken {
        if (!provider.problem().isEmpty()) {
            throw new InvalidToken("oidc: authenticator not initialized");
        }
        MapValue claims;
        try {
            claims = check.claims(token, provider, clock.instant());
        } catch (InvalidToken e) {
            throw new InvalidToken("oidc: verify token: " + e.getMessage());
        }
        if (distributed != null) {
            try {
                claims = distributed.expand(claims, clock.instant());
            } catch (InvalidToken e) {
                throw new InvalidToken("oidc: could not expand distributed claims: " + e.getMessage());
            }
        }
        Claims variable = new Claims(claims.asMap());
        UserInfo user = new UserInfo(
                username(claims, variable), uid(claims, variable), groups(claims, variable), extra(claims, variable));
        requireClaims(claims);
        hold(expressions.claimRules(), variable, "claim validation expression");
        if (!expressions.userRules().isEmpty()) {
            Map<String, Object> fields = new HashMap<>();
            fields.put("username", user.name());
            fields.put("uid", user.uid());
            fields.put("groups", user.groups());
            fields.put("extra", user.extra());
            hold(expressions.userRules(), new Claims(fields), "user info validation rule");
        }
        return user;
    }

    private String username(MapValue claims, Claims variable) throws InvalidToken {
        Expression expression = expressions.username();
        if (expression != null) {
            if (!(evaluate(expression, variable, "username claim expression") instanceof String name)) {
                throw new InvalidToken("oidc: error evaluating username claim expression: username claim expression"
                        + " must return a string");
            }
            if (name.isEmpty()) {
                throw new InvalidToken("oidc: empty username via CEL expression is not allowed");
            }
            return name;
        }
        String claim = issuer.username().claim();
        String name = text(claims, claim, "oidc: parse username claims " + GoText.quote(claim) + ": ");
        if (claim.equals("email") && claims.has("email_verified")) {
            if (!(claims.get("email_verified") instanceof Boolean verified)) {
                throw new InvalidToken("oidc: parse 'email_verified' claim: it is neither true nor false");
            }
            if (!verified) {
                throw new InvalidToken("oidc: email not verified");
            }
        }
        return issuer.username().prefix().orElse("") + name;
    }

    private static String text(MapValue claims, String claim, String where) throws InvalidToken {
        if (!claims.has(claim)) {
            throw new InvalidToken(where + "claim not present");
        }
        if (!(claims.get(claim) instanceof String text)) {
            throw new InvalidToken(where + "it is no string");
        }
        return text;
    }

    private List<String> groups(MapValue claims, Claims variable) throws InvalidToken {
        String claim = issuer.groups().claim();
        if (!claim.isEmpty() && claims.has(claim)) {
            String prefix = issuer.groups().prefix().orElse("");
            List<String> groups = new ArrayList<>();
            switch (claims.get(claim)) {
                case String group -> groups.add(prefix + group);
                case ListValue list -> {
                    for (Object item : list) {
                        if (!(item instanceof String group)) {
                            throw new InvalidToken("oidc: parse groups claim " + GoText.quote(claim)
                                    + ": it is neither a string nor a list of strings");
                        }
                        groups.add(prefix + group);
                    }
                }
                case null -> groups.clear();
                default ->
                    throw new InvalidToken("oidc: parse groups claim " + GoText.quote(claim)
                            + ": it is neither a string nor a list of strings");
            }
            return groups;
        }
        Expression expression = expressions.groups();
        return expression == null
                ? List.of()
                : strings(
                        evaluate(expression, variable, "group claim expression"),
                        "oidc: error evaluating group claim expression: ");
    }

    private String uid(MapValue claims, Claims variable) throws InvalidToken {
        String claim = issuer.uid().claim();
        if (!claim.isEmpty()) {
            return text(claims, claim, "oidc: parse uid claim " + GoText.quote(claim) + ": ");
        }
        Expression expression = expressions.uid();
        if (expression == null) {
            return "";
        }
        if (!(evaluate(expression, variable, "uid claim expression") instanceof String uid)) {
            throw new InvalidToken(
                    "oidc: error evaluating uid claim expression: uid claim expression must return a string");
        }
        return uid;
    }

    private Map<String, List<String>> extra(MapValue claims, Claims variable) throws InvalidToken {
        Map<String, List<String>> extra = new TreeMap<>();
        if (!claims.string("jti").isEmpty()) {
            extra.put(UserInfo.CREDENTIAL, List.of("JTI=" + claims.string("jti")));
        }
        for (Map.Entry<String, Expression> fact : expressions.extra().entrySet()) {
            Expression expression = fact.getValue();
            List<String> values = strings(
                    evaluate(expression, variable, "extra claim expression"),
                    "oidc: error evaluating extra claim expression: " + expression.text() + ": ");
            if (!values.isEmpty()) {
                extra.put(fact.getKey(), values);
            }
        }
        return extra;
    }

    private static @Nullable Object evaluate(Expression expression, Claims variable, String what) throws InvalidToken {
        try {
            return expression.evaluate(variable);
        } catch (Expression.NoValue e) {
            throw new InvalidToken("oidc: error evaluating " + what + ": " + e.getMessage());
        }
    }

    /** A string or a list of strings, without empty ones; null is none. */
    private static List<String> strings(@Nullable Object value, String where) throws InvalidToken {
        List<String> strings = new ArrayList<>();
        switch (value) {
            case null -> {
                return strings;
            }
            case String text -> strings.add(text);
            case List<?> list -> {
                for (Object item : list) {
                    if (!(item instanceof String text)) {
                        throw new InvalidToken(where + "expression must return a string or a list of strings");
                    }
                    strings.add(text);
                }
            }
            default -> throw new InvalidToken(where + "expression must return a string or a list of strings");
        }
        strings.removeIf(String::isEmpty);
        return strings;
    }

    private void requireClaims(MapValue claims) throws InvalidToken {
        for (Issuer.ClaimRule rule : issuer.claimRules()) {
            if (rule.claim().isEmpty()) {
                continue;
            }
            if (!claims.has(rule.claim())) {
                throw new InvalidToken("oidc: required claim " + rule.claim() + " not present in ID token");
            }
            String value = text(claims, rule.claim(), "oidc: parse claim " + rule.claim() + ": ");
            if (!value.equals(rule.requiredValue())) {
                throw new InvalidToken("oidc: required claim " + rule.claim() + " value does not match. Got = " + value
                        + ", want = " + rule.requiredValue());
            }
        }
    }

    private static void hold(List<Expressions.Rule> rules, Claims variable, String what) throws InvalidToken {
        for (Expressions.Rule rule : rules) {
            if (!Boolean.TRUE.equals(evaluate(rule.expression(), variable, what))) {
                throw new InvalidToken("oidc: error evaluating " + what + ": validation expression '"
                        + rule.expression().text() + "' failed: " + rule.message());
            }
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
