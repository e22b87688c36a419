package dev.proa.cli;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.image.Descriptor;
import dev.proa.image.DigestTags;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageFailure;
import dev.proa.image.ManifestDocument;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.NamedManifest;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the commands about images have in common. */
final class Images {
    private Images() {}

    /** The store of a cluster, created when it is not there. */
    static ImageStore store(ClusterHome home) {
        home.create();
        return ImageStore.open(home.images());
    }

    /** The store of a cluster, if it has one. */
    static Optional<ImageStore> ifThere(ClusterHome home) {
        return Files.isDirectory(home.images()) ? Optional.of(ImageStore.open(home.images())) : Optional.empty();
    }

    /** The store of a cluster that is to have an image. */
    static ImageStore having(ClusterHome home, String image) {
        return ifThere(home).orElseThrow(() -> missing(home, image));
    }

    /**
     * What a user means by a name, or by the beginning of an image's id as {@code proa image ls} shows it.
     *
     * @throws Failure when there is no such image, or more than one
     */
    static NamedManifest find(ClusterHome home, ImageStore store, String name) {
        if (name.matches("(sha256:)?[0-9a-f]{6,64}")) {
            NamedManifest found = byId(store, name.replaceFirst("^sha256:", ""));
            if (found != null) {
                return found;
            }
            if (name.startsWith("sha256:")) {
                throw missing(home, name);
            }
        }
        Reference reference = reference(name);
        Descriptor manifest = store.resolve(reference).orElseThrow(() -> missing(home, name));
        return new NamedManifest(reference.canonical(), manifest);
    }

    private static @Nullable NamedManifest byId(ImageStore store, String id) {
        NamedManifest found = null;
        for (NamedManifest named : store.manifests()) {
            if (!store.contains(named.manifest().digest()) || !hasId(store, named.manifest(), id)) {
                continue;
            }
            if (found != null
                    && !found.manifest().digest().equals(named.manifest().digest())) {
                throw new Failure(Exit.FAILED, "more than one image has an id that begins with " + id);
            }
            found = found == null ? named : found;
        }
        return found;
    }

    private static boolean hasId(ImageStore store, Descriptor manifest, String id) {
        Descriptor config = store.manifest(manifest.digest()).config();
        return manifest.digest().hex().startsWith(id)
                || config != null && config.digest().hex().startsWith(id);
    }

    private static Failure missing(ClusterHome home, String image) {
        return new Failure(Exit.FAILED, "there is no image " + image + "; what there is: " + home.command("image ls"));
    }

    /** A name as users write it; a mistake in it is one of usage. */
    static Reference reference(String name) {
        try {
            return Reference.parse(name);
        } catch (ImageFailure e) {
            throw new Failure(Exit.USAGE, String.valueOf(e.getMessage()));
        }
    }

    /** A platform as users write it, {@code linux/arm64/v8}; null when none is given. */
    static @Nullable Platform platform(String text) {
        if (text.isEmpty()) {
            return null;
        }
        String[] parts = text.split("/", -1);
        if (parts.length < 2 || parts.length > 3 || !text.matches("[a-z0-9/]+")) {
            throw new Failure(Exit.USAGE, "\"" + text + "\" is no platform: write it as linux/amd64 or linux/arm64/v8");
        }
        return new Platform(parts[0], parts[1], parts.length == 3 ? parts[2] : "");
    }

    /** Whether a name is only there because of another image: a signature, or another artifact about it. */
    static boolean isAboutOthers(ImageStore store, NamedManifest named) {
        return DigestTags.subject(named.name()) != null
                || store.manifest(named.manifest().digest()).subject() != null;
    }

    /** The platforms that a manifest has images for in the store, each with its configuration. */
    static Map<Platform, ImageConfig> configurations(ImageStore store, Descriptor manifest) {
        Map<Platform, ImageConfig> found = new LinkedHashMap<>();
        ManifestDocument document = store.manifest(manifest.digest());
        if (document.isImage()
                && document.config() != null
                && store.contains(document.config().digest())) {
            ImageConfig config =
                    ImageConfig.parse(store.readDocument(document.config().digest()));
            found.put(config.platform(), config);
        }
        for (Descriptor child : document.manifests()) {
            boolean attestation =
                    child.platform() != null && child.platform().os().equals("unknown");
            if (!attestation && store.contains(child.digest())) {
                found.putAll(configurations(store, child));
            }
        }
        return found;
    }

    /** The bytes of a manifest's blobs in the store. */
    static long size(ImageStore store, Descriptor manifest) {
        Map<String, Long> sizes = new LinkedHashMap<>();
        add(store, manifest, sizes);
        return sizes.values().stream().mapToLong(Long::longValue).sum();
    }

    private static void add(ImageStore store, Descriptor manifest, Map<String, Long> sizes) {
        ManifestDocument document = store.manifest(manifest.digest());
        document.requiredBlobs().forEach(blob -> sizes.put(blob.digest().toString(), blob.size()));
        for (Descriptor child : document.manifests()) {
            if (store.contains(child.digest())) {
                add(store, child, sizes);
            }
        }
    }

    /** Bytes as docker shows them: three digits, by powers of 1000. */
    static String bytes(long bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        String format = unit == 0 || value >= 99.95 ? "%.0f" : value >= 9.995 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value) + units[unit];
    }

    /** One image as an object for programs. */
    static MapValue json(ImageStore store, NamedManifest named) {
        ManifestDocument document = store.manifest(named.manifest().digest());
        Map<Platform, ImageConfig> configurations = configurations(store, named.manifest());
        List<String> platforms = new ArrayList<>();
        configurations.keySet().forEach(platform -> platforms.add(platform.toString()));
        String created = configurations.values().stream()
                .map(ImageConfig::created)
                .filter(time -> time != null)
                .findFirst()
                .orElse("");
        return MapValue.builder(8)
                .put("name", named.name().toString())
                .put("digest", named.manifest().digest().toString())
                .put("mediaType", document.mediaType())
                .put(
                        "artifactType",
                        document.isImage() || document.artifactType() == null ? "" : document.artifactType())
                .put("platforms", ListValue.copyOf(platforms))
                .put("size", size(store, named.manifest()))
                .put("created", created)
                .build();
    }
}
