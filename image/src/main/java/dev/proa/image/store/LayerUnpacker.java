package dev.proa.image.store;

import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Unpacks the archive of a layer into a directory. Whatever the archive says, nothing outside the directory is touched: names
 * with {@code ..} are refused, and links are followed only within it.
 *
 * <p>Owner, mode, time, hard and symbolic links and extended attributes are restored, the owner only by root. Devices and
 * sockets are left out: containers get theirs from the runtime. FIFOs are left out too, for the want of a way to make them.
 */
public final class LayerUnpacker {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final String XATTR = "SCHILY.xattr.";
    private static final int BUFFER = 1 << 17;

    private final Path root;
    private final Whiteouts whiteouts;
    private final boolean ownership;
    private final Set<Path> written = new HashSet<>();
    private final Map<Path, FileTime> directoryTimes = new LinkedHashMap<>();
    private final byte[] buffer = new byte[BUFFER];
    private long bytes;

    private LayerUnpacker(Path root, Whiteouts whiteouts, boolean ownership) {
        this.root = root;
        this.whiteouts = whiteouts;
        this.ownership = ownership;
    }

    /**
     * Unpacks one layer.
     *
     * @param archive tar, plain or with gzip; read to its end, not closed
     * @param diffId what the uncompressed archive must have as its digest
     * @param root an existing directory
     * @return bytes of the files written
     */
    public static long unpack(InputStream archive, Digest diffId, Path root, Whiteouts whiteouts) {
        try {
            boolean superuser = "root".equals(System.getProperty("user.name"));
            return new LayerUnpacker(root.toRealPath(), whiteouts, superuser).unpack(archive, diffId);
        } catch (IllegalArgumentException | ArithmeticException e) {
            // What the archive reader and the file system say of names and numbers that cannot be.
            throw new ImageFailure(
                    ImageFailure.Reason.INVALID, "layer " + diffId + " is malformed: " + e.getMessage(), e);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot unpack layer " + diffId + " to " + root, e);
        }
    }

