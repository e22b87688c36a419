package dev.proa.delivery;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.Strategy;
import dev.proa.delivery.source.EnvSecret;
import dev.proa.delivery.source.GeneratedSource;
import dev.proa.delivery.source.ImageBuild;
import dev.proa.delivery.source.Kinds;
import dev.proa.delivery.source.ManifestSource;
import dev.proa.delivery.source.ManifestSource.Setting;
import dev.proa.delivery.source.Rendered;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The manifests of an application, rendered by their source and completed for a deployment. */
final class Manifests {
    private static final List<String> ORDER = List.of(
            "Namespace",
            "CustomResourceDefinition",
            "PriorityClass",
            "ServiceAccount",
            "Secret",
            "ConfigMap",
            "PersistentVolumeClaim",
            "Service");

    private final ManifestSource source;
    private final Setting setting;
    private final Rendered rendered;
    private final @Nullable MapValue environment;

    private Manifests(ManifestSource source, Setting setting, Rendered rendered, @Nullable MapValue environment) {
        this.source = source;
        this.setting = setting;
        this.rendered = rendered;
        this.environment = environment;
    }

    /**
     * Renders manifests.
     *
     * @param environment the Secret of the application's environment, added where pods refer to it; null for none
     * @throws dev.proa.delivery.config.DeliveryFailure when they cannot be rendered; the message says why
     */
    static Manifests of(ManifestSource source, Setting setting, @Nullable MapValue environment) {
        Rendered rendered = source.render(setting);
        // A folder with nothing but an empty file is about to be filled by "proa manifests".
        ManifestSource real = rendered.objects().isEmpty() ? GeneratedSource.USUAL : source;
        return new Manifests(real, setting, real == source ? rendered : real.render(setting), environment);
    }

    /** Whether they are generated. */
    boolean generated() {
        return source.generated();
    }

    /** Where they come from, for messages. */
    String description() {
        return source.description();
    }

    List<String> notes() {
        return rendered.notes();
    }

    /** Images that are built for them, besides that of the folder itself. */
    List<ImageBuild> builds() {
        return rendered.builds();
    }

    /** Whether their source says by itself what is built, as a Compose file does. */
    boolean namesBuilds() {
        return !rendered.builds().isEmpty();
    }

    /**
     * The name of an object in messages: {@code k8s/web.yaml: deployment.apps/web}, without the file if it comes from
     * none.
     */
    String describe(MapValue manifest) {
        String object = Kinds.describe(manifest);
        String file = rendered.origins().get(object);
        return file == null ? object : file + ": " + object;
    }

    /** Whether a container uses an image of this name. */
    boolean uses(String name) {
        return rendered.objects().stream()
                .anyMatch(manifest -> !withImage(manifest, name, name + ":used").equals(manifest));
    }

    /**
     * The objects to apply, in an order that respects their dependencies.
     *
     * @param images the references that replace the names of images
     * @param port that the image exposes, for generated manifests
     * @param strategy how new versions take over
     */
    List<MapValue> finish(Map<String, String> images, int port, Strategy strategy) {
        List<MapValue> all = new ArrayList<>(objects(port));
        if (environment != null && EnvSecret.wanted(all, setting.name())) {
            all.add(environment);
        }
        List<MapValue> sorted = all.stream()
                .map(manifest -> withImages(manifest, images))
                .map(manifest -> withNamespace(manifest, setting.namespace()))
                .sorted(Comparator.comparingInt(Manifests::rank))
                .toList();
        return StrategyManifests.of(EnvironmentHash.annotate(sorted), strategy);
    }

    private List<MapValue> objects(int port) {
        return generated() && port != setting.port()
                ? source.render(new Setting(setting.name(), setting.namespace(), port, setting.claims()))
                        .objects()
                : rendered.objects();
    }

    /** The manifests as rendered for a port, one YAML document each; without the Secret of the environment. */
    String yaml(int port) {
        StringBuilder all = new StringBuilder();
        for (MapValue manifest : objects(port)) {
            all.append(all.isEmpty() ? "" : "---\n").append(new String(Yaml.encode(manifest), StandardCharsets.UTF_8));
        }
        return all.toString();
    }

    /** The rendered objects in the order of their application, with other images and otherwise as they are. */
    List<MapValue> plain(Map<String, String> images) {
        return rendered.objects().stream()
                .map(manifest -> withImages(manifest, images))
                .sorted(Comparator.comparingInt(Manifests::rank))
                .toList();
    }

    private static int rank(MapValue manifest) {
        int rank = ORDER.indexOf(manifest.string("kind"));
        return rank < 0 ? ORDER.size() : rank;
    }

    private static MapValue withImages(MapValue manifest, Map<String, String> images) {
        Object result = manifest;
        for (Map.Entry<String, String> image : images.entrySet()) {
            result = withImage(result, image.getKey(), image.getValue());
        }
        return (MapValue) result;
    }

    /** Replaces an image of this name, with any tag or none, in every field {@code image}. */
    private static Object withImage(Object value, String name, String image) {
        if (value instanceof MapValue map) {
            MapValue result = map;
            for (var entry : map) {
                Object inner = entry.getValue();
                if (entry.getKey().equals("image") && inner instanceof String reference) {
                    if (reference.equals(name) || reference.startsWith(name + ":")) {
                        result = result.with("image", image);
                    }
                } else if (inner != null) {
                    result = result.with(entry.getKey(), withImage(inner, name, image));
                }
            }
            return result;
        }
        if (value instanceof ListValue list) {
            return ListValue.copyOf(list.stream()
                    .map(item -> item == null ? null : withImage(item, name, image))
                    .toList());
        }
        return value;
    }

    private static MapValue withNamespace(MapValue manifest, String namespace) {
        if (!Kinds.of(manifest).namespaced()
                || !manifest.map("metadata").string("namespace").isEmpty()) {
            return manifest;
        }
        return manifest.withMap("metadata", metadata -> metadata.with("namespace", namespace));
    }
}
