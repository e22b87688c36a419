package dev.proa.image.registry;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.ImageFailure.Reason;
import dev.proa.image.ImageIndex;
import dev.proa.image.JsonDocument;
import dev.proa.image.Manifest;
import dev.proa.image.MediaTypes;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.store.BlobWriter;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Pulls images from registries. Plain HTTP is used for registries on this machine and those configured as insecure,
 * HTTPS for all others. All content is verified against its digest. Methods block and may be called from any thread;
 * failures are {@link ImageFailure}s.
 */
public final class RegistryClient implements AutoCloseable {
    private static final String MANIFESTS = String.join(
            ", ", MediaTypes.INDEX, MediaTypes.MANIFEST, MediaTypes.DOCKER_LIST, MediaTypes.DOCKER_MANIFEST);
    private static final int DOWNLOADS_AT_ONCE = 4;
    private static final int ATTEMPTS = 3;
    private static final Duration STALL = Duration.ofSeconds(60);

    private final HttpClient client;
    private final Set<String> insecure;
    private final UnpackLimits limits;
    private final ConcurrentHashMap<Registry, RegistryHttp> registries = new ConcurrentHashMap<>();

    private record Registry(String host, @Nullable RegistryCredentials credentials) {}

    /** A client with the JVM's trusted certificates and the default limits. */
    public RegistryClient() {
        this(Set.of(), UnpackLimits.DEFAULT);
    }

