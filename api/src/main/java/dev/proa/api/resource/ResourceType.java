package dev.proa.api.resource;

import dev.proa.api.status.Resource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A resource of the API.
 *
 * @param group the API group; empty for the core group
 * @param version the version of the group, as {@code v1}
 * @param kind the kind of its objects, as {@code Deployment}
 * @param listKind the kind of a list of them, as {@code DeploymentList}
 * @param plural its name in paths, as {@code deployments}
 * @param singular as {@code deployment}; may be empty
 * @param namespaced whether its objects live in namespaces
 * @param verbs what can be done with it, in alphabetical order
 * @param shortNames what people may call it, as {@code deploy}
 * @param categories groups of resources it is in for people, as {@code all}
 * @param storageVersionHash what discovery shows for the stored version; empty when it is not stored
 * @param subresources in alphabetical order
 */
public record ResourceType(
        String group,
        String version,
        String kind,
        String listKind,
        String plural,
        String singular,
        boolean namespaced,
        List<String> verbs,
        List<String> shortNames,
        List<String> categories,
        String storageVersionHash,
        List<Subresource> subresources) {

    /**
     * A subresource.
     *
     * @param name as {@code status}
     * @param group the group of its kind, which may be another than that of the resource
     * @param version the version of its kind
     * @param kind the kind that is read or written there, as {@code Scale}
     * @param verbs what can be done with it, in alphabetical order
     */
    public record Subresource(String name, String group, String version, String kind, List<String> verbs) {
        public Subresource {
            verbs = List.copyOf(verbs);
        }
    }

    public ResourceType {
        verbs = List.copyOf(verbs);
        shortNames = List.copyOf(shortNames);
        categories = List.copyOf(categories);
        subresources = List.copyOf(subresources);
    }

    /** {@code group/version}, or only the version for the core group. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** Its name in errors. */
    public Resource resource() {
        return new Resource(group, plural);
    }

    /** Its kind in errors about invalid objects. */
    public Resource kindInErrors() {
        return new Resource(group, kind);
    }

    /** The same with other verbs. */
    public ResourceType withVerbs(List<String> others) {
        return new ResourceType(
                group,
                version,
                kind,
                listKind,
                plural,
                singular,
                namespaced,
                others,
                shortNames,
                categories,
                storageVersionHash,
                subresources);
    }

    public boolean can(String verb) {
        return verbs.contains(verb);
    }

    /** The subresource of this name; null when there is none. */
    public @Nullable Subresource subresource(String name) {
        for (Subresource subresource : subresources) {
            if (subresource.name().equals(name)) {
                return subresource;
            }
        }
        return null;
    }

    public boolean hasSubresource(String name) {
        return subresource(name) != null;
    }

    @Override
    public String toString() {
        return apiVersion() + "/" + plural;
    }
}
