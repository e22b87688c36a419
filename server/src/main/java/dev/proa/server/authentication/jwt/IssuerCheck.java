package dev.proa.server.authentication.jwt;

import dev.proa.api.status.FieldError;
import dev.proa.server.authentication.jwt.Issuer.ClaimRule;
import dev.proa.server.authentication.jwt.Issuer.Fact;
import dev.proa.server.authentication.jwt.Issuer.Mapping;
import dev.proa.server.authentication.jwt.Issuer.UserRule;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Path;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks what an {@link AuthenticationConfiguration} says, and compiles its expressions; errors are those of Kubernetes. For one thread. */
final class IssuerCheck {
    private static final int MOST = 64;

    private final Errors errors = new Errors();
    private final Set<String> disallowed;
    private boolean usesEmail;
    private boolean usesEmailVerified;

    private IssuerCheck(Set<String> disallowed) {
        this.disallowed = disallowed;
    }

    /**
     * The expressions of all issuers, in order.
     *
     * @param disallowed the issuers of service account tokens
     * @throws IllegalArgumentException when something is wrong; the message has all of it
     */
    static List<Expressions> check(AuthenticationConfiguration configuration, Set<String> disallowed) {
        IssuerCheck check = new IssuerCheck(disallowed);
        List<Expressions> all = new ArrayList<>();
        Path root = Path.of("jwt");
        List<Issuer> issuers = configuration.issuers();
        if (issuers.size() > MOST) {
            check.errors.tooMany(root, issuers.size(), MOST);
        } else {
            Set<String> urls = new HashSet<>();
            Set<String> discoveries = new HashSet<>();
            for (int i = 0; i < issuers.size(); i++) {
                Issuer issuer = issuers.get(i);
                Path path = root.index(i);
                all.add(check.issuer(issuer, path));
                if (!urls.add(issuer.url())) {
                    check.errors.duplicate(path.child("issuer").child("url"), issuer.url());
                }
                if (!issuer.discoveryUrl().isEmpty() && !discoveries.add(issuer.discoveryUrl())) {
                    check.errors.duplicate(path.child("issuer").child("discoveryURL"), issuer.discoveryUrl());
                }
            }
        }
        configuration.anonymous().ifPresent(anonymous -> {
            if (!anonymous.enabled() && !anonymous.paths().isEmpty()) {
                check.errors.invalidWhole(
                        Path.of("anonymous").child("conditions"),
                        "enabled should be set to true when conditions are defined");
            }
        });
        check.fail();
        return all;
    }

    private void fail() {
        if (errors.isEmpty()) {
            return;
        }
        Set<String> texts = errors.toList().stream()
                .map(error -> error.field() + ": " + error.message())
                .collect(Collectors.toCollection(java.util.LinkedHashSet::new));
        throw new IllegalArgumentException(
                texts.size() == 1 ? texts.iterator().next() : "[" + String.join(", ", texts) + "]");
    }

    private Expressions issuer(Issuer issuer, Path path) {
        usesEmail = false;
        usesEmailVerified = false;
        server(issuer, path.child("issuer"));
        List<Expressions.Rule> claimRules = claimRules(issuer.claimRules(), path.child("claimValidationRules"));
        Path mappings = path.child("claimMappings");
        Expression username = mapping(issuer.username(), mappings.child("username"), true);
        if (username != null) {
            usesEmail = username.usesEmail();
        }
        Expression groups = mapping(issuer.groups(), mappings.child("groups"), false);
        Expression uid = uid(issuer.uid(), mappings.child("uid"));
        Map<String, Expression> extra = extra(issuer.extra(), mappings.child("extra"));
        usesEmailVerified = usesEmailVerified
                || username != null && username.usesEmailVerified()
                || extra.values().stream().anyMatch(Expression::usesEmailVerified);
        if (usesEmail && !usesEmailVerified) {
            errors.invalid(
                    mappings.child("username").child("expression"),
                    issuer.username().expression(),
                    "claims.email_verified must be used in claimMappings.username.expression or"
                            + " claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when"
                            + " claims.email is used in claimMappings.username.expression");
        }
        List<Expressions.Rule> userRules = userRules(issuer.userRules(), path.child("userValidationRules"));
        return new Expressions(username, groups, uid, extra, claimRules, userRules);
    }

