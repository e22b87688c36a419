package dev.proa.delivery.pipeline.run;

import dev.proa.image.tar.TarEntries;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/** Unpacks folders that come out of job containers. What a job writes is not to be trusted: nothing lands outside of the folder. */
final class ContextArchive {
    private ContextArchive() {}

    /** Which symbolic links are unpacked. */
    enum Links {
        /** All, as they are: for those who do not follow them out of the folder, as builds. */
        ALL,
        /** Those that lead to nothing outside of the folder, whoever follows them. */
        INSIDE
    }

    /**
     * Unpacks files, folders and symbolic links; other entries are left out.
     *
     * @param folder empty, and nobody else's
     * @throws IOException when the archive is broken, too large, or names what lies outside
     */
    static void unpack(InputStream archive, Path folder, Links links) throws IOException {
        try (TarEntries entries = new TarEntries(archive, null, UnpackLimits.DEFAULT)) {
            for (TarArchiveEntry entry = entries.next(); entry != null; entry = entries.next()) {
                entries.countEntry();
                Path to = inside(folder, entry.getName());
                if (to.equals(folder)) {
                    continue;
                }
                makeParents(folder, to);
                if (entry.isDirectory()) {
                    if (!Files.isDirectory(to, LinkOption.NOFOLLOW_LINKS)) {
                        Files.createDirectory(to);
                    }
                } else if (entry.isSymbolicLink()) {
                    Path target = Path.of(entry.getLinkName());
                    if (links == Links.ALL || staysInside(folder, to, target)) {
                        Files.createSymbolicLink(to, target);
                    }
                } else if (isContent(entry)) {
                    write(entries, to, (entry.getMode() & 0100) != 0);
                } else if (entry.isLink()) {
                    Path other = inside(folder, entry.getLinkName());
                    makeParents(folder, other);
                    if (Files.isRegularFile(other, LinkOption.NOFOLLOW_LINKS)) {
                        Files.copy(other, to);
                    }
                }
            }
        } catch (InvalidPathException e) {
            throw new IOException("the archive names what cannot be a file: " + e.getMessage(), e);
        }
    }

    private static boolean isContent(TarArchiveEntry entry) {
        boolean special = entry.isFIFO() || entry.isCharacterDevice() || entry.isBlockDevice();
        return entry.isFile() && !entry.isLink() && !special; // isFile is also said of pipes and devices
    }

    /**
     * Whether a link leads to nothing outside, also through other links of the kind: {@code ..} may come first only, where it goes up
     * folders that are none.
     */
    private static boolean staysInside(Path folder, Path link, Path target) {
        Path at = Objects.requireNonNull(link.getParent(), "a link in a folder");
        boolean up = true;
        for (Path part : target) {
            boolean parent = part.toString().equals("..");
            if (parent && !up) {
                return false;
            }
            up = parent;
            at = parent ? at.getParent() : at;
            if (at == null || !at.startsWith(folder)) {
                return false;
            }
        }
        return !target.isAbsolute();
    }

    private static Path inside(Path folder, String name) throws IOException {
        Path to = folder.resolve(name.replaceFirst("^/+", "")).normalize();
        if (!to.startsWith(folder)) {
            throw new IOException("the archive names what lies outside of it: " + TarEntries.shown(name));
        }
        return to;
    }

    /** Makes the folders above, none of which may be a link. */
    private static void makeParents(Path folder, Path to) throws IOException {
        Path at = folder;
        for (Path part : folder.relativize(to.getParent())) {
            at = at.resolve(part);
            if (part.toString().isEmpty()) {
                continue;
            }
            if (!Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(at);
            } else if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(
                        "the archive has files beneath " + folder.relativize(at) + ", which is no folder");
            }
        }
    }

    private static void write(TarEntries entries, Path to, boolean executable) throws IOException {
        byte[] buffer = new byte[1 << 16];
        Files.deleteIfExists(to);
        try (OutputStream out = Files.newOutputStream(to)) {
            for (int n = entries.read(buffer); n > 0; n = entries.read(buffer)) {
                out.write(buffer, 0, n);
            }
        }
        if (executable) {
            Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
