package dev.proa.registry;

import dev.proa.http.FairBudget;
import dev.proa.image.ImageFailure;
import dev.proa.registry.RegistryAccess.Presented;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests: finds out who asks, and has what is asked for done. */
final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryServer.class);

    private static final long PATIENCE_FOR_OTHERS_MILLIS = 30_000;

    private final FairBudget places;
    private final RegistryAccess access;
    private final Supplier<String> host;
    private final BlobCalls blobs;
    private final UploadCalls uploads;
    private final ManifestCalls manifests;
    private final ListCalls lists;

    /**
     * Serves repositories.
     *
     * @param host by which the names of this registry's repositories begin
     * @param most how many requests may be answered at a time
     */
    Dispatcher(Repositories repositories, Uploads uploads, RegistryAccess access, Supplier<String> host, long most) {
        places = new FairBudget(most);
        this.access = access;
        this.host = host;
        blobs = new BlobCalls(repositories);
        this.uploads = new UploadCalls(repositories, uploads);
        manifests = new ManifestCalls(repositories);
        lists = new ListCalls(repositories);
    }

    void answer(RegistryCall call) {
        try {
            try {
                call.set("Docker-Distribution-API-Version", "registry/2.0").set("X-Content-Type-Options", "nosniff");
                serve(call);
            } catch (RegistryException e) {
                call.fail(e.status() == 401 ? e.header("WWW-Authenticate", "Basic realm=\"proa\"") : e);
            } catch (ImageFailure e) {
                call.fail(failure(call, e));
            } catch (RuntimeException e) {
                LOG.error("{} {} failed", call.method(), call.path(), e);
                call.fail(new RegistryException(ErrorCode.UNKNOWN, "the registry failed; see its server's log"));
            }
        } catch (IOException e) {
            LOG.debug("{} {} was not answered to its end", call.method(), call.path(), e);
            call.cut();
        }
    }

    private static RegistryException failure(RegistryCall call, ImageFailure failure) {
        return switch (failure.reason()) {
            case NOT_FOUND -> new RegistryException(ErrorCode.BLOB_UNKNOWN, String.valueOf(failure.getMessage()));
            case STORAGE -> {
                LOG.warn("{} {}: {}", call.method(), call.path(), failure.getMessage());
                yield new RegistryException(ErrorCode.UNAVAILABLE, "the registry's disk fails or is full");
            }
            default -> new RegistryException(ErrorCode.MANIFEST_INVALID, String.valueOf(failure.getMessage()));
        };
    }

    /**
     * Refuses what a page of somebody else's makes a browser of this machine send. Over plain HTTP, where no certificate tells the client whom it has reached, a name
     * that does not mean this machine is one that was made to lead here (DNS rebinding).
     */
    private static void requireNoBrowser(RegistryCall call) {
        String host = call.host();
        if (call.header("Origin") != null || !call.request().isSSL() && !Loopback.is(host)) {
            throw new RegistryException(
                    ErrorCode.DENIED, "the registry is not for web pages; call it by localhost or its address");
        }
    }

    private void serve(RegistryCall call) throws IOException {
        requireNoBrowser(call);
        Identity identity = identify(call);
        String ownHost = host.get();
        String mirrored = call.query("ns");
        Caller caller =
                new Caller(identity, access, ownHost, mirrored == null || mirrored.equals(ownHost) ? "" : mirrored);
        Route route = Route.parse(call.path());
        if (call.isHead() || route instanceof Route.Base) {
            serve(call, caller, route);
            return;
        }
        takePlace(identity);
        try {
            serve(call, caller, route);
        } finally {
            places.give(identity.name(), 1);
        }
    }

    private void takePlace(Identity identity) {
        try {
            if (places.take(identity.name(), 1, PATIENCE_FOR_OTHERS_MILLIS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new RegistryException(ErrorCode.TOOMANYREQUESTS, "too many requests at a time; try again later");
    }

    private void serve(RegistryCall call, Caller caller, Route parsed) throws IOException {
        switch (parsed) {
            case Route.Base base -> {
                Methods.requireRead(call);
                call.document(200, RegistryCall.JSON, "{}".getBytes(StandardCharsets.UTF_8));
            }
            case Route.Manifest route -> manifests.serve(call, caller, route);
            case Route.Blob route -> blobs.serve(call, caller, route);
            case Route.Uploads route -> uploads.begin(call, caller, route);
            case Route.Upload route -> uploads.serve(call, caller, route);
            case Route.Tags route -> lists.tags(call, caller, route);
            case Route.Referrers route -> lists.referrers(call, caller, route);
        }
    }

    private Identity identify(RegistryCall call) {
        SocketAddress remote = call.request().remoteAddress();
        String address = remote == null ? null : remote.hostAddress();
        Presented presented = new Presented(
                certificate(call), token(call.header("Authorization")), address != null && Loopback.is(address));
        Identity identity = access.authenticate(presented).orElse(null);
        if (identity == null) {
            call.connection().refuse();
            throw new RegistryException(ErrorCode.UNAUTHORIZED, "log in with a certificate or a token of the cluster");
        }
        if (!call.connection().known(identity.name())) {
            throw new RegistryException(ErrorCode.TOOMANYREQUESTS, identity.name() + " has too many connections");
        }
        return identity;
    }

    private static @Nullable X509Certificate certificate(RegistryCall call) {
        if (!call.request().isSSL()) {
            return null;
        }
        try {
            List<Certificate> chain = call.request().connection().peerCertificates();
            return !chain.isEmpty() && chain.getFirst() instanceof X509Certificate certificate ? certificate : null;
        } catch (SSLPeerUnverifiedException e) {
            return null; // it has shown none
        }
    }

    /** The token of the Bearer scheme, or the password of the Basic scheme, whatever the user's name; empty for one that is malformed. */
    static @Nullable String token(@Nullable String authorization) {
        if (authorization == null) {
            return null;
        }
        int space = authorization.indexOf(' ');
        String scheme = space < 0 ? authorization : authorization.substring(0, space);
        String rest = space < 0 ? "" : authorization.substring(space + 1).strip();
        if (scheme.equalsIgnoreCase("Bearer")) {
            return rest;
        }
        if (!scheme.equalsIgnoreCase("Basic")) {
            return "";
        }
        try {
            String pair = new String(Base64.getDecoder().decode(rest), StandardCharsets.UTF_8);
            return pair.substring(pair.indexOf(':') + 1);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
