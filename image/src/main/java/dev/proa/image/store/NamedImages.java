package dev.proa.image.store;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.MediaTypes;
import dev.proa.image.Reference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The images that the names of an {@link ImageStore} mean; its methods of these names say more. */
final class NamedImages {
    private final ImageStore store;
    private final StoredManifests manifests;

    NamedImages(ImageStore store, StoredManifests manifests) {
        this.store = store;
        this.manifests = manifests;
    }

    Optional<Image> find(String nameOrId) {
        if (nameOrId.startsWith("sha256:")) {
            Digest id = Digest.parse(nameOrId);
            return list().stream()
                    .filter(image -> image.id().equals(id) || image.digest().equals(id))
                    .findFirst()
                    .or(() -> store.names().values().stream()
                            .filter(manifest -> manifest.digest().equals(id))
                            .findFirst()
                            .flatMap(manifests::runnable)
                            .map(this::get));
        }
        return find(Reference.parse(nameOrId));
    }

    Optional<Image> find(Reference reference) {
        return resolve(reference).flatMap(manifests::runnable).map(this::get);
    }

    private Stream<Descriptor> children(Descriptor manifest) {
        return MediaTypes.isIndex(manifest.mediaType())
                ? store.manifest(manifest.digest()).manifests().stream()
                : Stream.empty();
    }

    Optional<Descriptor> resolve(Reference reference) {
        Reference name = reference.canonical();
        Descriptor named = store.names().get(name.toString());
        if (named != null || name.digest() == null) {
            return Optional.ofNullable(named);
        }
        return store.manifests().stream()
                .filter(entry -> entry.name().name().equals(name.name()))
                .flatMap(entry -> Stream.concat(Stream.of(entry.manifest()), children(entry.manifest())))
                .filter(manifest -> manifest.digest().equals(name.digest()) && store.contains(name.digest()))
                .findFirst();
    }

    List<Image> list() {
        Map<Digest, Image> images = new LinkedHashMap<>();
        for (Descriptor manifest : store.names().values()) {
            try {
                manifests
                        .runnable(manifest)
                        .filter(found -> !images.containsKey(found.digest()))
                        .ifPresent(found -> images.put(found.digest(), get(found)));
            } catch (ImageFailure e) {
                // Anybody may push a malformed image; the others are to be seen all the same.
                if (e.reason() != ImageFailure.Reason.INVALID) {
                    throw e;
                }
            }
        }
        return List.copyOf(images.values());
    }

    Image get(Descriptor manifest) {
        Image image = manifests.image(manifest);
        List<Reference> names = new ArrayList<>();
        for (NamedManifest entry : store.manifests()) {
            if (means(entry.manifest(), manifest.digest())) {
                names.add(entry.name());
            }
        }
        return new Image(image.descriptor(), image.manifest(), image.config(), names);
    }

    /** Whether a container made of what is named would have this image. */
    boolean means(Descriptor named, Digest image) {
        return named.digest().equals(image)
                || MediaTypes.isIndex(named.mediaType())
                        && manifests
                                .runnable(named)
                                .filter(chosen -> chosen.digest().equals(image))
                                .isPresent();
    }
}
