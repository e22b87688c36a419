package dev.proa.client;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.api.view.Views;
import dev.proa.client.Transport.Request;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Asks a server which resources it serves. */
public final class Discovery {
    private final Transport transport;

    Discovery(Transport transport) {
        this.transport = transport;
    }

    /**
     * The resources of all groups, each in the version the server prefers, without subresources. Groups whose server does not
     * answer are named in {@link Resources#failed} and left out.
     */
    public Resources preferred() {
        List<Resource> resources = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        collect("", "v1", resources, failed);
        ListValue groups = get("/apis").list("groups");
        for (int i = 0; i < groups.size(); i++) {
            MapValue group = groups.map(i);
            collect(group.string("name"), group.map("preferredVersion").string("version"), resources, failed);
        }
        return new Resources(List.copyOf(resources), List.copyOf(failed));
    }

    /**
     * The resource of a kind, in the version of its group that the server prefers among those that have it; null when there is none.
     *
     * @param group empty for the core group
     * @throws StatusException when it was not found, but a version of the group could not be read
     */
    public @Nullable Kind<AnyObject> find(String group, String kind) {
        StatusException failure = null;
        for (String version : versions(group)) {
            try {
                for (Resource resource : resources(group, version)) {
                    if (resource.kind().kind().equals(kind)) {
                        return resource.kind();
                    }
                }
            } catch (StatusException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return null;
    }

    /** The versions of a group, the preferred one first; empty when there is no such group. */
    public List<String> versions(String group) {
        if (group.isEmpty()) {
            return List.of("v1");
        }
        MapValue found;
        try {
            found = get("/apis/" + group);
        } catch (StatusException e) {
            if (e.code() == 404) {
                return List.of();
            }
            throw e;
        }
        Set<String> versions = new LinkedHashSet<>();
        versions.add(found.map("preferredVersion").string("version"));
        for (int i = 0; i < found.list("versions").size(); i++) {
            versions.add(found.list("versions").map(i).string("version"));
        }
        return List.copyOf(versions);
    }

    /** The version of the server, as {@code v1.36.3}. */
    public String version() {
        return get("/version").string("gitVersion");
    }

    private void collect(String group, String version, List<Resource> into, List<String> failed) {
        try {
            into.addAll(resources(group, version));
        } catch (StatusException e) {
            failed.add(group + "/" + version);
        }
    }

    /** Without subresources; empty when the server does not have the version. */
    private List<Resource> resources(String group, String version) {
        String path = group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
        ListValue found;
        try {
            found = get(path).list("resources");
        } catch (StatusException e) {
            if (e.code() == 404) {
                return List.of(); // the group was removed between the two requests
            }
            throw e;
        }
        List<Resource> resources = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            MapValue resource = found.map(i);
            String name = resource.string("name");
            if (!name.contains("/")) {
                resources.add(new Resource(
                        Kind.any(group, version, resource.string("kind"), name, resource.bool("namespaced")),
                        Set.copyOf(Views.strings(resource.list("verbs")))));
            }
        }
        return resources;
    }

    private MapValue get(String path) {
        return transport.call(new Request("get", path, Map.of(), null, null));
    }

    /** @param failed the {@code group/version} of the groups that could not be read */
    public record Resources(List<Resource> all, List<String> failed) {
        /** The resources that support all of {@code verbs}. */
        public List<Resource> with(String... verbs) {
            Set<String> needed = Set.of(verbs);
            return all.stream()
                    .filter(resource -> resource.verbs().containsAll(needed))
                    .toList();
        }
    }

    /**
     * A resource that the server serves.
     *
     * @param verbs the verbs it supports
     */
    public record Resource(Kind<AnyObject> kind, Set<String> verbs) {}
}
