package dev.proa.image.store;

import dev.proa.image.Descriptor;
import dev.proa.image.ImageIndex;
import dev.proa.image.Reference;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code index.json} of a layout: names and the manifests they mean. The full name is in containerd's annotation {@code
 * io.containerd.image.name}, the tag alone in OCI's {@code org.opencontainers.image.ref.name}, so that other tools find both.
 *
 * <p>Read again only when the file was replaced. Writing is for the holder of the store's lock; reading for anybody.
 */
final class LayoutIndex {
    static final String FULL_NAME = "io.containerd.image.name";
    static final String REF_NAME = "org.opencontainers.image.ref.name";

    private static final Snapshot NONE = new Snapshot(null, -1, -1, Map.of(), List.of());

    private final Path directory;
    private final Path file;
    private volatile @Nullable Snapshot cached;

    LayoutIndex(Path directory) {
        this.directory = directory;
        file = directory.resolve("index.json");
    }

    private record Snapshot(
            @Nullable Object fileKey,
            long size,
            long modified,
            Map<String, Descriptor> names,
            List<NamedManifest> manifests) {
        boolean isOf(BasicFileAttributes attributes) {
            return Objects.equals(fileKey, attributes.fileKey())
                    && size == attributes.size()
                    && modified == attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
        }
    }

    /** Canonical reference to manifest, in order of naming. */
    Map<String, Descriptor> names() throws IOException {
        return snapshot().names;
    }

    /** The names that are references, and what they mean; the same list for as long as nothing changes. */
    List<NamedManifest> manifests() throws IOException {
        return snapshot().manifests;
    }

    private Snapshot snapshot() throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return NONE;
        }
        Snapshot known = cached;
        if (known != null && known.isOf(attributes)) {
            return known;
        }
        Map<String, Descriptor> names = read();
        Snapshot snapshot = new Snapshot(
                attributes.fileKey(),
                attributes.size(),
                attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
                names,
                references(names));
        cached = snapshot;
        return snapshot;
    }

    private static List<NamedManifest> references(Map<String, Descriptor> names) {
        List<NamedManifest> references = new ArrayList<>();
        names.forEach((name, manifest) -> {
            if (name.indexOf('/') >= 0) {
                references.add(new NamedManifest(Reference.parse(name), manifest));
            }
        });
        return Collections.unmodifiableList(references);
    }

    private Map<String, Descriptor> read() throws IOException {
        Map<String, Descriptor> names = new LinkedHashMap<>();
        for (Descriptor manifest : ImageIndex.parse(Files.readAllBytes(file)).manifests()) {
            String name = manifest.annotations().get(FULL_NAME);
            if (name == null) {
                name = manifest.annotations().get(REF_NAME);
            }
            names.put(name == null ? manifest.digest().toString() : name, manifest);
        }
        return Collections.unmodifiableMap(names);
    }

    /** Replaces the file durably: after a crash it is the old one or the new one. */
    void replace(Map<String, Descriptor> names) throws IOException {
        List<Descriptor> manifests = new ArrayList<>();
        names.forEach((name, manifest) -> {
            Map<String, String> annotations = new TreeMap<>(manifest.annotations());
            if (name.indexOf('/') >= 0) {
                annotations.put(FULL_NAME, name);
                String tag = Reference.parse(name).tag();
                if (tag != null) {
                    annotations.put(REF_NAME, tag);
                }
            }
            manifests.add(manifest.withAnnotations(annotations));
        });
        Path temporary = file.resolveSibling("index.json.new");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(new ImageIndex(manifests).toBytes());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        cached = null;
        FileTrees.sync(directory);
    }
}