    /**
     * A client.
     *
     * @param insecure registries, with their ports, that only speak plain HTTP
     * @param limits for each image
     */
    public RegistryClient(Set<String> insecure, UnpackLimits limits) {
        this.insecure = Set.copyOf(insecure);
        this.limits = limits;
        client = HttpClient.newBuilder()
                .connectTimeout(Duration.ofSeconds(10))
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /**
     * Pulls an image into a store and names it there. Blobs that the store has are not fetched again.
     *
     * @param platform chooses from an image for several
     */
    public Image pull(
            Reference reference, Platform platform, @Nullable RegistryCredentials credentials, ImageStore store) {
        RegistryHttp registry = registries.computeIfAbsent(
                new Registry(reference.registry(), credentials),
                key -> new RegistryHttp(
                        client,
                        key.host(),
                        insecure.contains(key.host()) || RegistryHttp.isLoopback(key.host()),
                        key.credentials()));
        Document document = retrying(() -> manifest(registry, reference, version(reference)));
        Descriptor index = null;
        if (MediaTypes.isIndex(document.mediaType)) {
            index = document.descriptor();
            Descriptor chosen = ImageIndex.parse(document.bytes).select(platform);
            Reference exact = reference.withDigest(chosen.digest());
            document = retrying(() -> manifest(registry, exact, chosen.digest().toString()));
        }
        if (!MediaTypes.isManifest(document.mediaType)) {
            throw ImageFailure.invalid(reference.familiar() + " is no image but " + document.mediaType);
        }
        Manifest manifest = Manifest.parse(document.bytes);
        limits.requireDownload(manifest.layers().stream().map(Descriptor::size).toList());
        if (manifest.config().size() > ImageStore.MAX_DOCUMENT_BYTES) {
            throw ImageFailure.invalid("the configuration of " + reference.familiar() + " is too long");
        }
        fetch(registry, reference, blobs(manifest), store);
        Descriptor descriptor = store.write(document.mediaType, document.bytes);
        store.tag(reference, descriptor);
        if (index != null) {
            store.tag(reference.withDigest(index.digest()), descriptor);
        }
        return store.get(descriptor);
    }

    @Override
    public void close() {
        client.close();
    }

    private record Document(String mediaType, byte[] bytes) {
        Descriptor descriptor() {
            return new Descriptor(mediaType, Digest.of(bytes), bytes.length);
        }
    }

    private static String version(Reference reference) {
        if (reference.digest() != null) {
            return reference.digest().toString();
        }
        return reference.tag() == null ? "latest" : reference.tag();
    }

    private static Document manifest(RegistryHttp registry, Reference reference, String version) throws IOException {
        HttpResponse<InputStream> response = registry.get(reference, "manifests/" + version, MANIFESTS);
        try (InputStream body = response.body()) {
            byte[] bytes = body.readNBytes(ImageStore.MAX_DOCUMENT_BYTES + 1);
            if (bytes.length > ImageStore.MAX_DOCUMENT_BYTES) {
                throw ImageFailure.invalid("the manifest of " + reference.familiar() + " is too long");
            }
            Digest wanted = reference.digest();
            if (wanted != null && !wanted.matches(wanted.newComputation().digest(bytes))) {
                throw ImageFailure.invalid(
                        "registry " + reference.registry() + " gave something else than " + reference.familiar());
            }
            return new Document(mediaType(response, bytes), bytes);
        }
    }

    /** The media type from the document, else from the header, since an OCI manifest need not have one. */
    private static String mediaType(HttpResponse<InputStream> response, byte[] bytes) {
        String own = JsonDocument.parse(bytes, "image manifest").string("mediaType");
        if (own != null) {
            return own;
        }
        String header = response.headers().firstValue("Content-Type").orElse(MediaTypes.MANIFEST);
        int semicolon = header.indexOf(';');
        return (semicolon < 0 ? header : header.substring(0, semicolon)).strip();
    }

    private static List<Descriptor> blobs(Manifest manifest) {
        List<Descriptor> blobs = new ArrayList<>();
        blobs.add(manifest.config());
        for (Descriptor layer : manifest.layers()) {
            if (!blobs.contains(layer)) {
                blobs.add(layer);
            }
        }
        return blobs;
    }

    private static void fetch(RegistryHttp registry, Reference reference, List<Descriptor> blobs, ImageStore store) {
        Semaphore slots = new Semaphore(DOWNLOADS_AT_ONCE);
        List<Future<?>> downloads = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Descriptor blob : blobs) {
                downloads.add(executor.submit(() -> {
                    slots.acquire();
                    try {
                        if (!store.claim(blob.digest())) {
                            retrying(() -> download(registry, reference, blob, store));
                        }
                        return null;
                    } finally {
                        slots.release();
                    }
                }));
            }
            for (Future<?> download : downloads) {
                await(download, downloads);
            }
        }
    }

    /** Waits for a download; the first failure cancels the others. */
    private static void await(Future<?> download, List<Future<?>> all) {
        try {
            download.get();
        } catch (ExecutionException e) {
            all.forEach(other -> other.cancel(true));
            if (e.getCause() instanceof ImageFailure failure) {
                throw failure;
            }
            throw new ImageFailure(Reason.UNAVAILABLE, "download failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            all.forEach(other -> other.cancel(true));
            Thread.currentThread().interrupt();
            throw new ImageFailure(Reason.UNAVAILABLE, "interrupted while downloading", e);
        }
    }

    private static Descriptor download(RegistryHttp registry, Reference reference, Descriptor blob, ImageStore store)
            throws IOException {
        HttpResponse<InputStream> response = registry.get(reference, "blobs/" + blob.digest(), "*/*");
        try (InputStream body = response.body();
                StallGuard guard = new StallGuard(body, STALL);
                BlobWriter writer = store.newBlob()) {
            byte[] buffer = new byte[1 << 16];
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                guard.progress();
                writer.write(buffer, 0, n);
                if (writer.size() > blob.size()) {
                    throw ImageFailure.invalid(
                            "registry " + reference.registry() + " sent more than the size of " + blob.digest());
                }
            }
            return writer.commit(blob);
        }
    }

    private interface Attempt<T> {
        T run() throws IOException;
    }

    /** Retries transient failures, at once and after a second. */
    private static <T> T retrying(Attempt<T> attempt) {
        for (int i = 1; ; i++) {
            ImageFailure failure;
            try {
                return attempt.run();
            } catch (IOException e) {
                failure = new ImageFailure(
                        Reason.UNAVAILABLE, "the connection to the registry broke: " + e.getMessage(), e);
            } catch (ImageFailure e) {
                failure = e;
            }
            if (i == ATTEMPTS || failure.reason() != Reason.UNAVAILABLE) {
                throw failure;
            }
            try {
                Thread.sleep(Duration.ofMillis(i == 1 ? 100 : 1000));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw failure;
            }
        }
    }
}