    private void server(Issuer issuer, Path path) {
        if (issuer.url().isEmpty()) {
            errors.required(path.child("url"), "");
        } else {
            if (disallowed.contains(issuer.url())) {
                errors.invalid(
                        path.child("url"),
                        issuer.url(),
                        "URL must not overlap with disallowed issuers: [" + String.join(" ", new TreeSet<>(disallowed))
                                + "]");
            }
            url(path.child("url"), issuer.url());
        }
        if (!issuer.discoveryUrl().isEmpty()) {
            if (withoutSlashes(issuer.url()).equals(withoutSlashes(issuer.discoveryUrl()))) {
                errors.invalid(
                        path.child("discoveryURL"), issuer.discoveryUrl(), "discoveryURL must be different from URL");
            }
            url(path.child("discoveryURL"), issuer.discoveryUrl());
        }
        audiences(issuer, path);
        if (!issuer.certificateAuthority().isEmpty()) {
            try {
                IssuerClient.trust(issuer.certificateAuthority());
            } catch (IllegalArgumentException e) {
                errors.invalid(path.child("certificateAuthority"), "<omitted>", String.valueOf(e.getMessage()));
            }
        }
        if (!issuer.egressSelectorType().isEmpty()) {
            errors.invalid(
                    path.child("egressSelectorType"),
                    issuer.egressSelectorType(),
                    "there are no egress selectors here");
        }
    }

    private static String withoutSlashes(String url) {
        return url.replaceAll("/+$", "");
    }

