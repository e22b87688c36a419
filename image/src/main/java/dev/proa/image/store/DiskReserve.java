package dev.proa.image.store;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** Keeps some of a disk free for all else that writes there, such as the cluster's journal. For one thread. */
final class DiskReserve {
    private static final long LOOK_EACH = 16L << 20;

    private final Path place;
    private final long free;
    private long written;

    /**
     * @param place on the disk
     * @param free bytes that stay free
     */
    DiskReserve(Path place, long free) {
        this.place = place;
        this.free = free;
    }

    /** To be told of bytes that are about to be written; now and then it looks whether so many are free. */
    void require(long bytes) throws IOException {
        written += bytes;
        if (written < LOOK_EACH) {
            return;
        }
        written = 0;
        FileStore disk = Files.getFileStore(place);
        if (disk.getUsableSpace() - bytes < free) {
            throw new ImageFailure(
                    ImageFailure.Reason.STORAGE,
                    "the disk of " + place + " has less than " + (free >> 20)
                            + " MiB free; delete what is not needed and try again");
        }
    }
}
