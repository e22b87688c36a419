package dev.proa.registry;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import dev.proa.image.store.BlobWriter;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A blob that is being uploaded, by one request at a time. What has come stays when a request breaks off, so that the next goes on
 * from there.
 */
final class Upload {
    /** How long a request waits for the one before, whose client may be gone without anybody having noticed. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int PIECE = 64 << 10;
    private static final String BLOB = "application/octet-stream";

    private final String id;
    private final String repository;
    private final String owner;
    private final BlobWriter writer;
    private final long maxBytes;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Instant touched;
    private volatile long size;
    private boolean over;

    Upload(String id, String repository, String owner, BlobWriter writer, long maxBytes, InstantSource clock) {
        this.id = id;
        this.repository = repository;
        this.owner = owner;
        this.writer = writer;
        this.maxBytes = maxBytes;
        this.clock = clock;
        touched = clock.instant();
    }

    String id() {
        return id;
    }

    /** The full name of the repository that it is for. */
    String repository() {
        return repository;
    }

    /** Whose limit it counts for. */
    String owner() {
        return owner;
    }

    /** When something last came. */
    Instant touched() {
        return touched;
    }

    /** Something that is done with an upload while nobody else uses it. */
    interface Work<T> {
        T run(Upload upload) throws IOException;
    }

    /**
     * Does something while no other request uses the upload.
     *
     * @throws RegistryException when another request does not end, or the upload is over
     */
    <T> T exclusively(Work<T> work) throws IOException {
        try {
            if (!lock.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new RegistryException(
                        409, ErrorCode.BLOB_UPLOAD_INVALID, "another request sends to this upload; try again later");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException(ErrorCode.UNAVAILABLE, "the registry is being stopped");
        }
        try {
            if (over) {
                throw new RegistryException(ErrorCode.BLOB_UPLOAD_UNKNOWN, "the upload is over; begin a new one");
            }
            return work.run(this);
        } finally {
            lock.unlock();
        }
    }

    /** Bytes that have come; any thread may ask. */
    long size() {
        return size;
    }

    /**
     * Appends what a request brings, to its end or to where it breaks off.
     *
     * @param announced how many bytes it may bring; more than that is an error
     */
    void append(InputStream body, long announced) throws IOException {
        byte[] piece = new byte[PIECE];
        long left = announced;
        for (int n = body.read(piece); n >= 0; n = body.read(piece)) {
            left -= n;
            if (left < 0) {
                throw new RegistryException(ErrorCode.SIZE_INVALID, "the chunk is longer than its Content-Range says");
            }
            if (size + n > maxBytes) {
                throw new RegistryException(
                        413, ErrorCode.SIZE_INVALID, "a blob may have " + (maxBytes >> 20) + " MiB here, not more");
            }
            writer.write(piece, 0, n);
            size = writer.size();
            touched = clock.instant();
        }
    }

    /** Makes it a blob of its repository. The upload is over, also when the digest is wrong. */
    Descriptor finish(Digest digest) {
        over = true;
        try {
            return writer.commit(new Descriptor(BLOB, digest, size), repository);
        } catch (ImageFailure e) {
            if (e.reason() == ImageFailure.Reason.INVALID) {
                throw new RegistryException(ErrorCode.DIGEST_INVALID, String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    /** Discards it. Inside {@link #exclusively}. */
    void cancel() {
        over = true;
        writer.close();
    }

    /** Discards it if no request uses it. */
    boolean cancelIfUnused() {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            cancel();
            return true;
        } finally {
            lock.unlock();
        }
    }
}
