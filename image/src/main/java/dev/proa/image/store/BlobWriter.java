package dev.proa.image.store;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import dev.proa.image.tar.UnpackLimits;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes one blob of unknown digest into an {@link ImageStore}. Bytes go to a temporary file; {@link #commit} turns it
 * into a blob, {@link #close} without it discards it. For one thread.
 */
public final class BlobWriter extends OutputStream {
    private final ImageStore store;
    private final Path file;
    private final FileOutputStream out;
    private final MessageDigest sha256 = Digest.newSha256();
    private final DiskReserve reserve;
    private long size;
    private boolean closed;

    BlobWriter(ImageStore store, Path directory) throws IOException {
        this.store = store;
        this.file = directory.resolve(UUID.randomUUID().toString());
        this.out = new FileOutputStream(file.toFile());
        this.reserve = new DiskReserve(directory, UnpackLimits.DEFAULT.freeBytes());
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** Fails by an {@link ImageFailure}, which no caller takes for a failure of where the bytes come from. */
    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            reserve.require(length);
            out.write(bytes, offset, length);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot write image data below " + store.directory(), e);
        }
        sha256.update(bytes, offset, length);
        size += length;
    }

    /** Bytes written so far. */
    public long size() {
        return size;
    }

    /** Makes the bytes durable as a blob; the writer is closed. */
    public Descriptor commit(String mediaType) {
        return finish(mediaType, Digest.sha256(sha256.digest()), null);
    }

    /**
     * Makes the bytes durable as the blob that was asked for; the writer is closed.
     *
     * @throws ImageFailure when they are not what {@code expected} says
     */
    public Descriptor commit(Descriptor expected) {
        return commit(expected, null);
    }

    /**
     * As {@link #commit(Descriptor)}; in the same step the blob is {@linkplain ImageStore#hold held} for a repository.
     *
     * @param repository or null for none
     */
    public Descriptor commit(Descriptor expected, @Nullable String repository) {
        Digest actual = Digest.sha256(sha256.digest());
        if (expected.digest().algorithm().equals("sha256")) {
            if (!actual.equals(expected.digest())) {
                close();
                throw ImageFailure.invalid("content is corrupt: expected " + expected.digest() + ", got " + actual
                        + "; try again, and if it stays so, push the image again");
            }
        } else {
            try {
                verifyOther(expected.digest());
            } catch (ImageFailure e) {
                close();
                throw e;
            }
        }
        return finish(expected.mediaType(), expected.digest(), repository);
    }

    private void verifyOther(Digest expected) {
        try {
            MessageDigest computation = expected.newComputation();
            try (var in = Files.newInputStream(file)) {
                byte[] buffer = new byte[1 << 16];
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    computation.update(buffer, 0, n);
                }
            }
            if (!expected.matches(computation.digest())) {
                throw ImageFailure.invalid("content is corrupt: it is not " + expected);
            }
        } catch (IOException e) {
            throw ImageFailure.storage("cannot verify " + expected, e);
        }
    }

    private Descriptor finish(String mediaType, Digest digest, @Nullable String repository) {
        try {
            out.getFD().sync();
            out.close();
            store.adopt(file, digest, repository);
            closed = true;
            return new Descriptor(mediaType, digest, size);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot write image data below " + store.directory(), e);
        } finally {
            close();
        }
    }

    /** Discards what was not committed. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            out.close();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot delete " + file, e);
        }
    }
}