    private long unpack(InputStream archive, Digest diffId) throws IOException {
        MessageDigest computation = diffId.newComputation();
        InputStream plain = new DigestInputStream(decompress(archive), computation);
        InputStream unclosable = new FilterInputStream(new BufferedInputStream(plain, BUFFER)) {
            @Override
            public void close() {}

            /** Reads what it skips: the digest has to see it. */
            @Override
            public long skip(long count) throws IOException {
                long left = count;
                while (left > 0) {
                    int n = read(buffer, 0, (int) Math.min(buffer.length, left));
                    if (n < 0) {
                        break;
                    }
                    left -= n;
                }
                return count - left;
            }
        };
        try (TarArchiveInputStream tar = new TarArchiveInputStream(unclosable, StandardCharsets.UTF_8.name())) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpack(tar, entry);
            }
        }
        while (unclosable.read(buffer) >= 0) {
            // The digest is that of the whole archive, with the padding after its last entry.
        }
        if (!diffId.matches(computation.digest())) {
            throw ImageFailure.invalid("layer " + diffId + " is corrupt: its content has another digest");
        }
        for (Map.Entry<Path, FileTime> directory : directoryTimes.entrySet()) {
            if (Files.isDirectory(directory.getKey(), LinkOption.NOFOLLOW_LINKS)) {
                Files.setLastModifiedTime(directory.getKey(), directory.getValue());
            }
        }
        return bytes;
    }

    private static InputStream decompress(InputStream archive) throws IOException {
        BufferedInputStream in = new BufferedInputStream(archive, BUFFER);
        in.mark(4);
        byte[] magic = in.readNBytes(4);
        in.reset();
        if (magic.length >= 2 && (magic[0] & 0xff) == 0x1f && (magic[1] & 0xff) == 0x8b) {
            return new GZIPInputStream(in, BUFFER);
        }
        if (magic.length == 4 && (magic[0] & 0xff) == 0x28 && (magic[1] & 0xff) == 0xb5 && magic[2] == 0x2f) {
            throw ImageFailure.invalid("the layer is compressed with zstd, which is not supported: "
                    + "build the image with gzip compression");
        }
        return in;
    }

    private void unpack(TarArchiveInputStream tar, TarArchiveEntry entry) throws IOException {
        List<String> parts = ScopedPath.components(entry.getName());
        if (parts.isEmpty()) {
            if (entry.isDirectory()) {
                attributes(root, entry);
            }
            return;
        }
        Path parent = ScopedPath.directory(root, parts.subList(0, parts.size() - 1), this::implicitDirectory);
        String name = parts.getLast();
        if (name.equals(OPAQUE)) {
            whiteouts.opaque(parent, written);
            return;
        }
        if (name.startsWith(WHITEOUT)) {
            Path hidden = parent.resolve(hiddenName(name));
            if (!written.contains(hidden)) {
                whiteouts.whiteout(hidden);
            }
            return;
        }
        Path path = parent.resolve(name);
        if (create(tar, entry, path)) {
            markWritten(path);
        }
    }

    /** What has an entry of this layer in it is this layer's as well. */
    private void markWritten(Path path) {
        for (Path at = path; at != null && !at.equals(root) && written.add(at); at = at.getParent()) {
            // Adding is all there is to do.
        }
    }

    private static String hiddenName(String whiteout) {
        String name = whiteout.substring(WHITEOUT.length());
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw ImageFailure.invalid("layer is malformed: it has a whiteout named \"" + whiteout + "\"");
        }
        return name;
    }

    private void implicitDirectory(Path directory) throws IOException {
        FileTrees.delete(directory);
        Files.createDirectory(directory);
        setMode(directory, 0755);
        markWritten(directory);
    }

    private boolean create(TarArchiveInputStream tar, TarArchiveEntry entry, Path path) throws IOException {
        if (entry.isDirectory()) {
            if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                FileTrees.delete(path);
                Files.createDirectory(path);
            }
            attributes(path, entry);
            return true;
        }
        if (entry.isCharacterDevice() || entry.isBlockDevice() || entry.isFIFO()) {
            return false;
        }
        if (entry.isLink()) {
            link(entry, path);
            return true;
        }
        FileTrees.delete(path);
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
            owner(path, entry);
            return true;
        }
        if (!entry.isFile() && !entry.isSparse()) {
            return false;
        }
        if (!tar.canReadEntryData(entry)) {
            throw ImageFailure.invalid("layer is malformed: cannot read \"" + entry.getName() + "\"");
        }
        copy(tar, path);
        attributes(path, entry);
        return true;
    }

    private void copy(InputStream in, Path path) throws IOException {
        try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
                bytes += n;
            }
        }
    }

    private void link(TarArchiveEntry entry, Path path) throws IOException {
        List<String> parts = ScopedPath.components(entry.getLinkName());
        if (parts.isEmpty()) {
            throw ImageFailure.invalid("layer is malformed: \"" + entry.getName() + "\" links to the root");
        }
        Path existing = ScopedPath.directory(
                        root, new ArrayList<>(parts.subList(0, parts.size() - 1)), LayerUnpacker::missing)
                .resolve(parts.getLast());
        if (existing.equals(path)) {
            return;
        }
        FileTrees.delete(path);
        Files.createLink(path, existing);
    }

    private static void missing(Path directory) {
        throw ImageFailure.invalid("layer is malformed: a hard link leads to \"" + directory.getFileName()
                + "\", which the layer does not have");
    }

    private void attributes(Path path, TarArchiveEntry entry) throws IOException {
        owner(path, entry);
        setMode(path, entry.getMode() & 07777);
        for (Map.Entry<String, String> header : entry.getExtraPaxHeaders().entrySet()) {
            // The archive reader decodes values as UTF-8: one that was not text is lost.
            if (header.getKey().startsWith(XATTR) && header.getValue().indexOf('\uFFFD') < 0) {
                whiteouts.extendedAttribute(
                        path,
                        header.getKey().substring(XATTR.length()),
                        header.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        FileTime time = entry.getLastModifiedTime();
        if (entry.isDirectory()) {
            directoryTimes.put(path, time);
        } else {
            Files.setLastModifiedTime(path, time);
        }
    }

    private void owner(Path path, TarArchiveEntry entry) throws IOException {
        if (!ownership) {
            return;
        }
        int uid = Math.toIntExact(entry.getLongUserId());
        int gid = Math.toIntExact(entry.getLongGroupId());
        // What root creates is root's already: most files need no call.
        if (uid != 0) {
            Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
        }
        if (gid != 0) {
            Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
        }
    }

    private static void setMode(Path path, int mode) throws IOException {
        Files.setAttribute(path, "unix:mode", mode);
    }
}
