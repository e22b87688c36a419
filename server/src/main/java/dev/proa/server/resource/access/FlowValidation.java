package dev.proa.server.resource.access;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Validates the resources of the group {@code flowcontrol.apiserver.k8s.io}. */
final class FlowValidation {
    private static final String[] VERBS = {
        "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"
    };
    private static final String[] KINDS = {"Group", "ServiceAccount", "User"};
    /** The number of hash bits from which shuffle sharding deals a hand of queues. */
    private static final int HASH_BITS = 60;

    private FlowValidation() {}

    static void schema(MapValue schema, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(schema, "spec", errors);
        long precedence = spec.number("matchingPrecedence");
        if (precedence <= 0) {
            errors.invalid(spec.at("matchingPrecedence"), precedence, "must be a positive value");
        } else if (precedence > 10_000) {
            spec.invalid("matchingPrecedence", "must not be greater than 10000");
        } else if (precedence == 1 && !schema.map("metadata").string("name").equals("exempt")) {
            spec.invalid("matchingPrecedence", "only the schema named 'exempt' may have matchingPrecedence 1");
        }
        spec.in("distinguisherMethod", method -> {
            String type = method.text("type");
            if (!type.equals("ByNamespace") && !type.equals("ByUser")) {
                errors.notSupported(method.at("type"), method.map, "ByNamespace", "ByUser");
            }
        });
        Fields level = spec.in("priorityLevelConfiguration");
        if (level.required("name", "must reference a priority level")) {
            level.form("name", Formats::dnsSubdomain);
        }
        spec.each("rules", rule -> {
            rule.requiredValue("subjects", "subjects must contain at least one value");
            rule.each("subjects", FlowValidation::subject);
            if (rule.map.list("resourceRules").isEmpty()
                    && rule.map.list("nonResourceRules").isEmpty()) {
                errors.required(rule.path, "at least one of resourceRules and nonResourceRules has to be non-empty");
            }
            rule.each("resourceRules", FlowValidation::resourceRule);
            rule.each("nonResourceRules", FlowValidation::nonResourceRule);
        });
    }

    private static void subject(Fields subject) {
        String kind = subject.text("kind");
        if (!java.util.List.of(KINDS).contains(kind)) {
            subject.oneOf("kind", KINDS);
            return;
        }
        String own = kind.equals("ServiceAccount") ? "serviceAccount" : kind.toLowerCase(Locale.ROOT);
        if (!subject.has(own)) {
            subject.errors.required(subject.at(own), own + " is required when subject kind is '" + kind + "'");
        } else if (kind.equals("ServiceAccount")) {
            Fields account = subject.in(own);
            if (account.required("name") && !account.text("name").equals("*")) {
                account.form("name", Formats::dnsSubdomain);
            }
            if (account.required("namespace", "must specify namespace for service account")) {
                account.form("namespace", Formats::dnsLabel);
            }
        } else {
            subject.in(own).required("name");
        }
        for (String other : KINDS) {
            String field = other.equals("ServiceAccount") ? "serviceAccount" : other.toLowerCase(Locale.ROOT);
            if (!other.equals(kind) && subject.has(field)) {
                subject.forbidden(field, field + " is forbidden when subject kind is not '" + other + "'");
            }
        }
    }

    private static void verbs(Fields rule) {
        ListValue verbs = rule.map.list("verbs");
        if (verbs.isEmpty()) {
            rule.errors.required(rule.at("verbs"), "verbs must contain at least one value");
        } else if (!alone(rule, "verbs", "verbs") && !verbs.stream().allMatch(java.util.List.of(VERBS)::contains)) {
            rule.errors.notSupported(rule.at("verbs"), verbs, VERBS);
        }
    }

    /** Validates that a list with the wildcard has no other item; returns whether it has the wildcard. */
    private static boolean alone(Fields rule, String name, String what) {
        ListValue list = rule.map.list(name);
        if (list.contains("*") && list.size() > 1) {
            rule.invalid(name, "if '*' is present, must not specify other " + what);
        }
        return list.contains("*");
    }

