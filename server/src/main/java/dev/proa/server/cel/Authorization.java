package dev.proa.server.cel;

import dev.proa.api.selector.FieldSelector;
import dev.proa.api.selector.LabelSelector;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.validation.Formats;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Questions to the authorizer: what a user, or a service account, may do. */
public final class Authorization {
    private Authorization() {}

    private static CelType type(String name) {
        return CelType.parse("kubernetes.authorization." + name);
    }

    /** The type of the variable {@code authorizer}. */
    public static final CelType AUTHORIZER = type("Authorizer");

    /** The type of the variable {@code authorizer.requestResource}. */
    public static final CelType RESOURCE_CHECK = type("ResourceCheck");

    private static final CelType PATH_CHECK = type("PathCheck");
    private static final CelType GROUP_CHECK = type("GroupCheck");
    private static final CelType DECISION = type("Decision");

    /** The value of the variable {@code authorizer}. */
    public static Object authorizer(Authorizer authorizer, UserInfo user) {
        return new Asked(authorizer, user);
    }

    /** The value of the variable {@code authorizer.requestResource}. */
    public static Object resource(
            Authorizer authorizer,
            UserInfo user,
            String group,
            String resource,
            String subresource,
            String namespace,
            String name) {
        return new ResourceCheck(new Asked(authorizer, user), group, resource, subresource, namespace, name, "", "");
    }

    private record Asked(Authorizer authorizer, UserInfo user) implements Opaque {
        @Override
        public CelType type() {
            return AUTHORIZER;
        }
    }

    private record PathCheck(Asked asked, String path) implements Opaque {
        @Override
        public CelType type() {
            return PATH_CHECK;
        }

        Decision check(String verb) {
            return Decision.of(asked.authorizer.authorize(AuthorizationAttributes.ofPath(asked.user, verb, path)));
        }
    }

    private record GroupCheck(Asked asked, String group) implements Opaque {
        @Override
        public CelType type() {
            return GROUP_CHECK;
        }
    }

    private record ResourceCheck(
            Asked asked,
            String group,
            String resource,
            String subresource,
            String namespace,
            String name,
            String fieldSelector,
            String labelSelector)
            implements Opaque {
        @Override
        public CelType type() {
            return RESOURCE_CHECK;
        }

        ResourceCheck with(String what, String value) {
            return new ResourceCheck(
                    asked,
                    group,
                    resource,
                    what.equals("subresource") ? value : subresource,
                    what.equals("namespace") ? value : namespace,
                    what.equals("name") ? value : name,
                    what.equals("fieldSelector") ? value : fieldSelector,
                    what.equals("labelSelector") ? value : labelSelector);
        }

        Decision check(String verb) {
            return Decision.of(asked.authorizer.authorize(new AuthorizationAttributes(
                    asked.user, verb, group, "*", resource, subresource, namespace, name, "", fields(), labels())));
        }

        private LabelSelector labels() {
            try {
                return LabelSelector.parse(labelSelector);
            } catch (IllegalArgumentException e) {
                return LabelSelector.EVERYTHING;
            }
        }

        /** A selector that cannot be read selects everything, which asks for more. */
        private FieldSelector fields() {
            try {
                return fieldSelector.isEmpty() ? FieldSelector.EVERYTHING : FieldSelector.parse(fieldSelector);
            } catch (IllegalArgumentException e) {
                return FieldSelector.EVERYTHING;
            }
        }
    }

    private record Decision(boolean allowed, String reason, String error) implements Opaque {
        @Override
        public CelType type() {
            return DECISION;
        }

        static Decision of(Authorizer.Decision decision) {
            return new Decision(decision.allowed(), decision.reason(), decision.error());
        }
    }

    static @Nullable Function find(String name) {
        return switch (name) {
            case "path" -> args -> path(of(Asked.class, args[0]), Strings.text(args[1]));
            case "group" -> args -> new GroupCheck(of(Asked.class, args[0]), Strings.text(args[1]));
            case "serviceAccount" ->
                args -> serviceAccount(of(Asked.class, args[0]), Strings.text(args[1]), Strings.text(args[2]));
            case "resource" ->
                args -> {
                    GroupCheck group = of(GroupCheck.class, args[0]);
                    String resource = Strings.text(args[1]);
                    if (resource.isBlank()) {
                        throw new EvaluationException("resource must not be empty");
                    }
                    return new ResourceCheck(group.asked, group.group, resource, "", "", "", "", "");
                };
            case "subresource", "namespace", "name", "fieldSelector", "labelSelector" ->
                args -> of(ResourceCheck.class, args[0]).with(name, Strings.text(args[1]));
            case "check" ->
                args -> args[0] instanceof PathCheck check
                        ? check.check(Strings.text(args[1]))
                        : of(ResourceCheck.class, args[0]).check(Strings.text(args[1]));
            case "allowed" -> args -> of(Decision.class, args[0]).allowed();
            case "reason" -> args -> of(Decision.class, args[0]).reason();
            case "errored" -> args -> !of(Decision.class, args[0]).error().isEmpty();
            case "error" -> args -> of(Decision.class, args[0]).error();
            default -> null;
        };
    }

    private static <T> T of(Class<T> type, @Nullable Object value) {
        if (!type.isInstance(value)) {
            throw EvaluationException.noSuchOverload();
        }
        return type.cast(value);
    }

    private static PathCheck path(Asked asked, String path) {
        if (path.isBlank()) {
            throw new EvaluationException("path must not be empty");
        }
        return new PathCheck(asked, path);
    }

    private static Asked serviceAccount(Asked asked, String namespace, String name) {
        if (!Formats.dnsSubdomain(name).isEmpty()) {
            throw new EvaluationException("Invalid service account name");
        }
        if (!Formats.dnsLabel(namespace).isEmpty()) {
            throw new EvaluationException("Invalid service account namespace");
        }
        UserInfo account = UserInfo.of(
                "system:serviceaccount:" + namespace + ":" + name,
                List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace));
        return new Asked(asked.authorizer, account);
    }
}
