package dev.proa.server.configuration;

import dev.proa.api.config.ConfigObject;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The file of {@code --admission-control-config-file}: an {@code AdmissionConfiguration} of {@code apiserver.config.k8s.io/v1} with the configuration
 * of each admission plugin. The first entry for a plugin counts.
 */
public final class AdmissionConfiguration {
    /** No plugin is configured. */
    public static final AdmissionConfiguration NONE = new AdmissionConfiguration(Map.of());

    private final Map<String, Plugin> plugins;

    /** Where the configuration of a plugin is: in this file, in another one, or nowhere. */
    private record Plugin(Optional<ConfigObject> inline, Optional<Path> file) {}

    private AdmissionConfiguration(Map<String, Plugin> plugins) {
        this.plugins = plugins;
    }

    /**
     * Reads the file. Relative paths in it begin in its directory.
     *
     * @throws IllegalArgumentException when it is not such a file; the message says where
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    public static AdmissionConfiguration read(Path file) {
        ConfigObject root = ConfigFiles.read(file);
        switch (root.text("apiVersion", "")) {
            case "apiserver.k8s.io/v1alpha1" ->
                root.require("apiserver.k8s.io", Set.of("v1alpha1"), "AdmissionConfiguration");
            default -> root.require("apiserver.config.k8s.io", Set.of("v1"), "AdmissionConfiguration");
        }
        Map<String, Plugin> plugins = new LinkedHashMap<>();
        for (ConfigObject entry : root.objects("plugins")) {
            String name = entry.text("name", "");
            Optional<ConfigObject> inline = entry.object("configuration");
            Optional<Path> other =
                    entry.text("path").filter(path -> !path.isEmpty()).map(file.toAbsolutePath()::resolveSibling);
            entry.end();
            plugins.putIfAbsent(name, new Plugin(inline, other));
        }
        root.end();
        return new AdmissionConfiguration(plugins);
    }

    /**
     * The configuration of a plugin, which reads its kind and fields.
     *
     * @param plugin by its name, as {@code PodSecurity}
     * @param reader makes what the plugin needs of it; unknown fields are refused afterwards
     * @return empty when there is none
     * @throws IllegalArgumentException when it is not as it should be; the message says where
     */
    public <T> Optional<T> of(String plugin, Function<ConfigObject, T> reader) {
        Plugin entry = plugins.get(plugin);
        if (entry == null) {
            return Optional.empty();
        }
        return entry.inline.or(() -> entry.file.map(ConfigFiles::read)).map(object -> {
            T made = reader.apply(object);
            object.end();
            return made;
        });
    }
}
