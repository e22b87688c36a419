package dev.proa.server.auth;

import java.util.Set;

/** What a role allows, as a rule of RBAC: these verbs on these resources, {@code RESOURCE/SUBRESOURCE}, of these groups. */
record Rule(Set<String> verbs, Set<String> groups, Set<String> resources) {
    static final Set<String> READ = Set.of("get", "list", "watch");

    static Rule of(Set<String> verbs, String group, String... resources) {
        return new Rule(verbs, Set.of(group), Set.of(resources));
    }

    boolean allows(Attributes attributes) {
        return verbs.contains(attributes.verb())
                && groups.contains(attributes.group())
                && resources.contains(attributes.resourceAndSubresource());
    }
}
