package dev.proa.cli;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The directory of Proa's data: {@code $PROA_HOME}, else {@code $XDG_DATA_HOME/proa}, else {@code ~/.local/share/proa}
 * (XDG Base Directory Specification).
 */
record Home(Path directory) {
    static Home of(Map<String, String> environment) {
        String own = environment.get("PROA_HOME");
        if (set(own)) {
            return new Home(Path.of(own).toAbsolutePath());
        }
        String xdg = environment.get("XDG_DATA_HOME");
        if (set(xdg) && Path.of(xdg).isAbsolute()) {
            return new Home(Path.of(xdg).resolve("proa"));
        }
        String user = environment.getOrDefault("HOME", System.getProperty("user.home"));
        return new Home(Path.of(user, ".local", "share", "proa"));
    }

    private static boolean set(@Nullable String value) {
        return value != null && !value.isEmpty();
    }

    /** The parent of the clusters' directories. */
    Path clusters() {
        return directory.resolve("clusters");
    }

    /** The directory of a cluster. */
    ClusterHome cluster(String name) {
        return new ClusterHome(name, clusters().resolve(name));
    }

    /** The cache of image builds, shared by all clusters. */
    Path cache() {
        return directory.resolve("cache");
    }
}
