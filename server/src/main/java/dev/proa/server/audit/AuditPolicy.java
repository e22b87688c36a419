package dev.proa.server.audit;

import dev.proa.server.audit.AuditEvent.Stage;
import dev.proa.server.auth.AuthorizationAttributes;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is put on record of which requests: {@code audit.k8s.io/v1 Policy}. The first rule that matches a request counts; of one that matches no
 * rule nothing is.
 *
 * @param omitStages of no request an event is made of these stages
 * @param omitManagedFields whether objects are put on record without {@code metadata.managedFields}, unless a rule says otherwise
 */
public record AuditPolicy(List<Rule> rules, Set<Stage> omitStages, boolean omitManagedFields) {
    /** All requests at level Metadata. */
    public static final AuditPolicy METADATA = of(Level.METADATA);

    public AuditPolicy {
        omitStages = Set.copyOf(omitStages);
        Set<Stage> everywhere = omitStages;
        rules = rules.stream().map(rule -> rule.omitting(everywhere)).toList();
    }

    /** All requests at one level. */
    public static AuditPolicy of(Level level) {
        return new AuditPolicy(
                List.of(new Rule(level, Set.of(), Set.of(), Set.of(), List.of(), Set.of(), List.of(), Set.of(), null)),
                Set.of(),
                false);
    }

    /**
     * The level of some requests. Of each field that is not empty one entry must match.
     *
     * @param userGroups the user is in one of them
     * @param namespaces the empty one is that of resources without namespaces
     * @param nonResourceUrls paths; {@code *} at the end stands for any rest
     * @param omitManagedFields null for that of the policy
     */
    public record Rule(
            Level level,
            Set<String> users,
            Set<String> userGroups,
            Set<String> verbs,
            List<GroupResources> resources,
            Set<String> namespaces,
            List<String> nonResourceUrls,
            Set<Stage> omitStages,
            @Nullable Boolean omitManagedFields) {
        public Rule {
            users = Set.copyOf(users);
            userGroups = Set.copyOf(userGroups);
            verbs = Set.copyOf(verbs);
            resources = List.copyOf(resources);
            namespaces = Set.copyOf(namespaces);
            nonResourceUrls = List.copyOf(nonResourceUrls);
            omitStages = Set.copyOf(omitStages);
        }

        private Rule omitting(Set<Stage> others) {
            if (omitStages.containsAll(others)) {
                return this;
            }
            Set<Stage> all = EnumSet.copyOf(others);
            all.addAll(omitStages);
            return new Rule(
                    level, users, userGroups, verbs, resources, namespaces, nonResourceUrls, all, omitManagedFields);
        }

        private boolean matches(AuthorizationAttributes request, boolean hasUser) {
            if (!users.isEmpty() && !(hasUser && users.contains(request.user().name()))) {
                return false;
            }
            if (!userGroups.isEmpty()
                    && !(hasUser && request.user().groups().stream().anyMatch(userGroups::contains))) {
                return false;
            }
            if (!verbs.isEmpty() && !verbs.contains(request.verb())) {
                return false;
            }
            if (!namespaces.isEmpty() || !resources.isEmpty()) {
                return request.isResource()
                        && (namespaces.isEmpty() || namespaces.contains(request.namespace()))
                        && (resources.isEmpty() || resources.stream().anyMatch(some -> some.matches(request)));
            }
            return nonResourceUrls.isEmpty()
                    || !request.isResource()
                            && nonResourceUrls.stream().anyMatch(pattern -> matches(pattern, request.path()));
        }

        private static boolean matches(String pattern, String path) {
            if (pattern.equals("*") || pattern.equals(path)) {
                return true;
            }
            return pattern.endsWith("*") && path.startsWith(pattern.substring(0, pattern.indexOf('*')));
        }
    }

    /**
     * Resources of a group.
     *
     * @param group empty for the core group, {@code *} for all
     * @param resources such as {@code pods}, {@code pods/log}, {@code pods/*}, {@code *}{@code /scale} or {@code *}; empty for all
     * @param resourceNames of objects; empty for all
     */
    public record GroupResources(String group, List<String> resources, Set<String> resourceNames) {
        public GroupResources {
            resources = List.copyOf(resources);
            resourceNames = Set.copyOf(resourceNames);
        }

        private boolean matches(AuthorizationAttributes request) {
            if (!group.equals("*") && !group.equals(request.group())) {
                return false;
            }
            return resources.isEmpty()
                    || (resourceNames.isEmpty() || resourceNames.contains(request.name()))
                            && resources.stream().anyMatch(resource -> matches(resource, request));
        }

        private static boolean matches(String resource, AuthorizationAttributes request) {
            return resource.equals("*")
                    || resource.equals(request.resourceAndSubresource())
                    || !request.subresource().isEmpty() && resource.equals("*/" + request.subresource())
                    || resource.endsWith("/*")
                            && resource.length() == request.resource().length() + 2
                            && resource.startsWith(request.resource());
        }
    }

    /**
     * What is put on record of a request.
     *
     * @param omitStages no event is made of these stages
     * @param omitManagedFields whether objects are put on record without {@code metadata.managedFields}
     */
    public record Verdict(Level level, Set<Stage> omitStages, boolean omitManagedFields) {}

    /**
     * What is put on record of a request.
     *
     * @param hasUser false when nobody was authenticated; no user and no group matches then
     */
    public Verdict of(AuthorizationAttributes request, boolean hasUser) {
        for (Rule rule : rules) {
            if (rule.matches(request, hasUser)) {
                Boolean omit = rule.omitManagedFields();
                return new Verdict(rule.level(), rule.omitStages(), omit == null ? omitManagedFields : omit);
            }
        }
        return new Verdict(Level.NONE, omitStages, omitManagedFields);
    }
}
