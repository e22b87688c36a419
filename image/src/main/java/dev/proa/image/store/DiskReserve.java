package dev.proa.image.store;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** Keeps some disk space free for other writers, such as the cluster's journal. For one thread. */
public final class DiskReserve {
    private static final long LOOK_EACH = 16L << 20;

    private final Path place;
    private final long free;
    private long written;

    /**
     * A reserve on one disk.
     *
     * @param place on the disk
     * @param free bytes that stay free
     */
    public DiskReserve(Path place, long free) {
        this.place = place;
        this.free = free;
    }

    /**
     * Call this before writing; now and then it checks the free space.
     *
     * @throws ImageFailure when there is too little
     */
    public void require(long bytes) throws IOException {
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
