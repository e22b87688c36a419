package dev.proa.image.registry;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Pulls from registries and pushes to them (OCI distribution specification 1.1). Plain HTTP is used for registries on this
 * machine and those configured as insecure, HTTPS for all others, and for those with {@link RegistryCertificates}. All content is verified against its digest. What fails for
 * reasons that may pass is tried again. Methods block and may be called from any thread; failures are {@link ImageFailure}s.
 */
public final class RegistryClient implements AutoCloseable {
    private final HttpClient usual;
    private final RegistryCertificates certificates;
    private final Set<String> insecure;
    private final UnpackLimits limits;
    private final long monolithicBytes;
    private final ConcurrentHashMap<Registry, RegistryHttp> registries = new ConcurrentHashMap<>();

    private final ConcurrentHashMap<RegistryMirror, HttpClient> mirrors = new ConcurrentHashMap<>();

    private record Registry(String host, @Nullable RegistryCredentials credentials) {}

    /** A client with the trusted certificates of JVM, user and machine, and the default limits. */
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
        this(insecure, limits, RegistryCertificates.of(System.getenv()), BlobUpload.MONOLITHIC_BYTES);
    }

    /** @param monolithicBytes up to which size a blob is sent in one request */
    RegistryClient(Set<String> insecure, UnpackLimits limits, RegistryCertificates certificates, long monolithicBytes) {
        this.insecure = Set.copyOf(insecure);
        this.limits = limits;
        this.monolithicBytes = monolithicBytes;
        this.certificates = certificates;
        usual = client(null);
    }

    private static HttpClient client(@Nullable SSLContext context) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .connectTimeout(Duration.ofSeconds(10))
                .followRedirects(HttpClient.Redirect.NEVER);
        return (context == null ? builder : builder.sslContext(context)).build();
    }

    /**
     * Pulls an image into a store and names it there. Blobs that the store has are not fetched again.
     *
     * @param platform chooses from an image for several
     */
    public Image pull(
            Reference reference, Platform platform, @Nullable RegistryCredentials credentials, ImageStore store) {
        return pullImage(reference, new PullOptions(platform, credentials), store);
    }

    /** Pulls what has to be an image into a store, and names it there. */
    Image pullImage(Reference reference, PullOptions options, ImageStore store) {
        Descriptor pulled = pull(reference, options, store);
        if (!store.manifest(pulled.digest()).isImage()) {
            throw ImageFailure.invalid(reference.familiar() + " is no image but "
                    + store.manifest(pulled.digest()).artifactType());
        }
        return store.get(pulled);
    }

    /**
     * Pulls what a name means, and names it in the store.
     *
     * @return what the name means in the store: an index when there is one and no platform was chosen
     */
    public Descriptor pull(Reference reference, PullOptions options, ImageStore store) {
        RegistryMirror mirror = options.mirror();
        RegistryHttp http = mirror == null ? http(reference, options.credentials()) : http(reference, mirror);
        try (ImageStore.Lease lease = store.lease()) {
            return new ManifestPull(http, reference, store, options, limits).pull();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot end the lease of " + store.directory(), e);
        }
    }

    /**
     * Pushes a manifest of a store, with all it refers to. Nothing has a name in the registry before it is whole there.
     *
     * @param manifest of an image, an index or another artifact
     * @param target with a tag, or only a digest, which then must be that of the manifest
     * @return its digest
     */
    public Digest push(Descriptor manifest, Reference target, PushOptions options, ImageStore store) {
        if (target.digest() != null && !target.digest().equals(manifest.digest())) {
            throw ImageFailure.invalid(
                    "cannot push " + manifest.digest() + " as " + target.familiar() + ", which is another digest");
        }
        return new ManifestPush(http(target, options.credentials()), target, store, options, monolithicBytes)
                .push(manifest);
    }

    private RegistryHttp http(Reference reference, @Nullable RegistryCredentials credentials) {
        return registries.computeIfAbsent(new Registry(reference.registry(), credentials), this::connect);
    }

    private RegistryHttp http(Reference reference, RegistryMirror mirror) {
        return new RegistryHttp(
                mirrors.computeIfAbsent(mirror, added -> client(added.tls())), mirror, reference.registry());
    }

    private RegistryHttp connect(Registry registry) {
        SSLContext context = certificates.context(registry.host);
        return new RegistryHttp(
                context == null ? usual : client(context),
                registry.host,
                insecure.contains(registry.host) || RegistryHttp.isLoopback(registry.host) && context == null,
                registry.credentials);
    }

    @Override
    public void close() {
        registries.values().forEach(RegistryHttp::close);
        mirrors.values().forEach(HttpClient::close);
        usual.close();
    }
}
