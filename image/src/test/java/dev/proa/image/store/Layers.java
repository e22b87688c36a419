package dev.proa.image.store;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.MediaTypes;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Archives for tests, good and malicious. */
public final class Layers {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

    public Layers() {
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
    }

    public Layers file(String name, String content) {
        return file(name, content, 0644);
    }

    public Layers file(String name, String content, int mode) {
        byte[] data = content.getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setMode(mode);
        entry.setSize(data.length);
        entry.setModTime(1_700_000_000_000L);
        return put(entry, data);
    }

    public Layers raw(String name, byte[] data) {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(data.length);
        return put(entry, data);
    }

    public Layers directory(String name, int mode) {
        TarArchiveEntry entry = new TarArchiveEntry(name + "/", true);
        entry.setMode(mode);
        entry.setModTime(1_600_000_000_000L);
        return put(entry, new byte[0]);
    }

    public Layers link(String name, byte type, String target) {
        TarArchiveEntry entry = new TarArchiveEntry(name, type);
        entry.setLinkName(target);
        return put(entry, new byte[0]);
    }

    public Layers device(String name) {
        return put(new TarArchiveEntry(name, TarArchiveEntry.LF_CHR), new byte[0]);
    }

    /** An entry of any type with any content, such as the records of a pax header. */
    public Layers entry(String name, byte type, byte[] data) {
        TarArchiveEntry entry = new TarArchiveEntry(name, type);
        entry.setSize(data.length);
        return put(entry, data);
    }

    /** A pax header for all that follows, with one record. */
    public Layers global(String key, String value) {
        TarArchiveEntry entry = new TarArchiveEntry("g", TarArchiveEntry.LF_PAX_GLOBAL_EXTENDED_HEADER);
        entry.addPaxHeader(key, value);
        try {
            tar.putArchiveEntry(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** A file with records in a pax header of its own. */
    public Layers file(String name, String content, Map<String, String> pax) {
        byte[] data = content.getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        pax.forEach(entry::addPaxHeader);
        entry.setSize(data.length);
        return put(entry, data);
    }

    /** One record of a pax header: its length in decimal, a blank, {@code key=value} and a line feed. */
    public static byte[] paxRecord(String key, String value) {
        String rest = " " + key + "=" + value + "\n";
        int bytes = rest.getBytes(StandardCharsets.UTF_8).length;
        int length = bytes + String.valueOf(bytes).length();
        if (String.valueOf(length).length() > String.valueOf(bytes).length()) {
            length++;
        }
        return (length + rest).getBytes(StandardCharsets.UTF_8);
    }

    private Layers put(TarArchiveEntry entry, byte[] data) {
        try {
            tar.putArchiveEntry(entry);
            tar.write(data);
            tar.closeArchiveEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    public byte[] toTar() {
        try {
            tar.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    public static byte[] gzip(byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Writes an image of these layers into a store. */
    public static Image image(ImageStore store, String name, byte[]... tars) {
        var config = ImageConfig.empty(Platform.host()).toBuilder();
        List<Descriptor> layers = new ArrayList<>();
        for (byte[] archive : tars) {
            layers.add(store.write(MediaTypes.LAYER_GZIP, gzip(archive)));
            config.layer(Digest.of(archive), "test");
        }
        return store.write(config.build(), layers, Map.of(), Reference.parse(name));
    }
}
