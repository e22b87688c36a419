package dev.proa.server.authorization.webhook;

import dev.proa.api.selector.FieldSelector;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.selector.Requirement;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.UserInfo;
import org.jspecify.annotations.Nullable;

/** What somebody wants to do, as the {@code spec} of a SubjectAccessReview of {@code authorization.k8s.io/v1}. */
final class AccessReviewSpec {
    private AccessReviewSpec() {}

    /** The spec; what is empty is left out. */
    static MapValue of(AuthorizationAttributes asked) {
        MapValue.Builder spec = MapValue.builder(5);
        if (asked.isResource()) {
            spec.put("resourceAttributes", resource(asked));
        } else {
            spec.put("nonResourceAttributes", path(asked));
        }
        UserInfo user = asked.user();
        put(spec, "user", user.name());
        if (!user.groups().isEmpty()) {
            spec.put("groups", ListValue.copyOf(user.groups()));
        }
        if (!user.extra().isEmpty()) {
            spec.put("extra", user.toValue().map("extra"));
        }
        put(spec, "uid", user.uid());
        return spec.build();
    }

    /** A spec of {@code v1} as one of {@code v1beta1}, which has another name for groups. */
    static MapValue beta(MapValue spec) {
        return spec.has("groups") ? spec.without("groups").with("group", spec.list("groups")) : spec;
    }

    private static MapValue path(AuthorizationAttributes asked) {
        MapValue.Builder path = MapValue.builder(2);
        put(path, "path", asked.path());
        put(path, "verb", asked.verb());
        return path.build();
    }

    private static MapValue resource(AuthorizationAttributes asked) {
        MapValue.Builder resource = MapValue.builder(9);
        put(resource, "namespace", asked.namespace());
        put(resource, "verb", asked.verb());
        put(resource, "group", asked.group());
        put(resource, "version", asked.version());
        put(resource, "resource", asked.resource());
        put(resource, "subresource", asked.subresource());
        put(resource, "name", asked.name());
        put(resource, "fieldSelector", fields(asked.fields()));
        put(resource, "labelSelector", labels(asked.labels()));
        return resource.build();
    }

    private static void put(MapValue.Builder object, String name, String value) {
        object.putIfPresent(name, value.isEmpty() ? null : value);
    }

    private static void put(MapValue.Builder object, String name, ListValue requirements) {
        object.putIfPresent(name, requirements.isEmpty() ? null : MapValue.of("requirements", requirements));
    }

    private static ListValue fields(FieldSelector selector) {
        ListValue requirements = ListValue.EMPTY;
        for (FieldSelector.Term term : selector.terms()) {
            requirements = requirements.plus(MapValue.of(
                    "key", term.field(),
                    "operator", term.equal() ? "In" : "NotIn",
                    "values", ListValue.of(term.value())));
        }
        return requirements;
    }

    private static ListValue labels(LabelSelector selector) {
        ListValue requirements = ListValue.EMPTY;
        for (Requirement requirement : selector.requirements()) {
            String operator = operator(requirement.operator());
            if (operator != null) {
                MapValue value = MapValue.of("key", requirement.key(), "operator", operator);
                requirements = requirements.plus(
                        requirement.values().isEmpty()
                                ? value
                                : value.with("values", ListValue.copyOf(requirement.values())));
            }
        }
        return requirements;
    }

    /** Null for operators that reviews do not have; without its requirement more is asked for. */
    private static @Nullable String operator(Requirement.Operator operator) {
        return switch (operator) {
            case EQUALS, DOUBLE_EQUALS, IN -> "In";
            case NOT_EQUALS, NOT_IN -> "NotIn";
            case EXISTS -> "Exists";
            case DOES_NOT_EXIST -> "DoesNotExist";
            case GREATER_THAN, LESS_THAN -> null;
        };
    }
}
