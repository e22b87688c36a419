package dev.proa.server.apiserver;

import dev.proa.api.selector.FieldSelector;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.authorization.RuleResolver;
import dev.proa.server.authorization.UserRules;
import dev.proa.server.authorization.rbac.PolicyRule;
import dev.proa.server.authorization.rbac.RbacAuthorizer;
import java.util.ArrayList;
import java.util.List;

/** Answers the reviews of {@code authorization.k8s.io}: whether somebody may do something, and what a user may do. */
final class AccessReviews {
    private final Authorizer authorizer;
    private final RuleResolver rules;

    AccessReviews(Authorizer authorizer, RuleResolver rules) {
        this.authorizer = authorizer;
        this.rules = rules;
    }

    /** The status of a SubjectAccessReview, LocalSubjectAccessReview or SelfSubjectAccessReview about a user. */
    MapValue status(Call call, MapValue review, UserInfo user) {
        MapValue spec = review.map("spec");
        validate(call, review, spec);
        List<String> problems = new ArrayList<>(0);
        AuthorizationAttributes attributes = attributes(user, spec, problems);
        Authorizer.Decision decision = authorizer.authorize(attributes);
        if (!decision.error().isEmpty()) {
            problems.addFirst(decision.error());
        }
        return MapValue.builder(4)
                .put("allowed", decision.allowed())
                .putIfPresent("denied", decision.verdict() == Authorizer.Verdict.DENY ? true : null)
                .putIfPresent("evaluationError", problems.isEmpty() ? null : String.join("; ", problems))
                .putIfPresent("reason", decision.reason().isEmpty() ? null : decision.reason())
                .build();
    }

    private static AuthorizationAttributes attributes(UserInfo user, MapValue spec, List<String> problems) {
        if (!spec.has("resourceAttributes")) {
            MapValue path = spec.map("nonResourceAttributes");
            return AuthorizationAttributes.ofPath(user, path.string("verb"), path.string("path"));
        }
        MapValue asked = spec.map("resourceAttributes");
        ReviewedSelectors.Fields fields = ReviewedSelectors.fields(asked.map("fieldSelector"));
        ReviewedSelectors.Labels labels = ReviewedSelectors.labels(asked.map("labelSelector"));
        FieldSelector byField = fields.selector();
        LabelSelector byLabel = labels.selector();
        ignored("fieldSelector", fields.failed(), byField.isEverything(), problems);
        ignored("labelSelector", labels.failed(), byLabel.isEverything(), problems);
        String version = asked.string("version");
        return new AuthorizationAttributes(
                user,
                asked.string("verb"),
                asked.string("group"),
                version.isEmpty() ? "*" : version,
                asked.string("resource"),
                asked.string("subresource"),
                asked.string("namespace"),
                asked.string("name"),
                "",
                byField,
                byLabel);
    }

    private static void ignored(String selector, boolean failed, boolean all, List<String> problems) {
        if (failed) {
            problems.add(
                    "spec.resourceAttributes." + selector + (all ? "" : " partially") + " ignored due to parse error");
        }
    }

    private static void validate(Call call, MapValue review, MapValue spec) {
        List<FieldError> errors = new ArrayList<>();
        Object path = spec.get("nonResourceAttributes");
        boolean resource = spec.has("resourceAttributes");
        boolean local = call.endpoint.plural().startsWith("local");
        if (resource && path != null) {
            errors.add(FieldError.invalid(
                    "spec.nonResourceAttributes", path, "cannot be specified in combination with resourceAttributes"));
        } else if (!resource && path == null) {
            errors.add(FieldError.invalid(
                    "spec.resourceAttributes",
                    null,
                    "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        }
        if (!call.endpoint.plural().startsWith("self")
                && spec.string("user").isEmpty()
                && spec.list("groups").isEmpty()) {
            errors.add(FieldError.invalid("spec.user", "", "at least one of user or group must be specified"));
        }
        MapValue asked = spec.map("resourceAttributes");
        ReviewedSelectors.validate("fieldSelector", asked, errors);
        ReviewedSelectors.validate("labelSelector", asked, errors);
        if (hasMetadata(review.map("metadata"), local)) {
            errors.add(FieldError.invalid(
                    "metadata",
                    review.map("metadata"),
                    local ? "must be empty except for namespace" : "must be empty"));
        }
        if (local && resource && !asked.string("namespace").equals(call.info.namespace())) {
            errors.add(FieldError.invalid(
                    "spec.resourceAttributes.namespace", asked.string("namespace"), "must match metadata.namespace"));
        }
        if (local && path != null) {
            errors.add(FieldError.invalid("spec.nonResourceAttributes", path, "disallowed on this kind of request"));
        }
        if (!errors.isEmpty()) {
            throw StatusException.invalid(call.endpoint.kindResource(), "", errors);
        }
    }

    private static boolean hasMetadata(MapValue metadata, boolean local) {
        for (var field : metadata) {
            boolean empty = field.getValue() == null || "".equals(field.getValue());
            if (!empty
                    && !field.getKey().equals("managedFields")
                    && !(local && field.getKey().equals("namespace"))) {
                return true;
            }
        }
        return false;
    }

    /** The status of a SelfSubjectRulesReview: the rules of a user, as far as they can be listed. */
    MapValue rules(UserInfo user, MapValue spec) {
        if (spec.string("namespace").isEmpty()) {
            throw StatusException.badRequest("no namespace on request");
        }
        UserRules known = rules.rulesFor(user, spec.string("namespace"));
        ListValue resources = ListValue.EMPTY;
        ListValue paths = ListValue.EMPTY;
        for (PolicyRule rule : known.rules()) {
            MapValue value = rule.toValue();
            if (!rule.resources().isEmpty()) {
                resources = resources.plus(value.without("nonResourceURLs"));
            }
            if (!rule.nonResourceUrls().isEmpty()) {
                paths = paths.plus(
                        MapValue.of("nonResourceURLs", value.list("nonResourceURLs"), "verbs", value.list("verbs")));
            }
        }
        MapValue status =
                MapValue.of("incomplete", known.incomplete(), "nonResourceRules", paths, "resourceRules", resources);
        return known.errors().isEmpty()
                ? status
                : status.with("evaluationError", RbacAuthorizer.errors(known.errors()));
    }
}
