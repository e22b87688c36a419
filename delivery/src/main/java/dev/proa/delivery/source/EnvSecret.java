package dev.proa.delivery.source;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.DotEnv;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The Secret that is made of a folder's {@code .env}. Its values appear in no message. */
public final class EnvSecret {
    private static final String FILE = ".env";

    private EnvSecret() {}

    /** The name of an application's Secret. */
    public static String name(String app) {
        return app + "-env";
    }

    /** Whether a folder has a {@code .env}. */
    public static boolean in(Path project) {
        try (SourceFolder folder = SourceFolder.open(project)) {
            return folder.kind(FILE) == Kind.FILE;
        }
    }

    /**
     * Reads a folder's {@code .env}.
     *
     * @return the Secret; null when there is no such file
     * @throws dev.proa.delivery.config.DeliveryFailure when it cannot be parsed
     */
    public static @Nullable MapValue read(Path project, String app, Map<String, String> environment) {
        try (SourceFolder folder = SourceFolder.open(project)) {
            if (folder.kind(FILE) != Kind.FILE) {
                return null;
            }
            String text = new String(folder.read(FILE), StandardCharsets.UTF_8);
            return of(name(app), app, DotEnv.parse(project.resolve(FILE).toString(), text, environment::get));
        }
    }

    /** A Secret of an application with these values. */
    public static MapValue of(String name, String app, Map<String, String> values) {
        MapValue.Builder data = MapValue.builder(values.size());
        values.forEach((key, value) ->
                data.put(key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
        return MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "Secret",
                "metadata",
                MapValue.of("name", name, "labels", MapValue.of("app.kubernetes.io/name", app)),
                "type",
                "Opaque",
                "data",
                data.build());
    }

    /** Whether a container of the manifests has the Secret as its environment and no manifest defines it. */
    public static boolean wanted(List<MapValue> manifests, String app) {
        String name = name(app);
        boolean defined = manifests.stream()
                .anyMatch(manifest -> manifest.string("kind").equals("Secret")
                        && manifest.map("metadata").string("name").equals(name));
        return !defined
                && manifests.stream()
                        .map(Templates::pod)
                        .flatMap(pod -> pod.list("containers").stream())
                        .anyMatch(container -> container instanceof MapValue map && refers(map.list("envFrom"), name));
    }

    private static boolean refers(ListValue sources, String name) {
        return sources.stream()
                .anyMatch(source -> source instanceof MapValue map
                        && map.map("secretRef").string("name").equals(name));
    }
}
