package dev.proa.registry;

import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.registry.RegistryAccess.Action;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes blobs: at once, in chunks, or from another repository. */
final class UploadCalls {
    /** As the specification has it, or with the unit of HTTP's ranges. */
    private static final Pattern CONTENT_RANGE = Pattern.compile("(?:bytes[ =])?([0-9]{1,18})-([0-9]{1,18})(?:/.*)?");

    private final Repositories repositories;
    private final Uploads uploads;

    UploadCalls(Repositories repositories, Uploads uploads) {
        this.repositories = repositories;
        this.uploads = uploads;
    }

    /** Begins an upload, or does all of it. */
    void begin(RegistryCall call, Caller caller, Route.Uploads route) throws IOException {
        if (!call.method().equals("POST")) {
            throw Methods.refused(call, "POST");
        }
        Reference repository = caller.repository(route.name(), Action.PUSH);
        String mount = call.query("mount");
        if (mount != null && mount(call, caller, repository, Route.digest(mount), call.query("from"))) {
            return;
        }
        String digest = call.query("digest");
        Digest wanted = digest == null ? null : Route.digest(digest);
        Upload upload = uploads.begin(repository.name(), caller.identity().name());
        if (wanted == null) {
            progress(call, repository, upload, 202);
        } else {
            try {
                finish(call, repository, upload, wanted);
            } finally {
                discard(upload);
            }
        }
    }

    /** Cancels what nobody knows the name of, unless it has become a blob. */
    private void discard(Upload upload) throws IOException {
        try {
            uploads.cancel(upload);
        } catch (RegistryException e) {
            uploads.ended(upload); // it is over
        }
    }

    /** Gives a repository a blob that another one has; false when that is not so, or may not be known. */
    private boolean mount(RegistryCall call, Caller caller, Reference repository, Digest digest, @Nullable String from)
            throws IOException {
        if (!canMount(caller, repository, digest, from) || !repositories.store().hold(repository.name(), digest)) {
            return false;
        }
        created(call, repository, digest);
        return true;
    }

    private boolean canMount(Caller caller, Reference repository, Digest digest, @Nullable String from) {
        if (from != null) {
            Reference source = Repositories.name(caller.host(), from);
            return caller.may(Action.PULL, source.repository()) && repositories.hasBlob(source.name(), digest);
        }
        if (repositories.hasBlob(repository.name(), digest)) {
            return true;
        }
        String own = caller.host() + "/";
        return repositories
                .withBlob(digest)
                .filter(name -> name.startsWith(own))
                .anyMatch(name -> caller.may(Action.PULL, name.substring(own.length())));
    }

    /** Continues, ends or tells of an upload. */
    void serve(RegistryCall call, Caller caller, Route.Upload route) throws IOException {
        Reference repository = caller.repository(route.name(), Action.PUSH);
        Upload upload = uploads.find(repository.name(), route.id());
        switch (call.method()) {
            case "GET", "HEAD" -> progress(call, repository, upload, 204);
            case "PATCH" -> {
                append(call, repository, upload, true);
                progress(call, repository, upload, 202);
            }
            case "PUT" -> finish(call, repository, upload, digest(call));
            case "DELETE" -> {
                uploads.cancel(upload);
                call.end(204);
            }
            default -> throw Methods.refused(call, "GET", "PATCH", "PUT", "DELETE");
        }
    }

    private static Digest digest(RegistryCall call) {
        String digest = call.query("digest");
        if (digest == null) {
            throw new RegistryException(ErrorCode.DIGEST_INVALID, "the query lacks the digest of the blob");
        }
        return Route.digest(digest);
    }

    /** Appends the body, which has to begin where the upload ends. */
    private void append(RegistryCall call, Reference repository, Upload upload, boolean chunk) throws IOException {
        upload.exclusively(ours -> {
            try {
                ours.append(call.body(), announced(call, repository, ours, chunk));
                return true;
            } catch (ImageFailure e) {
                // The disk is full: others need the place that this one has taken.
                ours.cancel();
                uploads.ended(ours);
                throw e;
            }
        });
    }

    private static long announced(RegistryCall call, Reference repository, Upload upload, boolean chunk) {
        String header = call.header("Content-Range");
        if (header == null) {
            return Long.MAX_VALUE;
        }
        Matcher range = CONTENT_RANGE.matcher(header);
        if (!range.matches()) {
            throw new RegistryException(
                    ErrorCode.BLOB_UPLOAD_INVALID, "the header Content-Range has to be of the form FIRST-LAST");
        }
        long first = Long.parseLong(range.group(1));
        long length = Long.parseLong(range.group(2)) - first + 1;
        long announced = call.contentLength();
        if (length < 0 || announced >= 0 && announced != length && (chunk || announced > 0)) {
            throw new RegistryException(ErrorCode.SIZE_INVALID, "Content-Range and Content-Length do not agree");
        }
        if (first != upload.size()) {
            throw new RegistryException(
                            416,
                            ErrorCode.BLOB_UPLOAD_INVALID,
                            "the next chunk has to begin at " + upload.size() + ", not at " + first)
                    .header("Location", location(repository, upload))
                    .header("Range", range(upload));
        }
        return length;
    }

    private void finish(RegistryCall call, Reference repository, Upload upload, Digest digest) throws IOException {
        append(call, repository, upload, false);
        boolean over = upload.exclusively(ours -> {
            try {
                ours.finish(digest);
                return true;
            } finally {
                uploads.ended(ours);
            }
        });
        if (over) {
            created(call, repository, digest);
        }
    }

    private static void created(RegistryCall call, Reference repository, Digest digest) throws IOException {
        call.set("Location", Caller.url(repository, "blobs", digest))
                .set(RegistryCall.DIGEST, digest.toString())
                .end(201);
    }

    private static void progress(RegistryCall call, Reference repository, Upload upload, int status)
            throws IOException {
        call.set("Location", location(repository, upload))
                .set("Range", range(upload))
                .set("Docker-Upload-UUID", upload.id())
                .end(status);
    }

    private static String location(Reference repository, Upload upload) {
        return Caller.url(repository, "blobs", "uploads", upload.id());
    }

    /** The bytes that are there. The specification has no way to say none. */
    private static String range(Upload upload) {
        return "0-" + Math.max(0, upload.size() - 1);
    }
}
