package dev.proa.registry;

import dev.proa.image.Digest;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.registry.RegistryAccess.Action;
import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Gives blobs, whole or in part, and deletes them. */
final class BlobCalls {
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");

    private final Repositories repositories;
    private final ImageStore store;

    BlobCalls(Repositories repositories) {
        this.repositories = repositories;
        store = repositories.store();
    }

    void serve(RegistryCall call, Caller caller, Route.Blob route) throws IOException {
        switch (call.method()) {
            case "GET", "HEAD" -> {
                Reference repository = caller.repository(route.name(), Action.PULL);
                if (call.isHead() && caller.isOwn() && caller.may(Action.PUSH, route.name())) {
                    // It asks whether it has to upload the blob; until its manifest comes, nobody may delete it.
                    holdIfThere(repository, route.digest());
                }
                get(call, repository, route.digest());
            }
            case "DELETE" -> delete(call, caller.repository(route.name(), Action.DELETE), route.digest());
            default -> throw Methods.refused(call, "GET", "HEAD", "DELETE");
        }
    }

    private void holdIfThere(Reference repository, Digest digest) {
        if (repositories.hasBlob(repository.name(), digest)) {
            store.hold(repository.name(), digest);
        }
    }

    /** Bytes from {@code first} to {@code last}, both included. */
    private record Range(long first, long last) {}

    private void get(RegistryCall call, Reference repository, Digest digest) throws IOException {
        if (!repositories.hasBlob(repository.name(), digest)) {
            throw unknown(digest);
        }
        long size = store.size(digest);
        String etag = "\"" + digest + "\"";
        call.set(RegistryCall.DIGEST, digest.toString())
                .set("ETag", etag)
                .set("Accept-Ranges", "bytes")
                .set("Cache-Control", "max-age=31536000")
                .set("Content-Type", "application/octet-stream");
        if (etag.equals(call.header("If-None-Match"))) {
            call.end(304);
            return;
        }
        Range range = range(call.header("Range"), size);
        long first = range == null ? 0 : range.first;
        long length = range == null ? size : range.last - range.first + 1;
        if (range != null) {
            call.set("Content-Range", "bytes " + range.first + "-" + range.last + "/" + size);
        }
        if (call.isHead()) {
            call.set("Content-Length", Long.toString(length));
            call.end(range == null ? 200 : 206);
            return;
        }
        try (InputStream content = store.read(digest)) {
            content.skipNBytes(first);
            call.stream(range == null ? 200 : 206, content, length);
        }
    }

    /** The part that is asked for; null for all, also when several are. */
    private static @Nullable Range range(@Nullable String header, long size) {
        if (header == null) {
            return null;
        }
        Matcher matcher = RANGE.matcher(header);
        if (!matcher.matches() || matcher.group(1).isEmpty() && matcher.group(2).isEmpty()) {
            return null; // RFC 9110, 14.2: what is not understood is ignored
        }
        if (matcher.group(1).isEmpty()) {
            long count = Math.min(Long.parseLong(matcher.group(2)), size);
            if (count == 0) {
                throw unsatisfiable(size);
            }
            return new Range(size - count, size - 1);
        }
        long first = Long.parseLong(matcher.group(1));
        long last = matcher.group(2).isEmpty() ? size - 1 : Long.parseLong(matcher.group(2));
        if (first >= size || last < first) {
            throw unsatisfiable(size);
        }
        return new Range(first, Math.min(last, size - 1));
    }

    private static RegistryException unsatisfiable(long size) {
        return new RegistryException(416, ErrorCode.SIZE_INVALID, "the blob has " + size + " bytes")
                .header("Content-Range", "bytes */" + size);
    }

    private void delete(RegistryCall call, Reference repository, Digest digest) throws IOException {
        Digest user = repositories.get(repository.name()).userOf(digest);
        if (user != null) {
            throw new RegistryException(
                    ErrorCode.UNSUPPORTED, "the blob belongs to manifest " + user + "; delete that first");
        }
        if (!store.release(repository.name(), digest)) {
            throw unknown(digest);
        }
        call.end(202);
    }

    static RegistryException unknown(Digest digest) {
        return new RegistryException(ErrorCode.BLOB_UNKNOWN, "the repository has no blob " + digest);
    }
}
