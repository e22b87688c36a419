package dev.proa.image.registry;

import dev.proa.image.Descriptor;
import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.image.registry.RegistryHttp.Scope;
import dev.proa.image.registry.TransferEvent.Outcome;
import dev.proa.image.store.ImageStore;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Uploads blobs to one repository (OCI distribution specification 1.1, "Pushing blobs"): those that are not there yet, in one request
 * when they are small, in chunks that can be resumed when they are large.
 */
final class BlobUpload {
    /** Up to this size a blob is sent in one request. */
    static final long MONOLITHIC_BYTES = 64L << 20;

    private static final long CHUNK_BYTES = 32L << 20;
    private static final long MAX_CHUNK_BYTES = 1L << 30;
    private static final int RESUMES = 5;

    private final RegistryHttp http;
    private final Reference target;
    private final ImageStore store;
    private final TransferEvent.Listener listener;
    private final long monolithicBytes;
    private final Scope scope;

    /** @param monolithicBytes up to which size a blob is sent in one request */
    BlobUpload(
            RegistryHttp http,
            Reference target,
            ImageStore store,
            TransferEvent.Listener listener,
            long monolithicBytes) {
        this.http = http;
        this.target = target;
        this.store = store;
        this.listener = listener;
        this.monolithicBytes = monolithicBytes;
        this.scope = Scope.push(target);
    }

    /**
     * Makes the repository have a blob.
     *
     * @param from another repository of the registry that is thought to have it, or null
     */
    Outcome upload(Descriptor blob, @Nullable String from) {
        listener.on(new TransferEvent.Started(blob));
        Outcome outcome = place(blob, from);
        listener.on(new TransferEvent.Finished(blob, outcome));
        return outcome;
    }

    private Outcome place(Descriptor blob, @Nullable String from) {
        if (isThere(blob)) {
            return Outcome.PRESENT;
        }
        HttpResponse<InputStream> started = start(blob, from);
        RegistryHttp.discard(started);
        if (started.statusCode() == 201) {
            return Outcome.MOUNTED;
        }
        URI session = http.location(started.uri(), started);
        if (blob.size() <= monolithicBytes || !inChunks(session, blob, chunk(started))) {
            finish(session, blob, new UploadBody(store, blob, 0, blob.size(), listener));
        }
        return Outcome.TRANSFERRED;
    }

    private boolean isThere(Descriptor blob) {
        URI uri = http.uri(target, "blobs/" + blob.digest());
        HttpResponse<InputStream> response =
                http.exchange(http.request(uri).method("HEAD", noBody()), uri, scope, target);
        RegistryHttp.discard(response);
        return switch (response.statusCode()) {
            case 200, 307 -> true;
            case 404 -> false;
            default -> throw http.failure(response, target, true);
        };
    }

    /** Starts an upload (202), unless the registry can take the blob from {@code from} (201). */
    private HttpResponse<InputStream> start(Descriptor blob, @Nullable String from) {
        URI uri = http.uri(
                target,
                from == null ? "blobs/uploads/" : "blobs/uploads/?mount=" + blob.digest() + "&from=" + encode(from));
        Scope needed = from == null ? scope : new Scope(target.repository(), true, from);
        HttpResponse<InputStream> response = http.exchange(http.request(uri).POST(noBody()), uri, needed, target);
        if (response.statusCode() == 202 || from != null && response.statusCode() == 201) {
            return response;
        }
        if (from != null) {
            // Whoever may not read the other repository can still upload.
            RegistryHttp.discard(response);
            return start(blob, null);
        }
        throw http.failure(response, target, true);
    }

    /** Chunks as large as the registry wants them at least. */
    private static long chunk(HttpResponse<?> started) {
        long least = started.headers().firstValueAsLong("OCI-Chunk-Min-Length").orElse(0);
        return Math.clamp(least, CHUNK_BYTES, MAX_CHUNK_BYTES);
    }

    /**
     * Sends a blob in chunks. A chunk that broke off goes on from where the registry got to.
     *
     * @return false when the registry takes no chunks, so that nothing was sent
     */
    private boolean inChunks(URI started, Descriptor blob, long chunk) {
        URI session = started;
        long sent = 0;
        int resumes = 0;
        while (sent < blob.size()) {
            long length = Math.min(chunk, blob.size() - sent);
            try {
                HttpResponse<InputStream> response = sendChunk(session, blob, sent, length);
                if (response.statusCode() != 202) {
                    return false;
                }
                session = http.location(session, response);
                sent += length;
            } catch (ImageFailure e) {
                if (++resumes > RESUMES) {
                    throw e;
                }
                HttpResponse<InputStream> state = state(session, e);
                session = http.location(session, state);
                sent = Math.min(received(state), blob.size());
            }
        }
        finish(session, blob, new UploadBody(store, blob, blob.size(), 0, listener));
        return true;
    }

    /** Sends one chunk. The answer is 202, or says for the first chunk that there is no such method. */
    private HttpResponse<InputStream> sendChunk(URI session, Descriptor blob, long offset, long length) {
        UploadBody body = new UploadBody(store, blob, offset, length, listener);
        HttpRequest.Builder request = http.longRequest(session)
                .header("Content-Type", "application/octet-stream")
                .header("Content-Range", offset + "-" + (offset + length - 1))
                .method("PATCH", body.publisher());
        HttpResponse<InputStream> response = http.upload(request, session, scope, body);
        boolean unknown = offset == 0 && (response.statusCode() == 404 || response.statusCode() == 405);
        if (response.statusCode() != 202 && !unknown) {
            throw http.failure(response, target, true);
        }
        RegistryHttp.discard(response);
        return response;
    }

    /** Asks how far an upload got; when it is lost, {@code why} it broke off is thrown. */
    private HttpResponse<InputStream> state(URI session, ImageFailure why) {
        HttpResponse<InputStream> response = http.exchange(http.request(session).GET(), session, scope, target);
        RegistryHttp.discard(response);
        if (response.statusCode() != 204 && response.statusCode() != 202) {
            throw why;
        }
        return response;
    }

    /** How many bytes the registry has, by the header {@code Range: 0-<last>}; {@code 0-0} is sent for none, too. */
    private static long received(HttpResponse<?> state) {
        String range = state.headers().firstValue("Range").orElse("");
        String last = range.substring(range.indexOf('-') + 1);
        return last.matches("[0-9]{1,18}") && !last.equals("0") ? Long.parseLong(last) + 1 : 0;
    }

    private void finish(URI session, Descriptor blob, UploadBody body) {
        URI uri = URI.create(session + (session.getRawQuery() == null ? "?" : "&") + "digest="
                + encode(blob.digest().toString()));
        HttpRequest.Builder request = http.longRequest(uri)
                .header("Content-Type", "application/octet-stream")
                .PUT(body.publisher());
        HttpResponse<InputStream> response = http.upload(request, uri, scope, body);
        if (response.statusCode() != 201 && response.statusCode() != 204) {
            throw http.failure(response, target, true);
        }
        RegistryHttp.discard(response);
    }

    private static HttpRequest.BodyPublisher noBody() {
        return HttpRequest.BodyPublishers.noBody();
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
