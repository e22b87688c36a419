package dev.proa.server.aggregator;

import dev.proa.api.resource.VersionOrder;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The API services in force: in which order discovery tells groups and versions, and which of them are served elsewhere. Immutable, safe
 * for any thread.
 */
public final class ApiServices {
    /** No API service is known: everything is served here, in the order that it has from the start. */
    public static final ApiServices NONE = new ApiServices(List.of());

    private static final Comparator<Entry> BY_PRIORITY =
            Comparator.comparingInt((Entry entry) -> entry.priority().group()).reversed();

    private final Map<String, Entry> byPath = new HashMap<>();
    private final Map<String, RemoteApi> remotes = new LinkedHashMap<>();

    /**
     * An APIService.
     *
     * @param remote who serves it; null when this server does
     */
    public record Entry(
            String group,
            String version,
            Priority priority,
            @Nullable RemoteApi remote) {
        String name() {
            return version + "." + group;
        }
    }

    /**
     * A group as discovery tells it.
     *
     * @param versions the preferred one first
     */
    public record Group(String name, List<Entry> versions) {}

    private ApiServices(Collection<Entry> entries) {
        for (Entry entry : entries) {
            String path = path(entry.group(), entry.version());
            byPath.put(path, entry);
            if (entry.remote() != null) {
                remotes.put(path, entry.remote());
            }
        }
    }

    /** Those API services. */
    public static ApiServices of(Collection<Entry> entries) {
        return new ApiServices(entries);
    }

    private static String path(String group, String version) {
        return group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
    }

    /** Whether some group and version is served elsewhere. */
    public boolean hasRemotes() {
        return !remotes.isEmpty();
    }

    /** The APIs that are served elsewhere. */
    public Collection<RemoteApi> remotes() {
        return remotes.values();
    }

    /** Who serves a group and version, when it is not this server; null otherwise. */
    public @Nullable RemoteApi remote(String group, String version) {
        return remotes.isEmpty() ? null : remotes.get(path(group, version));
    }

    /** To whom a request is passed on; null when it is answered here. */
    public @Nullable RemoteApi at(String path) {
        if (remotes.isEmpty() || !path.startsWith("/api")) {
            return null;
        }
        int end = path.startsWith("/apis/") ? afterSegments(path, 3) : afterSegments(path, 2);
        return remotes.get(path.substring(0, end));
    }

    /** To whom a request for a document of OpenAPI v3 is passed on; null when it is answered here. */
    public @Nullable RemoteApi ofOpenApi(String path) {
        if (remotes.isEmpty() || !path.startsWith("/openapi/v3/")) {
            return null;
        }
        String key = path.substring("/openapi/v3/".length());
        for (RemoteApi remote : remotes.values()) {
            if (remote.documents().openApi().has(key)) {
                return remote;
            }
        }
        return null;
    }

    /** The paths of OpenAPI v3 that are told elsewhere, for the index. */
    public MapValue openApiPaths() {
        MapValue.Builder paths = MapValue.builder();
        for (RemoteApi remote : remotes.values()) {
            for (Map.Entry<String, @Nullable Object> path : remote.documents().openApi()) {
                paths.put(path.getKey(), path.getValue());
            }
        }
        return paths.build();
    }

    /**
     * What extension servers tell in the form of OpenAPI v2. That of a group with a higher priority comes first, and keeps its names when
     * another has them, too.
     */
    public List<RemoteSwagger> swaggers() {
        if (remotes.isEmpty()) {
            return List.of();
        }
        Map<String, Integer> priorities = new HashMap<>();
        List<Entry> remote = new ArrayList<>();
        for (Entry entry : byPath.values()) {
            if (entry.remote() != null) {
                priorities.merge(entry.group(), entry.priority().group(), Math::max);
                remote.add(entry);
            }
        }
        remote.sort(Comparator.comparingInt((Entry entry) -> priorities.getOrDefault(entry.group(), 0))
                .reversed()
                .thenComparing(Entry::name));
        List<RemoteSwagger> told = new ArrayList<>();
        for (Entry entry : remote) {
            RemoteSwagger swagger =
                    Objects.requireNonNull(entry.remote()).documents().swagger();
            if (!swagger.equals(RemoteSwagger.NONE)) {
                told.add(swagger);
            }
        }
        return told;
    }

    /** Where the {@code count}th segment of a path ends. */
    private static int afterSegments(String path, int count) {
        int at = 0;
        for (int i = 0; i < count; i++) {
            int slash = path.indexOf('/', at + 1);
            if (slash < 0) {
                return path.length();
            }
            at = slash;
        }
        return at;
    }

    /**
     * The named groups in the order of discovery.
     *
     * @param local the {@code group/version}s that are served here; one without an APIService has the usual priority
     * @param byGroup whether groups of the same priority are told by name, as aggregated discovery does; else by the names of their
     *     API services, which begin with a version
     */
    public List<Group> groups(Collection<String> local, boolean byGroup) {
        Map<String, Entry> all = new LinkedHashMap<>();
        for (String groupVersion : local) {
            int slash = groupVersion.indexOf('/');
            if (slash > 0) {
                String group = groupVersion.substring(0, slash);
                String version = groupVersion.substring(slash + 1);
                all.put(path(group, version), new Entry(group, version, Priority.usual(group, version), null));
            }
        }
        byPath.forEach((path, entry) -> {
            if (!entry.group().isEmpty() && (entry.remote() != null || all.containsKey(path))) {
                all.put(path, entry);
            }
        });
        List<Entry> ordered = new ArrayList<>(all.values());
        ordered.sort(BY_PRIORITY.thenComparing(byGroup ? Entry::group : Entry::name));
        Map<String, List<Entry>> groups = new LinkedHashMap<>();
        ordered.forEach(entry -> groups.computeIfAbsent(entry.group(), unused -> new ArrayList<>())
                .add(entry));
        List<Group> sorted = new ArrayList<>();
        groups.forEach((name, versions) -> {
            versions.sort(
                    Comparator.comparingInt((Entry entry) -> entry.priority().version())
                            .reversed()
                            .thenComparing(Entry::version, VersionOrder.LEAST_FIRST.reversed()));
            sorted.add(new Group(name, versions));
        });
        return sorted;
    }

    /** Whether discovery and routing are the same with these. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ApiServices services && byPath.equals(services.byPath);
    }

    @Override
    public int hashCode() {
        return byPath.hashCode();
    }
}
