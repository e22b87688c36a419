package dev.proa.image.store;

import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import dev.proa.image.tar.TarEntries;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/**
 * Unpacks the archive of a layer into a directory. Whatever the archive says, nothing outside the directory is touched: names
 * with {@code ..} are refused, and links are followed only within it.
 *
 * <p>Owner, mode, time, hard and symbolic links and extended attributes are restored, the owner only by root. Of
 * attributes only {@code security.capability} and {@code user.*} are: others mean something to the machine or to the
 * mount. Devices and sockets are left out: containers get theirs from the runtime. FIFOs are left out too, since the
 * JDK cannot create them.
 */
public final class LayerUnpacker {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final String XATTR = "SCHILY.xattr.";
    private static final int BUFFER = 1 << 17;
    /** Memory per remembered directory in bytes, beside its name. */
    private static final int REMEMBERED = 160;

    private final Path root;
    private final Whiteouts whiteouts;
    private final UnpackLimits limits;
    private final DiskReserve reserve;
    private final boolean ownership;
    private final boolean layer;
    private final Map<Path, FileTime> directoryTimes = new LinkedHashMap<>();
    private final byte[] buffer = new byte[BUFFER];
    private int uid = -1;
    private int gid = -1;
    private long rememberedBytes;
    private long bytes;

    private LayerUnpacker(Path root, Whiteouts whiteouts, UnpackLimits limits, boolean ownership, boolean layer) {
        this.layer = layer;
        this.root = root;
        this.whiteouts = whiteouts;
        this.limits = limits;
        this.reserve = new DiskReserve(root, limits.freeBytes());
        this.ownership = ownership;
    }

    /**
     * Unpacks one layer.
     *
     * @param archive tar, plain or with gzip; read to its end, not closed
     * @param diffId what the uncompressed archive must have as its digest
     * @param root an existing directory; after a failure it has what was unpacked until then
     * @param limits those of the image, less what its other layers have taken
     * @return bytes of the files written
     */
    public static long unpack(InputStream archive, Digest diffId, Path root, Whiteouts whiteouts, UnpackLimits limits) {
        try {
            return new LayerUnpacker(root.toRealPath(), whiteouts, limits, superuser(), true).unpack(archive, diffId);
        } catch (IllegalArgumentException | ArithmeticException e) {
            // Errors of the archive reader and the file system about invalid names and numbers.
            throw new ImageFailure(
                    ImageFailure.Reason.INVALID, "layer " + diffId + " is malformed: " + e.getMessage(), e);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot unpack layer " + diffId + " to " + root, e);
        }
    }

    /**
     * Unpacks an archive that is no layer: names such as {@code .wh.x} have no meaning.
     *
     * @param archive tar, plain or compressed; read to its end, not closed
     * @param root an existing directory; what is in it is replaced by what the archive has at the same path
     * @param uid owner of all files, and gid their group; -1 for what the archive says
     * @param attributes sets extended attributes
     */
    public static void unpackArchive(
            InputStream archive, Path root, int uid, int gid, Whiteouts attributes, UnpackLimits limits) {
        try {
            LayerUnpacker unpacker = new LayerUnpacker(root.toRealPath(), attributes, limits, superuser(), false);
            unpacker.uid = uid;
            unpacker.gid = gid;
            try (TarEntries tar = new TarEntries(archive, null, limits)) {
                for (TarArchiveEntry entry = tar.next(); entry != null; entry = tar.next()) {
                    unpacker.unpack(tar, entry);
                }
            }
            unpacker.setDirectoryTimes();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new ImageFailure(ImageFailure.Reason.INVALID, "the archive is malformed: " + e.getMessage(), e);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot unpack an archive to " + root, e);
        }
    }

    private static boolean superuser() {
        return "root".equals(System.getProperty("user.name"));
    }

    private long unpack(InputStream archive, Digest diffId) throws IOException {
        MessageDigest computation = diffId.newComputation();
        try (TarEntries tar = new TarEntries(archive, computation, limits)) {
            for (TarArchiveEntry entry = tar.next(); entry != null; entry = tar.next()) {
                unpack(tar, entry);
            }
            tar.readToEnd();
        }
        if (!diffId.matches(computation.digest())) {
            throw ImageFailure.invalid("layer " + diffId + " is corrupt: its content has another digest");
        }
        setDirectoryTimes();
        return bytes;
    }

    /** A directory may have been replaced since, or one of its parents by a link to another directory. */
    private void setDirectoryTimes() throws IOException {
        Set<Path> real = new HashSet<>(Set.of(root));
        for (Map.Entry<Path, FileTime> directory : directoryTimes.entrySet()) {
            if (isReal(directory.getKey(), real)) {
                Files.setLastModifiedTime(directory.getKey(), directory.getValue());
            }
        }
    }

    /** Whether the path and all above it are directories; those that are known to be are remembered in {@code real}. */
    private static boolean isReal(Path path, Set<Path> real) {
        Path parent = path.getParent();
        return real.contains(path)
                || parent != null
                        && isReal(parent, real)
                        && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                        && real.add(path);
    }