    private static void resourceRule(Fields rule) {
        verbs(rule);
        if (rule.requiredValue("apiGroups", "resource rules must supply at least one api group")) {
            alone(rule, "apiGroups", "api groups");
        }
        if (rule.requiredValue("resources", "resource rules must supply at least one resource")) {
            alone(rule, "resources", "resources");
        }
        if (rule.map.list("namespaces").isEmpty() && !rule.map.bool("clusterScope")) {
            rule.errors.required(
                    rule.at("namespaces"),
                    "resource rules that are not cluster scoped must supply at least one namespace");
        } else if (!alone(rule, "namespaces", "namespaces")) {
            rule.eachText("namespaces", (namespace, path) -> {
                for (String wrong : Formats.dnsLabel(namespace)) {
                    rule.errors.invalid(
                            path, namespace, "each member of this list must be '*' or a DNS-1123 label; " + wrong);
                }
            });
        }
    }

    private static void nonResourceRule(Fields rule) {
        verbs(rule);
        if (rule.requiredValue("nonResourceURLs", "nonResourceURLs must contain at least one value")
                && !alone(rule, "nonResourceURLs", "non-resource URLs")) {
            rule.eachText("nonResourceURLs", (url, path) -> {
                String wrong = wrongPath(url);
                if (wrong != null) {
                    rule.errors.invalid(path, url, wrong);
                }
            });
        }
    }

    private static @Nullable String wrongPath(String path) {
        int star = path.indexOf('*');
        if (path.isEmpty()) {
            return "must not be empty";
        } else if (path.equals("/")) {
            return null;
        } else if (!path.startsWith("/")) {
            return "must start with slash";
        } else if (path.contains(" ")) {
            return "must not contain white-space";
        } else if (path.contains("//")) {
            return "must not contain double slash";
        }
        return star >= 0 && (star != path.length() - 1 || !path.endsWith("/*"))
                ? "wildcard can only do suffix matching"
                : null;
    }

    static void level(MapValue level, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(level, "spec", errors);
        String type = spec.text("type");
        if (level.map("metadata").string("name").equals("exempt") != type.equals("Exempt")) {
            errors.invalid(spec.at("type"), type, "must be 'Exempt' if and only if `name` is 'exempt'");
        }
        switch (type) {
            case "Exempt" -> {
                if (spec.has("limited")) {
                    spec.forbidden("limited", "must be nil if the type is not Limited");
                }
                spec.in("exempt", FlowValidation::shares);
            }
            case "Limited" -> {
                if (spec.has("exempt")) {
                    spec.forbidden("exempt", "must be nil if the type is Limited");
                }
                if (spec.has("limited")) {
                    limited(spec.in("limited"));
                } else {
                    errors.required(spec.at("limited"), "must not be empty when type is Limited");
                }
            }
            default -> spec.requiredOneOf("type", "Exempt", "Limited");
        }
    }

    private static void shares(Fields level) {
        if (level.number("nominalConcurrencyShares") < 0) {
            level.invalid("nominalConcurrencyShares", "must be a non-negative integer");
        }
        level.between("lendablePercent", 0, 100);
    }

    private static void limited(Fields limited) {
        shares(limited);
        if (limited.number("borrowingLimitPercent") < 0) {
            limited.invalid("borrowingLimitPercent", "if specified, must be a non-negative integer");
        }
        Fields response = limited.in("limitResponse");
        switch (response.text("type")) {
            case "Reject" -> {
                if (response.has("queuing")) {
                    response.forbidden("queuing", "must be nil if limited.limitResponse.type is not Limited");
                }
            }
            case "Queue" -> {
                if (response.has("queuing")) {
                    queuing(response.in("queuing"));
                } else {
                    response.errors.required(
                            response.at("queuing"), "must not be empty if limited.limitResponse.type is Limited");
                }
            }
            default -> response.requiredOneOf("type", "Queue", "Reject");
        }
    }

    private static void queuing(Fields queuing) {
        long queues = queuing.number("queues");
        long hand = queuing.number("handSize");
        for (String name : new String[] {"queueLengthLimit", "queues", "handSize"}) {
            if (queuing.number(name) <= 0) {
                queuing.errors.invalid(queuing.at(name), queuing.number(name), "must be positive");
            }
        }
        if (queues > 10_000_000) {
            queuing.invalid("queues", "must not be greater than 10000000");
        }
        if (hand > queues) {
            queuing.invalid("handSize", "should not be greater than queues (" + queues + ")");
        } else if (hand > 0) {
            int bits = bits(queues, hand);
            if (bits > HASH_BITS) {
                queuing.invalid(
                        "handSize",
                        "required entropy bits of deckSize " + queues + " and handSize " + hand
                                + " should not be greater than " + HASH_BITS);
            }
        }
    }

    private static int bits(long deck, long hand) {
        return (int) Math.ceil(Math.log(deck) / Math.log(2) * hand);
    }
}
