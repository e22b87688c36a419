package dev.proa.server.flowcontrol;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.UserInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A FlowSchema, read once: which requests it is about, which priority level they have, and how they are told into flows. Immutable.
 *
 * @param uid empty when it is no object
 * @param distinguisher {@code ByUser}, {@code ByNamespace}, or empty when all its requests are one flow
 */
record FlowSchema(String name, String uid, long precedence, String level, String distinguisher, List<Rule> rules) {
    /** The order in which they are tried. */
    static final Comparator<FlowSchema> ORDER =
            Comparator.comparingLong(FlowSchema::precedence).thenComparing(FlowSchema::name);

    private static final String ACCOUNT = "system:serviceaccount:";

    static FlowSchema of(MapValue object) {
        MapValue spec = object.map("spec");
        List<Rule> rules = new ArrayList<>();
        ListValue list = spec.list("rules");
        for (int i = 0; i < list.size(); i++) {
            rules.add(Rule.of(list.map(i)));
        }
        MapValue metadata = object.map("metadata");
        return new FlowSchema(
                metadata.string("name"),
                metadata.string("uid"),
                spec.integer("matchingPrecedence", 0),
                spec.map("priorityLevelConfiguration").string("name"),
                spec.map("distinguisherMethod").string("type"),
                List.copyOf(rules));
    }

    boolean matches(UserInfo user, AuthorizationAttributes request) {
        for (Rule rule : rules) {
            if (rule.matches(user, request)) {
                return true;
            }
        }
        return false;
    }

    /** What tells the flow of a request from the others of this schema. */
    String flow(UserInfo user, AuthorizationAttributes request) {
        return switch (distinguisher) {
            case "ByUser" -> user.name();
            case "ByNamespace" -> request.namespace();
            default -> "";
        };
    }

    /** Requests of some subjects for some things. */
    record Rule(List<Subject> subjects, List<Resources> resources, List<Paths> paths) {
        static Rule of(MapValue rule) {
            List<Subject> subjects = new ArrayList<>();
            ListValue list = rule.list("subjects");
            for (int i = 0; i < list.size(); i++) {
                subjects.add(Subject.of(list.map(i)));
            }
            List<Resources> resources = new ArrayList<>();
            ListValue resourceRules = rule.list("resourceRules");
            for (int i = 0; i < resourceRules.size(); i++) {
                resources.add(Resources.of(resourceRules.map(i)));
            }
            List<Paths> paths = new ArrayList<>();
            ListValue pathRules = rule.list("nonResourceRules");
            for (int i = 0; i < pathRules.size(); i++) {
                paths.add(Paths.of(pathRules.map(i)));
            }
            return new Rule(List.copyOf(subjects), List.copyOf(resources), List.copyOf(paths));
        }

        boolean matches(UserInfo user, AuthorizationAttributes request) {
            return subjects.stream().anyMatch(subject -> subject.matches(user))
                    && (request.isResource()
                            ? resources.stream().anyMatch(rule -> rule.matches(request))
                            : paths.stream().anyMatch(rule -> rule.matches(request)));
        }
    }

    /**
     * Who makes requests.
     *
     * @param kind User, Group or ServiceAccount
     * @param name {@code *} for all
     * @param namespace of a service account
     */
    record Subject(String kind, String name, String namespace) {
        static Subject of(MapValue subject) {
            String kind = subject.string("kind");
            MapValue who = switch (kind) {
                case "User" -> subject.map("user");
                case "Group" -> subject.map("group");
                default -> subject.map("serviceAccount");
            };
            return new Subject(kind, who.string("name"), who.string("namespace"));
        }

        boolean matches(UserInfo user) {
            boolean all = name.equals("*");
            return switch (kind) {
                case "User" -> all || name.equals(user.name());
                case "Group" -> all || user.in(name);
                case "ServiceAccount" -> {
                    String prefix = ACCOUNT + namespace + ":";
                    yield all
                            ? user.name().startsWith(prefix)
                            : user.name().length() == prefix.length() + name.length()
                                    && user.name().startsWith(prefix)
                                    && user.name().endsWith(name);
                }
                default -> false;
            };
        }
    }

    /** Requests for resources. */
    record Resources(
            List<String> verbs, List<String> groups, List<String> resources, List<String> namespaces, boolean cluster) {
        static Resources of(MapValue rule) {
            return new Resources(
                    texts(rule.list("verbs")),
                    texts(rule.list("apiGroups")),
                    texts(rule.list("resources")),
                    texts(rule.list("namespaces")),
                    rule.bool("clusterScope"));
        }

        boolean matches(AuthorizationAttributes request) {
            return has(verbs, request.verb())
                    && has(resources, request.resourceAndSubresource())
                    && has(groups, request.group())
                    && (request.namespace().isEmpty() ? cluster : has(namespaces, request.namespace()));
        }
    }

    /** Requests for paths that are no resources. */
    record Paths(List<String> verbs, List<String> urls) {
        static Paths of(MapValue rule) {
            return new Paths(texts(rule.list("verbs")), texts(rule.list("nonResourceURLs")));
        }

        boolean matches(AuthorizationAttributes request) {
            return has(verbs, request.verb()) && urls.stream().anyMatch(url -> isBelow(request.path(), url));
        }

        private static boolean isBelow(String path, String url) {
            if (url.equals("*") || url.equals(path)) {
                return true;
            }
            String prefix = url.endsWith("*") ? url.substring(0, url.length() - 1) : url;
            return path.startsWith(prefix.endsWith("/") ? prefix : prefix + "/");
        }
    }

    private static List<String> texts(ListValue list) {
        return list.stream().map(String::valueOf).toList();
    }

    private static boolean has(List<String> list, String text) {
        return list.size() == 1 && list.getFirst().equals("*") || list.contains(text);
    }
}
