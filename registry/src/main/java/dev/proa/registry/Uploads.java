package dev.proa.registry;

import dev.proa.http.FairBudget;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The uploads that have begun and not ended. They end with the process. Thread-safe. */
final class Uploads {
    /** How long an upload may be idle. */
    static final Duration IDLE = Duration.ofHours(1);

    private final ImageStore store;
    private final long maxBytes;
    private final InstantSource clock;
    private final FairBudget places;
    private final ConcurrentHashMap<String, Upload> open = new ConcurrentHashMap<>();

    /**
     * No uploads.
     *
     * @param most how many there may be at a time; each has an open file
     * @param maxBytes of a blob
     */
    Uploads(ImageStore store, int most, long maxBytes, InstantSource clock) {
        this.store = store;
        this.maxBytes = maxBytes;
        this.clock = clock;
        places = new FairBudget(most);
    }

    int count() {
        return open.size();
    }

    /** Begins one for a repository. */
    Upload begin(String repository, String owner) {
        if (!places.take(owner, 1)) {
            throw new RegistryException(
                    ErrorCode.TOOMANYREQUESTS, "too many uploads have begun; end or cancel some, or try again later");
        }
        boolean begun = false;
        try {
            Upload upload =
                    new Upload(UUID.randomUUID().toString(), repository, owner, store.newBlob(), maxBytes, clock);
            open.put(upload.id(), upload);
            begun = true;
            return upload;
        } finally {
            if (!begun) {
                places.give(owner, 1);
            }
        }
    }

    /** One that has begun for a repository. */
    Upload find(String repository, String id) {
        Upload upload = open.get(id);
        if (upload == null || !upload.repository().equals(repository)) {
            throw new RegistryException(ErrorCode.BLOB_UPLOAD_UNKNOWN, "there is no such upload; begin a new one");
        }
        return upload;
    }

    /** Forgets one that is over. */
    void ended(Upload upload) {
        if (open.remove(upload.id(), upload)) {
            places.give(upload.owner(), 1);
        }
    }

    /** Discards one. */
    void cancel(Upload upload) throws IOException {
        upload.exclusively(ours -> {
            ours.cancel();
            return true;
        });
        ended(upload);
    }

    /** Discards those that have been idle for too long. */
    void expire() {
        Instant limit = clock.instant().minus(IDLE);
        discard(limit);
    }

    /** Discards all that no request uses. */
    void close() {
        discard(Instant.MAX);
    }

    private void discard(Instant limit) {
        for (Upload upload : open.values()) {
            if (upload.touched().isBefore(limit) && upload.cancelIfUnused()) {
                ended(upload);
            }
        }
    }
}
