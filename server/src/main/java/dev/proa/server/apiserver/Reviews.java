package dev.proa.server.apiserver;

import dev.proa.api.resource.ResourceType;
import dev.proa.api.selector.FieldSelector;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.NodeIdentity;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.authorization.rbac.PolicyRule;
import dev.proa.server.authorization.rbac.RbacAuthorizer;
import dev.proa.server.authorization.rbac.RbacAuthorizer.Granted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Serves review resources ({@code authentication.k8s.io}, {@code authorization.k8s.io}): they are created, answered
 * in their status, and never stored.
 */
final class Reviews {
    private static final Set<String> PLURALS = Set.of(
            "tokenreviews",
            "selfsubjectreviews",
            "subjectaccessreviews",
            "localsubjectaccessreviews",
            "selfsubjectaccessreviews",
            "selfsubjectrulesreviews");

    private final AdmissionStage admission;
    private final Authorizer authorizer;
    private final RbacAuthorizer roles;
    private final ObjectDecoder decoder;
    private final TokenReviews tokens;

    Reviews(
            AdmissionStage admission,
            Authorizer authorizer,
            RbacAuthorizer roles,
            ObjectDecoder decoder,
            TokenReviews tokens) {
        this.admission = admission;
        this.authorizer = authorizer;
        this.roles = roles;
        this.decoder = decoder;
        this.tokens = tokens;
    }

    static boolean isReview(ResourceType type) {
        return PLURALS.contains(type.plural()) && type.group().startsWith("auth");
    }

    ApiResponse answer(Call call) {
        MapValue decoded = decoder.decode(call);
        MapValue review =
                admission.admit(admission.create(call, decoded.map("metadata").string("name"), decoded));
        MapValue spec = review.map("spec");
        MapValue status = switch (call.endpoint.plural()) {
            case "tokenreviews" -> tokens.status(spec);
            case "selfsubjectreviews" ->
                MapValue.of("userInfo", call.request.user().toValue());
            case "selfsubjectaccessreviews" -> access(call, review, call.request.user());
            case "selfsubjectrulesreviews" -> rules(call, spec);
            default -> access(call, review, subject(spec));
        };
        MapValue metadata = review.map("metadata");
        if (call.endpoint.plural().startsWith("self")) {
            metadata = metadata.with("creationTimestamp", Times.format(call.now));
        }
        return call.answer(201, review.with("metadata", metadata).with("status", status));
    }

    private MapValue access(Call call, MapValue review, UserInfo user) {
        MapValue spec = review.map("spec");
        boolean resource = spec.has("resourceAttributes");
        validate(call, spec);
        MapValue asked = spec.map(resource ? "resourceAttributes" : "nonResourceAttributes");
        AuthorizationAttributes attributes = resource
                ? new AuthorizationAttributes(
                        user,
                        asked.string("verb"),
                        asked.string("group"),
                        asked.string("version"),
                        asked.string("resource"),
                        asked.string("subresource"),
                        asked.string("namespace"),
                        asked.string("name"),
                        "",
                        fields(asked.map("fieldSelector")))
                : AuthorizationAttributes.ofPath(user, asked.string("verb"), asked.string("path"));
        Authorizer.Decision decision = authorizer.authorize(attributes);
        MapValue.Builder status = MapValue.builder(2).put("allowed", decision.allowed());
        if (decision.verdict() == Authorizer.Verdict.DENY) {
            status.put("denied", true);
        }
        if (!decision.reason().isEmpty()) {
            status.put("reason", decision.reason());
        }
        return status.build();
    }

