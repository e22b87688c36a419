package dev.proa.server.resource;

import dev.proa.server.resource.ResourceStrategy.Spec;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Strategy} of every resource. Made when first asked for, so that a start pays only for the kinds it uses. Safe for
 * any thread.
 */
public final class Strategies {

    private final ConcurrentHashMap<String, Strategy> strategies = new ConcurrentHashMap<>();

    /**
     * The strategy of a version of a resource.
     *
     * @param group empty for the core group
     * @param namespaced whether its objects are in namespaces; asked for only when the resource is not built in
     */
    public Strategy of(String group, String version, String resource, boolean namespaced) {
        String key = group + '/' + version + '/' + resource;
        Strategy strategy = strategies.get(key);
        return strategy != null
                ? strategy
                : strategies.computeIfAbsent(key, unused -> {
                    Strategy builtIn = builtIn(group, version, resource);
                    return builtIn != null
                            ? builtIn
                            : new ResourceStrategy(new Spec(group, version, resource, namespaced).generation());
                });
    }

    private @Nullable Strategy builtIn(String group, String version, String resource) {
        return switch (group) {
            case "" -> core(resource);
            default -> null;
        };
    }

    private @Nullable Strategy core(String resource) {
        return switch (resource) {
            case "configmaps" -> new ResourceStrategy(new Spec("", "v1", resource, true));
            default -> null;
        };
    }
}
