package dev.proa.server.auth;

import java.util.Set;

/** A rule as roles of RBAC have them: allows these verbs on these resources ({@code RESOURCE/SUBRESOURCE}) of these groups. */
record PolicyRule(Set<String> verbs, Set<String> groups, Set<String> resources) {
    static final Set<String> READ = Set.of("get", "list", "watch");

    static PolicyRule of(Set<String> verbs, String group, String... resources) {
        return new PolicyRule(verbs, Set.of(group), Set.of(resources));
    }

    boolean allows(AuthorizationAttributes attributes) {
        return verbs.contains(attributes.verb())
                && groups.contains(attributes.group())
                && resources.contains(attributes.resourceAndSubresource());
    }
}