    private void url(Path path, String text) {
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            errors.invalid(path, text, String.valueOf(e.getMessage()));
            return;
        }
        if (!"https".equals(url.getScheme())) {
            errors.invalid(path, text, "URL scheme must be https");
        }
        if (url.getUserInfo() != null) {
            errors.invalid(path, text, "URL must not contain a username or password");
        }
        if (url.getRawQuery() != null && !url.getRawQuery().isEmpty()) {
            errors.invalid(path, text, "URL must not contain a query");
        }
        if (url.getRawFragment() != null && !url.getRawFragment().isEmpty()) {
            errors.invalid(path, text, "URL must not contain a fragment");
        }
    }

    private void audiences(Issuer issuer, Path path) {
        Path audiences = path.child("audiences");
        if (issuer.audiences().isEmpty()) {
            errors.required(audiences, "at least one " + audiences + " is required");
            return;
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < issuer.audiences().size(); i++) {
            String audience = issuer.audiences().get(i);
            if (audience.isEmpty()) {
                errors.required(audiences.index(i), "");
            }
            if (!seen.add(audience)) {
                errors.duplicate(audiences.index(i), audience);
            }
        }
        String policy = issuer.audienceMatchPolicy();
        boolean several = issuer.audiences().size() > 1;
        if (several && !policy.equals("MatchAny")) {
            errors.invalid(
                    path.child("audienceMatchPolicy"),
                    policy,
                    "audienceMatchPolicy must be MatchAny for multiple audiences");
        } else if (!policy.isEmpty() && !policy.equals("MatchAny")) {
            errors.invalid(
                    path.child("audienceMatchPolicy"),
                    policy,
                    "audienceMatchPolicy must be empty or MatchAny for single audience");
        }
    }

    private List<Expressions.Rule> claimRules(List<ClaimRule> rules, Path path) {
        List<Expressions.Rule> compiled = new ArrayList<>();
        Set<String> claims = new HashSet<>();
        Set<String> expressions = new HashSet<>();
        for (int i = 0; i < rules.size(); i++) {
            ClaimRule rule = rules.get(i);
            Path at = path.index(i);
            boolean claim = !rule.claim().isEmpty();
            boolean expression = !rule.expression().isEmpty();
            if (claim && expression) {
                errors.invalid(at, rule.claim(), "claim and expression can't both be set");
            } else if (claim) {
                if (!rule.message().isEmpty()) {
                    errors.invalid(at.child("message"), rule.message(), "may not be specified when claim is set");
                }
                if (!claims.add(rule.claim())) {
                    errors.duplicate(at.child("claim"), rule.claim());
                }
            } else if (expression) {
                if (!rule.requiredValue().isEmpty()) {
                    errors.invalid(
                            at.child("requiredValue"),
                            rule.requiredValue(),
                            "may not be specified when expression is set");
                }
                if (!expressions.add(rule.expression())) {
                    errors.duplicate(at.child("expression"), rule.expression());
                    continue;
                }
                Expression made =
                        compiled(at.child("expression"), rule.expression(), text -> Expression.overClaims(text, true));
                if (made != null) {
                    usesEmailVerified |= made.usesEmailVerified();
                    compiled.add(new Expressions.Rule(made, rule.message()));
                }
            } else {
                errors.required(at, "claim or expression is required");
            }
        }
        return compiled;
    }

    private @Nullable Expression mapping(Mapping mapping, Path path, boolean required) {
        boolean claim = !mapping.claim().isEmpty();
        boolean expression = !mapping.expression().isEmpty();
        if (claim && expression) {
            errors.invalid(path, "", "claim and expression can't both be set");
        } else if (expression) {
            mapping.prefix()
                    .ifPresent(prefix -> errors.invalid(
                            path.child("prefix"), prefix, "may not be specified when expression is set"));
            return compiled(path.child("expression"), mapping.expression(), text -> Expression.overClaims(text, false));
        } else if (claim) {
            if (mapping.prefix().isEmpty()) {
                errors.required(
                        path.child("prefix"),
                        "prefix is required when claim is set. It can be set to an empty string to disable prefixing");
            }
        } else if (required) {
            errors.required(path, "claim or expression is required");
        }
        return null;
    }

    private @Nullable Expression uid(Mapping mapping, Path path) {
        if (mapping.expression().isEmpty()) {
            return null;
        }
        if (!mapping.claim().isEmpty()) {
            errors.invalid(path, "", "claim and expression can't both be set");
            return null;
        }
        return compiled(path.child("expression"), mapping.expression(), text -> Expression.overClaims(text, false));
    }

    private Map<String, Expression> extra(List<Fact> facts, Path path) {
        Map<String, Expression> compiled = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < facts.size(); i++) {
            Fact fact = facts.get(i);
            Path key = path.index(i).child("key");
            Formats.domainPrefixedPath(key, fact.key(), errors);
            if (!fact.key().equals(fact.key().toLowerCase(Locale.ROOT))) {
                errors.invalid(key, fact.key(), "must be lowercase");
            }
            if (isOfKubernetes(fact.key())) {
                errors.invalid(
                        key, fact.key(), "k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use");
            }
            if (!seen.add(fact.key())) {
                errors.duplicate(key, fact.key());
                continue;
            }
            Path value = path.index(i).child("valueExpression");
            if (fact.expression().isEmpty()) {
                errors.required(value, "");
                continue;
            }
            Expression made = compiled(value, fact.expression(), text -> Expression.overClaims(text, false));
            if (made != null) {
                compiled.put(fact.key(), made);
            }
        }
        return compiled;
    }

    private static boolean isOfKubernetes(String key) {
        int slash = key.indexOf('/');
        String domain = "." + (slash < 0 ? "" : key.substring(0, slash));
        return domain.endsWith(".kubernetes.io") || domain.endsWith(".k8s.io");
    }

    private List<Expressions.Rule> userRules(List<UserRule> rules, Path path) {
        List<Expressions.Rule> compiled = new ArrayList<>();
        Set<String> expressions = new HashSet<>();
        for (int i = 0; i < rules.size(); i++) {
            UserRule rule = rules.get(i);
            Path at = path.index(i).child("expression");
            if (rule.expression().isEmpty()) {
                errors.required(at, "");
            } else if (!expressions.add(rule.expression())) {
                errors.duplicate(at, rule.expression());
            } else {
                Expression made = compiled(at, rule.expression(), Expression::overUser);
                if (made != null) {
                    compiled.add(new Expressions.Rule(made, rule.message()));
                }
            }
        }
        return compiled;
    }

    private @Nullable Expression compiled(Path path, String text, Function<String, Expression> compiler) {
        try {
            return compiler.apply(text);
        } catch (IllegalArgumentException e) {
            errors.add(FieldError.invalid(path.toString(), text, String.valueOf(e.getMessage())));
            return null;
        }
    }
}
