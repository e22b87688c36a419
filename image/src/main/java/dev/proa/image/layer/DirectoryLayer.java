package dev.proa.image.layer;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.store.FileNames;
import dev.proa.image.store.ImageStore;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/**
 * Makes the archive of a layer from the upper directory of an overlay mount: devices 0:0 become whiteouts, opaque
 * directories are marked, and owners, modes, times, hard links and extended attributes are kept. Entries are sorted by
 * path, so equal directories give equal archives. For one thread.
 *
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/layer.md">OCI image specification, layers</a>
 */
public final class DirectoryLayer {
    private static final String OVERLAY = "trusted.overlay.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final String WHITEOUT = ".wh.";
    private static final int BUFFER = 1 << 16;

    private final Path root;
    private final FileAttributes attributes;
    private final @Nullable Long latest;
    private final Map<Object, String> linked = new HashMap<>();
    private final byte[] buffer = new byte[BUFFER];

    private DirectoryLayer(Path root, FileAttributes attributes, @Nullable Long latest) {
        this.root = root;
        this.attributes = attributes;
        this.latest = latest;
    }

    /**
     * Writes the layer into a store. The directory must not change meanwhile.
     *
     * @param root the upper directory
     * @param latest later file times are replaced by it ({@code SOURCE_DATE_EPOCH}), in seconds since the epoch; or null
     */
    public static Image.Layer write(
            Path root, FileAttributes attributes, @Nullable Long latest, ImageStore store, Compression compression) {
        DirectoryLayer layer = new DirectoryLayer(root, attributes, latest);
        try {
            return LayerWriter.write(store, compression, layer::archive);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot write the layer of " + root, e);
        }
    }