    private void unpack(TarEntries tar, TarArchiveEntry entry) throws IOException {
        List<String> parts = ScopedPath.components(entry.getName());
        if (parts.isEmpty()) {
            if (entry.isDirectory()) {
                attributes(root, entry);
            }
            return;
        }
        ScopedPath scope = new ScopedPath(root, limits.depth());
        Path parent = scope.directory(parts.subList(0, parts.size() - 1), path -> implicitDirectory(tar, path));
        String name = parts.getLast();
        if (layer && name.equals(OPAQUE)) {
            whiteouts.opaque(parent);
            return;
        }
        if (layer && name.startsWith(WHITEOUT)) {
            whiteouts.whiteout(parent.resolve(hiddenName(name)));
            return;
        }
        Path path = parent.resolve(name);
        if (create(tar, entry, path)) {
            whiteouts.written(path);
        }
    }

    private static String hiddenName(String whiteout) {
        String name = whiteout.substring(WHITEOUT.length());
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw ImageFailure.invalid(
                    "layer is malformed: it has a whiteout named \"" + TarEntries.shown(whiteout) + "\"");
        }
        return name;
    }

    private void implicitDirectory(TarEntries tar, Path directory) throws IOException {
        tar.countEntry();
        FileTrees.delete(directory);
        Files.createDirectory(directory);
        setMode(directory, 0755);
        whiteouts.written(directory);
    }

    private boolean create(TarEntries tar, TarArchiveEntry entry, Path path) throws IOException {
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
        if (!tar.canRead(entry)) {
            throw ImageFailure.invalid("layer is malformed: cannot read \"" + TarEntries.shown(entry.getName()) + "\"");
        }
        copy(tar, path);
        attributes(path, entry);
        return true;
    }

    private void copy(TarEntries in, Path path) throws IOException {
        try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                reserve.require(n);
                out.write(buffer, 0, n);
                bytes += n;
            }
        }
    }

    /** The last component is not followed: the kernel hard-links to a symbolic link itself. */
    private void link(TarArchiveEntry entry, Path path) throws IOException {
        List<String> parts = ScopedPath.components(entry.getLinkName());
        if (parts.isEmpty()) {
            throw ImageFailure.invalid(
                    "layer is malformed: \"" + TarEntries.shown(entry.getName()) + "\" links to the root");
        }
        Path existing = new ScopedPath(root, limits.depth())
                .directory(parts.subList(0, parts.size() - 1), LayerUnpacker::missing)
                .resolve(parts.getLast());
        if (existing.equals(path)) {
            return;
        }
        FileTrees.delete(path);
        if (!Files.exists(existing, LinkOption.NOFOLLOW_LINKS)
                || Files.isDirectory(existing, LinkOption.NOFOLLOW_LINKS)) {
            missing(existing);
        }
        Files.createLink(path, existing);
    }

    private static void missing(Path directory) {
        throw ImageFailure.invalid("layer is malformed: a hard link leads to \""
                + TarEntries.shown(String.valueOf(directory.getFileName()))
                + "\", which is no file of the layer");
    }

    private void attributes(Path path, TarArchiveEntry entry) throws IOException {
        owner(path, entry);
        setMode(path, entry.getMode() & 07777);
        for (Map.Entry<String, String> header : entry.getExtraPaxHeaders().entrySet()) {
            // The archive reader decodes values as UTF-8, so binary values are lost.
            String name = header.getKey().startsWith(XATTR) ? header.getKey().substring(XATTR.length()) : "";
            if (isForImages(name) && header.getValue().indexOf('\uFFFD') < 0) {
                whiteouts.extendedAttribute(path, name, header.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        FileTime time = entry.getLastModifiedTime();
        if (entry.isDirectory()) {
            remember(path, time);
        } else {
            Files.setLastModifiedTime(path, time);
        }
    }

    /** Excludes {@code user.overlay}, which overlay mounts interpret like {@code trusted.overlay}. */
    private static boolean isForImages(String attribute) {
        return attribute.equals("security.capability")
                || attribute.startsWith("user.") && !attribute.startsWith("user.overlay.");
    }

    private void remember(Path directory, FileTime time) {
        if (directoryTimes.put(directory, time) == null) {
            rememberedBytes += directory.toString().length() + REMEMBERED;
            if (rememberedBytes > limits.nameBytes()) {
                throw ImageFailure.invalid(
                        "the layer has too many directories with long names; make an image of fewer");
            }
        }
    }

    private void owner(Path path, TarArchiveEntry entry) throws IOException {
        if (!ownership) {
            return;
        }
        int user = uid >= 0 ? uid : Math.toIntExact(entry.getLongUserId());
        int group = gid >= 0 ? gid : Math.toIntExact(entry.getLongGroupId());
        if (user < 0 || group < 0) {
            throw ImageFailure.invalid(
                    "layer is malformed: \"" + TarEntries.shown(entry.getName()) + "\" has a negative owner");
        }
        // Files that root creates belong to root already, so most need no chown.
        if (user != 0) {
            Files.setAttribute(path, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
        }
        if (group != 0) {
            Files.setAttribute(path, "unix:gid", group, LinkOption.NOFOLLOW_LINKS);
        }
    }

    private static void setMode(Path path, int mode) throws IOException {
        Files.setAttribute(path, "unix:mode", mode);
    }
}
