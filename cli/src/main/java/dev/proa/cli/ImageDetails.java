package dev.proa.cli;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.DigestTags;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageIndex;
import dev.proa.image.ManifestDocument;
import dev.proa.image.Platform;
import dev.proa.image.layer.LayerSummary;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.NamedManifest;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What there is to say about an image.
 *
 * @param image the image of the platform; null for an artifact, and for an index of which no image is in the store
 * @param summaries of the image's layers
 * @param about signatures, SBOMs and other artifacts about the image, its index, or one another
 */
record ImageDetails(
        ImageStore store,
        NamedManifest named,
        @Nullable Image image,
        List<LayerSummary> summaries,
        List<NamedManifest> about) {
    private static final int MAX_TEXT = 60;

    /** @param wanted chooses from several platforms; null for this machine's, else the first that is there */
    static ImageDetails of(ImageStore store, NamedManifest named, @Nullable Platform wanted) throws IOException {
        Descriptor manifest = choose(store, named.manifest(), wanted);
        Image image = manifest != null && store.manifest(manifest.digest()).isImage() ? store.get(manifest) : null;
        List<LayerSummary> summaries = new ArrayList<>();
        for (Image.Layer layer : image == null ? List.<Image.Layer>of() : image.layers()) {
            try (InputStream archive = store.read(layer.descriptor().digest())) {
                summaries.add(LayerSummary.of(archive, UnpackLimits.of(System.getenv())));
            }
        }
        return new ImageDetails(store, named, image, summaries, about(store, named.manifest(), manifest));
    }

    private static @Nullable Descriptor choose(ImageStore store, Descriptor manifest, @Nullable Platform wanted) {
        ManifestDocument document = store.manifest(manifest.digest());
        if (!document.isIndex()) {
            return manifest;
        }
        List<Descriptor> present = document.manifests().stream()
                .filter(child -> store.contains(child.digest()))
                .toList();
        if (wanted != null) {
            return new ImageIndex(present).select(wanted);
        }
        return present.stream()
                .filter(child -> child.platform() != null && Platform.host().accepts(child.platform()))
                .findFirst()
                .or(() -> present.stream().findFirst())
                .orElse(null);
    }

    /** The artifacts about an image or its index, and those about them. */
    static List<NamedManifest> about(ImageStore store, Descriptor root, @Nullable Descriptor chosen) {
        Set<Digest> subjects = new HashSet<>(Set.of(root.digest()));
        if (chosen != null) {
            subjects.add(chosen.digest());
        }
        List<NamedManifest> found = new ArrayList<>();
        boolean more = true;
        while (more) {
            more = false;
            for (NamedManifest named : store.manifests()) {
                Digest digest = named.manifest().digest();
                if (subjects.contains(digest) || !store.contains(digest)) {
                    continue;
                }
                Digest tagged = DigestTags.subject(named.name());
                Descriptor subject = store.manifest(digest).subject();
                if (tagged != null && subjects.contains(tagged)
                        || subject != null && subjects.contains(subject.digest())) {
                    found.add(named);
                    more |= subjects.add(digest);
                }
            }
        }
        return found;
    }

    /** Facts of the image and of its configuration, by their titles; a value may have several lines. */
    Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        ManifestDocument document = store.manifest(named.manifest().digest());
        facts.put("Name", String.join("\n", names()));
        facts.put("Digest", named.manifest().digest().toString());
        facts.put(
                "Type",
                document.isImage() || document.artifactType() == null ? document.mediaType() : document.artifactType());
        if (document.isIndex()) {
            facts.put("Platforms", String.join("\n", platforms(document)));
        }
        if (image != null) {
            facts.put("Id", image.id().toString());
            facts.put("Size", Images.bytes(image.size()));
            addConfig(image.config(), facts);
        }
        document.annotations().forEach((name, value) -> facts.put("Annotation " + name, value));
        return facts;
    }

    private List<String> names() {
        return store.manifests().stream()
                .filter(other ->
                        other.manifest().digest().equals(named.manifest().digest()))
                .map(other -> other.name().familiar())
                .toList();
    }

    private List<String> platforms(ManifestDocument index) {
        return index.manifests().stream()
                .map(child -> child.platform() + " " + child.digest().shortHex()
                        + (store.contains(child.digest()) ? "" : " (not here)"))
                .toList();
    }

    private static void addConfig(ImageConfig config, Map<String, String> facts) {
        facts.put("Platform", config.platform().toString());
        put(facts, "Created", config.created() == null ? "" : config.created());
        put(facts, "Entrypoint", String.join(" ", config.entrypoint()));
        put(facts, "Command", String.join(" ", config.command()));
        put(facts, "User", config.user());
        put(facts, "Folder", config.workingDirectory());
        put(facts, "Environment", String.join("\n", config.environment()));
        put(facts, "Ports", String.join(" ", config.exposedPorts()));
        put(facts, "Volumes", String.join(" ", config.volumes()));
        put(facts, "Stop signal", config.stopSignal() == null ? "" : config.stopSignal());
        put(
                facts,
                "Labels",
                String.join(
                        "\n",
                        config.labels().entrySet().stream()
                                .map(label -> label.getKey() + "=" + label.getValue())
                                .toList()));
    }

    private static void put(Map<String, String> facts, String title, String value) {
        if (!value.isEmpty()) {
            facts.put(title, value);
        }
    }

    /** A row for each layer, the lowest first. */
    Table layers() {
        Table table = new Table("LAYER", "SIZE", "UNPACKED", "FILES", "MOST OF IT", "CREATED BY");
        for (int i = 0; i < summaries.size(); i++) {
            LayerSummary summary = summaries.get(i);
            Descriptor layer = layer(i);
            table.row(
                    layer.digest().shortHex(),
                    Images.bytes(layer.size()),
                    Images.bytes(summary.bytes()),
                    summary.files() + (summary.removed() == 0 ? "" : ", -" + summary.removed()),
                    String.join(
                            ", ",
                            summary.top().stream()
                                    .map(top -> top.path() + " " + Images.bytes(top.bytes()))
                                    .toList()),
                    shortened(createdBy(i)));
        }
        return table;
    }

    private Descriptor layer(int index) {
        if (image == null) {
            throw new IllegalStateException("only images have layers");
        }
        return image.layers().get(index).descriptor();
    }

    /** The history has a line for each layer, and others for steps without one; a base may have come without any. */
    private String createdBy(int layer) {
        if (image == null) {
            return "";
        }
        List<String> lines = image.config().history().stream()
                .filter(entry -> !entry.emptyLayer())
                .map(entry -> entry.createdBy().isEmpty() ? entry.comment() : entry.createdBy())
                .toList();
        int line = layer - (summaries.size() - lines.size());
        return line >= 0 && line < lines.size() ? lines.get(line) : "";
    }

    private static String shortened(String text) {
        String line = text.replaceAll("\\s+", " ").strip();
        return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT - 3) + "...";
    }

    /** A row for each artifact about the image. */
    Table referrers() {
        Table table = new Table("ABOUT IT", "DIGEST", "SIZE", "NAME");
        for (NamedManifest artifact : about) {
            table.row(
                    type(artifact),
                    artifact.manifest().digest().shortHex(),
                    Images.bytes(Images.size(store, artifact.manifest())),
                    artifact.name().tag() == null ? "-" : artifact.name().tag());
        }
        return table;
    }

    private String type(NamedManifest artifact) {
        ManifestDocument document = store.manifest(artifact.manifest().digest());
        return document.artifactType() == null ? document.mediaType() : document.artifactType();
    }

    /** All of it as an object for programs. */
    MapValue json() {
        MapValue json = Images.json(store, named);
        if (image != null) {
            json = json.with("id", image.id().toString())
                    .with("platform", image.config().platform().toString())
                    .with("config", config(image.config()))
                    .with("layers", layersJson());
        }
        return json.with(
                "referrers",
                ListValue.copyOf(about.stream()
                        .map(artifact -> (Object) MapValue.of(
                                "name", artifact.name().toString(),
                                "digest", artifact.manifest().digest().toString(),
                                "artifactType", type(artifact),
                                "size", Images.size(store, artifact.manifest())))
                        .toList()));
    }

    private static MapValue config(ImageConfig config) {
        MapValue.Builder labels = MapValue.builder(config.labels().size());
        config.labels().forEach(labels::put);
        return MapValue.builder(10)
                .put("created", config.created() == null ? "" : config.created())
                .put("user", config.user())
                .put("workingDirectory", config.workingDirectory())
                .put("entrypoint", ListValue.copyOf(config.entrypoint()))
                .put("command", ListValue.copyOf(config.command()))
                .put("environment", ListValue.copyOf(config.environment()))
                .put("exposedPorts", ListValue.copyOf(config.exposedPorts()))
                .put("volumes", ListValue.copyOf(config.volumes()))
                .put("stopSignal", config.stopSignal() == null ? "" : config.stopSignal())
                .put("labels", labels.build())
                .build();
    }

    private ListValue layersJson() {
        List<Object> layers = new ArrayList<>();
        for (int i = 0; i < summaries.size(); i++) {
            LayerSummary summary = summaries.get(i);
            layers.add(MapValue.builder(8)
                    .put("digest", layer(i).digest().toString())
                    .put("mediaType", layer(i).mediaType())
                    .put("size", layer(i).size())
                    .put("bytes", summary.bytes())
                    .put("files", (long) summary.files())
                    .put("removed", (long) summary.removed())
                    .put("createdBy", createdBy(i))
                    .put(
                            "directories",
                            ListValue.copyOf(summary.top().stream()
                                    .map(top -> (Object) MapValue.of(
                                            "path", top.path(), "files", (long) top.files(), "bytes", top.bytes()))
                                    .toList()))
                    .build());
        }
        return ListValue.copyOf(layers);
    }
}
