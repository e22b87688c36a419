package dev.proa.image.solver;

import dev.proa.image.solver.CopyFiles.Selected;
import dev.proa.image.solver.FileSource.Type;
import dev.proa.image.store.LayerUnpacker;
import dev.proa.image.store.Whiteouts;
import dev.proa.image.tar.Decompression;
import dev.proa.image.tar.UnpackLimits;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarUtils;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.jspecify.annotations.Nullable;

/** Unpacks archives as {@code ADD} does: tar, plain or compressed with gzip, bzip2, xz or zstd, told by their first bytes. */
final class AddArchive {
    private static final int BLOCK = 512;
    private static final int BUFFER = 1 << 16;
    private static final int XZ_MEMORY_KIB = 256 << 10;

    private AddArchive() {}

    /**
     * Unpacks a file into a directory, if it is an archive.
     *
     * @param owner of all files; null for those that the archive says
     * @return whether it is one
     */
    static boolean unpack(
            Selected selected, CopyFiles copy, String destination, @Nullable Owner owner, Whiteouts attributes)
            throws IOException {
        if (selected.item().type() != Type.FILE || !isArchive(selected)) {
            return false;
        }
        Path directory = copy.directory(destination);
        try (InputStream in = open(selected)) {
            int uid = owner == null ? -1 : owner.uid();
            int gid = owner == null ? -1 : owner.gid();
            LayerUnpacker.unpackArchive(in, directory, uid, gid, attributes, UnpackLimits.DEFAULT);
        }
        return true;
    }

    private static boolean isArchive(Selected selected) throws IOException {
        try (InputStream in = open(selected)) {
            byte[] start = in.readNBytes(BLOCK);
            // Archives from before POSIX have no magic number.
            return start.length == BLOCK && start[0] != 0 && TarUtils.verifyCheckSum(start);
        } catch (IOException | IllegalArgumentException noArchive) {
            return false;
        }
    }

    /** The file, uncompressed when it is compressed. */
    private static InputStream open(Selected selected) throws IOException {
        BufferedInputStream in = new BufferedInputStream(selected.source().open(selected.item()), BUFFER);
        in.mark(8);
        byte[] magic = in.readNBytes(6);
        in.reset();
        String start = new String(magic, StandardCharsets.ISO_8859_1);
        if (start.startsWith("BZh")) {
            return new BZip2CompressorInputStream(in, true);
        }
        if (start.equals("\u00fd7zXZ\0")) {
            return new XZCompressorInputStream(in, true, XZ_MEMORY_KIB);
        }
        return Decompression.plain(in);
    }
}
