package dev.proa.control.scheduler.plugin;

import java.util.Set;

/**
 * What {@link NodeResourcesFit} filters and scores by.
 *
 * @param ignoredResources extended resources that no node needs to have
 * @param ignoredResourceGroups what the names of such resources have before their slash
 */
public record NodeResourcesFitArgs(
        Set<String> ignoredResources, Set<String> ignoredResourceGroups, ScoringStrategy scoringStrategy) {
    public static final NodeResourcesFitArgs DEFAULT =
            new NodeResourcesFitArgs(Set.of(), Set.of(), ScoringStrategy.DEFAULT);

    public NodeResourcesFitArgs {
        ignoredResources = Set.copyOf(ignoredResources);
        ignoredResourceGroups = Set.copyOf(ignoredResourceGroups);
    }

    /** Whether nodes need not have the resource, which is neither processors nor memory. */
    boolean ignores(String resource) {
        if (ignoredResources.isEmpty() && ignoredResourceGroups.isEmpty() || resource.equals("ephemeral-storage")) {
            return false;
        }
        int slash = resource.indexOf('/');
        return ignoredResources.contains(resource)
                || ignoredResourceGroups.contains(slash < 0 ? resource : resource.substring(0, slash));
    }
}
