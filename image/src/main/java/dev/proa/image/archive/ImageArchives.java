package dev.proa.image.archive;

import dev.proa.image.Descriptor;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageFailure;
import dev.proa.image.ImageIndex;
import dev.proa.image.JsonDocument;
import dev.proa.image.Manifest;
import dev.proa.image.MediaTypes;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.store.BlobWriter;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.UnpackLimits;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads images from files into a store. Everything is verified against its digest. Failures are {@link ImageFailure}s. */
public final class ImageArchives {
    private static final String REF_NAME = "org.opencontainers.image.ref.name";
    private static final String FULL_NAME = "io.containerd.image.name";

    private final ImageStore store;
    private final Platform platform;
    private final UnpackLimits limits;

    /** A reader within the default limits. */
    public ImageArchives(ImageStore store, Platform platform) {
        this(store, platform, UnpackLimits.DEFAULT);
    }

    /**
     * A reader.
     *
     * @param platform chooses from images for several
     * @param limits for each image, and for an archive of several
     */
    public ImageArchives(ImageStore store, Platform platform, UnpackLimits limits) {
        this.store = store;
        this.platform = platform;
        this.limits = limits;
    }

    /**
     * Reads all images of a file that {@code docker save} wrote, an archived OCI layout, or a directory with one, and names them
     * as they are named there.
     *
     * @return the images, in their order; at least one
     */
    public List<Image> load(Path path) {
        return load(path, null);
    }

    /**
     * Reads one image and gives it a name of the caller's.
     *
     * @param wanted the name it has there, or empty for the first
     */
    public Image load(Path path, String wanted, Reference name) {
        Image image = load(path, wanted).getFirst();
        store.tag(name, image.descriptor());
        return store.get(image.descriptor());
    }

    private List<Image> load(Path path, @Nullable String wanted) {
        if (!Files.exists(path)) {
            throw ImageFailure.notFound("there is no " + path);
        }
        try (FileSource files = FileSource.of(path, limits)) {
            byte[] index = files.document("index.json");
            byte[] docker = files.document("manifest.json");
            List<Image> images;
            if (docker != null) {
                images = dockerArchive(files, docker, wanted);
            } else if (index != null) {
                images = layout(files, index, wanted);
            } else {
                throw ImageFailure.invalid(path + " is neither an OCI layout nor an archive written by docker save");
            }
            if (images.isEmpty()) {
                throw ImageFailure.notFound(
                        path + (wanted == null || wanted.isEmpty() ? " has no image" : " has no image " + wanted));
            }
            return images;
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + path, e);
        }
    }

    private List<Image> layout(FileSource files, byte[] index, @Nullable String wanted) throws IOException {
        List<Image> images = new ArrayList<>();
        for (Descriptor entry : ImageIndex.parse(index).manifests()) {
            String name = entry.annotations()
                    .getOrDefault(FULL_NAME, entry.annotations().get(REF_NAME));
            if (wanted != null
                    && !wanted.isEmpty()
                    && !wanted.equals(name)
                    && !wanted.equals(entry.annotations().get(REF_NAME))) {
                continue;
            }
            Descriptor manifest = choose(files, entry);
            copy(files, manifest);
            Manifest content = Manifest.parse(store.readDocument(manifest.digest()));
            limits.requireDownload(
                    content.layers().stream().map(Descriptor::size).toList());
            copy(files, content.config());
            for (Descriptor layer : content.layers()) {
                copy(files, layer);
            }
            Descriptor plain = new Descriptor(content.mediaType(), manifest.digest(), manifest.size());
            if (wanted == null && name != null && isFullName(name)) {
                store.tag(Reference.parse(name), plain);
            }
            images.add(store.get(plain));
        }
        return images;
    }

    /** Whether it is a full name: a bare tag such as {@code latest} would become an image of that name. */
    private static boolean isFullName(String name) {
        return name.indexOf('/') >= 0 || name.indexOf(':') >= 0;
    }

    private Descriptor choose(FileSource files, Descriptor entry) throws IOException {
        Descriptor at = entry;
        for (int depth = 0; depth < 4 && MediaTypes.isIndex(at.mediaType()); depth++) {
            copy(files, at);
            at = ImageIndex.parse(store.readDocument(at.digest())).select(platform);
        }
        return at;
    }

    private void copy(FileSource files, Descriptor blob) throws IOException {
        if (store.claim(blob.digest())) {
            return;
        }
        String path = "blobs/" + blob.digest().algorithm() + "/" + blob.digest().hex();
        try (InputStream in = files.open(path)) {
            if (in == null) {
                throw ImageFailure.invalid("the image layout is incomplete: it has no " + path);
            }
            try (BlobWriter writer = store.newBlob()) {
                in.transferTo(writer);
                writer.commit(blob);
            }
        }
    }

    private List<Image> dockerArchive(FileSource files, byte[] index, @Nullable String wanted) throws IOException {
        List<Image> images = new ArrayList<>();
        // The document is a list: wrapped, it reads like every other.
        byte[] wrapped =
                ("{\"images\":" + new String(index, StandardCharsets.UTF_8) + "}").getBytes(StandardCharsets.UTF_8);
        for (JsonDocument entry : JsonDocument.parse(wrapped, "manifest.json").objects("images")) {
            List<String> names = entry.strings("RepoTags");
            if (wanted != null && !wanted.isEmpty() && !names.contains(wanted)) {
                continue;
            }
            Descriptor manifest = dockerImage(files, entry);
            if (wanted == null) {
                for (String name : names) {
                    store.tag(Reference.parse(name), manifest);
                }
            }
            images.add(store.get(manifest));
        }
        return images;
    }

    /** Creates a manifest, since {@code docker save} archives have none in the registry format. */
    private Descriptor dockerImage(FileSource files, JsonDocument entry) throws IOException {
        byte[] config = files.document(entry.required("Config"));
        if (config == null) {
            throw ImageFailure.invalid("the archive lacks " + entry.required("Config"));
        }
        ImageConfig parsed = ImageConfig.parse(config);
        List<String> paths = entry.strings("Layers");
        if (paths.size() != parsed.diffIds().size()) {
            throw ImageFailure.invalid("the archive is malformed: its lists of layers differ");
        }
        List<Descriptor> layers = new ArrayList<>();
        for (String path : paths) {
            try (InputStream in = files.open(path)) {
                if (in == null) {
                    throw ImageFailure.invalid("the archive lacks the layer " + path);
                }
                layers.add(dockerLayer(new BufferedInputStream(in)));
            }
        }
        Descriptor configuration = store.write(MediaTypes.CONFIG, config);
        return store.write(MediaTypes.MANIFEST, new Manifest(configuration, layers).toBytes());
    }

    /** Stores a layer, compressed or not; its content is verified when it is unpacked. */
    private Descriptor dockerLayer(BufferedInputStream in) throws IOException {
        in.mark(2);
        boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        try (BlobWriter writer = store.newBlob()) {
            in.transferTo(writer);
            return writer.commit(gzip ? MediaTypes.LAYER_GZIP : MediaTypes.LAYER_TAR);
        }
    }
}