    private static void validate(Call call, MapValue spec) {
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
        if (call.endpoint.plural().endsWith("subjectaccessreviews")
                && !call.endpoint.plural().startsWith("self")
                && spec.string("user").isEmpty()
                && spec.list("groups").isEmpty()) {
            errors.add(FieldError.invalid("spec.user", "", "at least one of user or group must be specified"));
        }
        for (String name : new String[] {"fieldSelector", "labelSelector"}) {
            if (spec.map("resourceAttributes").get(name) instanceof MapValue selector) {
                selector("spec.resourceAttributes." + name, selector, errors);
            }
        }
        String namespace = spec.map("resourceAttributes").string("namespace");
        if (local && resource && !namespace.equals(call.info.namespace())) {
            errors.add(FieldError.invalid(
                    "spec.resourceAttributes.namespace", namespace, "must match metadata.namespace"));
        }
        if (local && path != null) {
            errors.add(FieldError.invalid("spec.nonResourceAttributes", path, "disallowed on this kind of request"));
        }
        if (!errors.isEmpty()) {
            throw StatusException.invalid(call.endpoint.kindResource(), "", errors);
        }
    }

    private static void selector(String path, MapValue selector, List<FieldError> errors) {
        boolean raw = !selector.string("rawSelector").isEmpty();
        boolean requirements = !selector.list("requirements").isEmpty();
        if (raw && requirements) {
            errors.add(FieldError.invalid(
                    path + ".rawSelector",
                    selector.string("rawSelector"),
                    "may not specified at the same time as requirements"));
        } else if (!raw && !requirements) {
            errors.add(FieldError.required(
                    path + ".requirements", "when " + path + " is specified, requirements or rawSelector is required"));
        }
    }

    /** The terms of a selector in either of its forms that ask for one value; others say less than they could. */
    private static FieldSelector fields(MapValue selector) {
        if (!selector.string("rawSelector").isEmpty()) {
            try {
                return FieldSelector.parse(selector.string("rawSelector"));
            } catch (IllegalArgumentException e) {
                return FieldSelector.EVERYTHING;
            }
        }
        List<FieldSelector.Term> terms = new ArrayList<>();
        ListValue requirements = selector.list("requirements");
        for (int i = 0; i < requirements.size(); i++) {
            MapValue requirement = requirements.map(i);
            List<String> values = strings(requirement.list("values"));
            if (requirement.string("operator").equals("In") && values.size() == 1) {
                terms.add(new FieldSelector.Term(requirement.string("key"), true, values.getFirst()));
            }
        }
        return new FieldSelector(terms);
    }

    private static UserInfo subject(MapValue spec) {
        String name = spec.string("user");
        List<String> groups = strings(spec.list("groups"));
        Map<String, List<String>> extra = new TreeMap<>();
        spec.map("extra").forEach(entry -> {
            if (entry.getValue() instanceof ListValue values) {
                extra.put(entry.getKey(), strings(values));
            }
        });
        return new UserInfo(name, spec.string("uid"), groups, extra);
    }

    /** The rules of a user, as far as they can be listed. */
    private MapValue rules(Call call, MapValue spec) {
        if (spec.string("namespace").isEmpty()) {
            throw StatusException.badRequest("no namespace on request");
        }
        UserInfo user = call.request.user();
        boolean node = NodeIdentity.nodeOf(user) != null;
        Granted granted = roles.granted(user, spec.string("namespace"));
        ListValue resources = ListValue.EMPTY;
        ListValue paths = ListValue.EMPTY;
        for (PolicyRule rule : granted.rules()) {
            MapValue value = rule.toValue();
            if (!rule.resources().isEmpty()) {
                resources = resources.plus(value.without("nonResourceURLs"));
            }
            if (!rule.nonResourceUrls().isEmpty()) {
                paths = paths.plus(
                        MapValue.of("nonResourceURLs", value.list("nonResourceURLs"), "verbs", value.list("verbs")));
            }
        }
        List<String> errors = new ArrayList<>();
        if (node) {
            errors.add("node authorizer does not support user rule resolution");
        }
        granted.missing().forEach(role -> errors.add(role.message()));
        MapValue status = MapValue.of("incomplete", node, "nonResourceRules", paths, "resourceRules", resources);
        return errors.isEmpty() ? status : status.with("evaluationError", RbacAuthorizer.errors(errors));
    }

    static List<String> strings(ListValue list) {
        List<String> strings = new ArrayList<>(list.size());
        for (Object item : list) {
            if (item instanceof String text) {
                strings.add(text);
            }
        }
        return strings;
    }
}