    private void archive(OutputStream out) throws IOException {
        BufferedOutputStream buffered = new BufferedOutputStream(out, BUFFER);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(buffered, StandardCharsets.UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        children(tar, root, "");
        tar.finish();
        buffered.flush();
    }

    private void children(TarArchiveOutputStream tar, Path directory, String name) throws IOException {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path child : entries) {
                if (!FileNames.isText(child.getFileName())) {
                    throw ImageFailure.invalid("/" + name + (name.isEmpty() ? "" : "/") + child.getFileName()
                            + " has a name that is " + FileNames.NOT_TEXT + "; a layer cannot have it");
                }
                children.add(child);
            }
        }
        children.sort(Comparator.comparing(child -> child.getFileName().toString()));
        for (Path child : children) {
            entry(tar, child, name.isEmpty() ? "" + child.getFileName() : name + "/" + child.getFileName());
        }
    }

    private void entry(TarArchiveOutputStream tar, Path path, String name) throws IOException {
        UnixFile unix = UnixFile.of(path);
        switch (unix.type()) {
            case DIRECTORY -> {
                Map<String, byte[]> extended = attributes.extended(path);
                put(tar, header(name + "/", TarConstants.LF_DIR, unix), extended);
                if (extended.containsKey(OVERLAY + "opaque")) {
                    whiteout(tar, name + "/" + OPAQUE, unix);
                }
                children(tar, path, name);
            }
            case REGULAR -> file(tar, path, name, unix);
            case LINK -> {
                TarArchiveEntry header = header(name, TarConstants.LF_SYMLINK, unix);
                header.setLinkName(Files.readSymbolicLink(path).toString());
                put(tar, header, attributes.extended(path));
            }
            case CHARACTER_DEVICE -> {
                if (unix.device() == 0) {
                    int slash = name.lastIndexOf('/') + 1;
                    whiteout(tar, name.substring(0, slash) + WHITEOUT + name.substring(slash), unix);
                } else {
                    deviceNode(tar, name, TarConstants.LF_CHR, unix);
                }
            }
            case BLOCK_DEVICE -> deviceNode(tar, name, TarConstants.LF_BLK, unix);
            case FIFO -> put(tar, header(name, TarConstants.LF_FIFO, unix), Map.of());
            case SOCKET -> {
                // Sockets have no place in an archive, and mean nothing without their process.
            }
        }
    }

    private void file(TarArchiveOutputStream tar, Path path, String name, UnixFile unix) throws IOException {
        if (unix.links() > 1) {
            String first = linked.putIfAbsent(unix.key(), name);
            if (first != null) {
                TarArchiveEntry header = header(name, TarConstants.LF_LINK, unix);
                header.setLinkName(first);
                put(tar, header, Map.of());
                return;
            }
        }
        TarArchiveEntry header = header(name, TarConstants.LF_NORMAL, unix);
        header.setSize(unix.size());
        start(tar, header, attributes.extended(path));
        try (InputStream in = Files.newInputStream(path)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                tar.write(buffer, 0, n);
            }
        }
        tar.closeArchiveEntry();
    }

    private void whiteout(TarArchiveOutputStream tar, String name, UnixFile unix) throws IOException {
        TarArchiveEntry header = header(name, TarConstants.LF_NORMAL, unix);
        header.setMode(0);
        header.setIds(0, 0);
        put(tar, header, Map.of());
    }

    private void deviceNode(TarArchiveOutputStream tar, String name, byte type, UnixFile unix) throws IOException {
        long device = unix.device();
        TarArchiveEntry header = header(name, type, unix);
        header.setDevMajor((int) (device >> 8 & 0xfff | device >> 32 & ~0xfffL));
        header.setDevMinor((int) (device & 0xff | device >> 12 & ~0xffL));
        put(tar, header, Map.of());
    }

    private TarArchiveEntry header(String name, byte type, UnixFile unix) {
        TarArchiveEntry header = new TarArchiveEntry(name, type);
        header.setMode(unix.permissions());
        header.setIds(unix.uid(), unix.gid());
        header.setNames("", "");
        header.setSize(0);
        long seconds = unix.modified().toMillis() / 1000;
        header.setModTime(1000 * (latest == null ? seconds : Math.min(seconds, latest)));
        return header;
    }

    private void put(TarArchiveOutputStream tar, TarArchiveEntry header, Map<String, byte[]> extended)
            throws IOException {
        start(tar, header, extended);
        tar.closeArchiveEntry();
    }

    /** Starts an entry; the content of a file follows. */
    private static void start(TarArchiveOutputStream tar, TarArchiveEntry header, Map<String, byte[]> extended)
            throws IOException {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (Map.Entry<String, byte[]> attribute : new TreeMap<>(extended).entrySet()) {
            if (!attribute.getKey().startsWith("trusted.")) {
                record(records, "SCHILY.xattr." + attribute.getKey(), attribute.getValue());
            }
        }
        if (records.size() == 0) {
            tar.putArchiveEntry(header);
            return;
        }
        // The library's own extended headers take texts only, and an entry can have just one. This one has all that the
        // library would write: the names, while numbers of any size fit into the entry itself in another form.
        record(records, "path", header.getName().getBytes(StandardCharsets.UTF_8));
        if (!header.getLinkName().isEmpty()) {
            record(records, "linkpath", header.getLinkName().getBytes(StandardCharsets.UTF_8));
            header.setLinkName("link");
        }
        TarArchiveEntry names = new TarArchiveEntry("pax", TarConstants.LF_PAX_EXTENDED_HEADER_LC);
        names.setSize(records.size());
        names.setModTime(0);
        names.setNames("", "");
        names.setIds(0, 0);
        tar.putArchiveEntry(names);
        tar.write(records.toByteArray());
        tar.closeArchiveEntry();
        header.setName(header.isDirectory() ? "entry/" : "entry");
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
        tar.putArchiveEntry(header);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }

    /** A record is its own length in decimal, a space, {@code key=value} and a line end. */
    private static void record(ByteArrayOutputStream out, String key, byte[] value) {
        byte[] start = (" " + key + "=").getBytes(StandardCharsets.UTF_8);
        int rest = start.length + value.length + 1;
        int length = rest + 1;
        while (rest + Integer.toString(length).length() != length) {
            length = rest + Integer.toString(length).length();
        }
        out.writeBytes(Integer.toString(length).getBytes(StandardCharsets.UTF_8));
        out.writeBytes(start);
        out.writeBytes(value);
        out.write('\n');
    }
}
