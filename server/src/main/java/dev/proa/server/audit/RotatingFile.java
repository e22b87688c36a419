package dev.proa.server.audit;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is renamed when it is long enough: {@code audit.log} becomes {@code audit-2026-01-02T03-04-05.678.log}, maybe compressed to
 * {@code .log.gz}. Too old and too many of these are deleted. Only the owner may read any of them.
 */
final class RotatingFile implements LogSink.Target {
    private static final Logger LOG = LoggerFactory.getLogger(RotatingFile.class);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss.SSS");
    private static final long MEGABYTE = 1 << 20;
    private static final String GZIP = ".gz";

    private final Path file;
    private final Limits limits;
    private final InstantSource clock;
    private final AtomicBoolean tidying = new AtomicBoolean();
    /** A stream and no channel: that would be closed when a thread that writes is interrupted. */
    private @Nullable FileOutputStream stream;

    private long length;

    /**
     * When files are renamed and deleted.
     *
     * @param megabytes of a file; 0 for any
     * @param backups how many renamed files are kept; 0 for all
     * @param days how long they are kept; 0 for ever
     * @param compress whether they are compressed
     */
    record Limits(long megabytes, int backups, int days, boolean compress) {}

    /** Appends to a file, which is made with its folder if need be. */
    RotatingFile(Path file, Limits limits, InstantSource clock) throws IOException {
        this.file = file;
        this.limits = limits;
        this.clock = clock;
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        open();
    }

    private FileOutputStream open() throws IOException {
        if (Files.notExists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        FileOutputStream opened = new FileOutputStream(file.toFile(), true);
        length = Files.size(file);
        stream = opened;
        return opened;
    }

    @Override
    public void write(byte[] lines) throws IOException {
        FileOutputStream open = current(lines.length);
        try {
            open.write(lines);
            length += lines.length;
        } catch (IOException e) {
            stream = null;
            try (open) {
                open.getChannel().truncate(length); // half a line would spoil the next one
            } catch (IOException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    /** The open file, which is a new one when so many bytes more were too long. */
    private FileOutputStream current(int more) throws IOException {
        FileOutputStream open = stream;
        if (open == null) {
            return open();
        }
        if (limits.megabytes() > 0 && length > 0 && length + more > limits.megabytes() * MEGABYTE) {
            rotate(open);
            return open();
        }
        return open;
    }

    private void rotate(FileOutputStream open) throws IOException {
        stream = null;
        open.close();
        Instant now = clock.instant();
        Path backup = backup(now);
        for (int i = 1; Files.exists(backup) || Files.exists(file.resolveSibling(backup.getFileName() + GZIP)); i++) {
            backup = backup(now.plusMillis(i)); // two within a millisecond
        }
        Files.move(file, backup, StandardCopyOption.ATOMIC_MOVE);
        Thread.ofVirtual().name("audit-log-tidy").start(this::tidy);
    }

    private Path backup(Instant when) {
        return file.resolveSibling(prefix() + TIME.format(when.atOffset(ZoneOffset.UTC)) + suffix());
    }

    private String name() {
        return String.valueOf(file.getFileName());
    }

    private String prefix() {
        return name().substring(0, name().length() - suffix().length()) + "-";
    }

    private String suffix() {
        int dot = name().lastIndexOf('.');
        return dot < 0 ? "" : name().substring(dot);
    }

    private record Backup(Path file, Instant time) {}

    /** Deletes and compresses renamed files. What fails is tried again with the next one. */
    void tidy() {
        if (!tidying.compareAndSet(false, true)) {
            return;
        }
        try {
            List<Backup> backups = backups();
            for (int i = 0; i < backups.size(); i++) {
                Backup backup = backups.get(i);
                boolean surplus = limits.backups() > 0 && i >= limits.backups();
                boolean old = limits.days() > 0
                        && backup.time().isBefore(clock.instant().minus(Duration.ofDays(limits.days())));
                if (surplus || old) {
                    Files.deleteIfExists(backup.file());
                } else if (limits.compress() && !backup.file().toString().endsWith(GZIP)) {
                    compress(backup.file());
                }
            }
        } catch (IOException e) {
            LOG.error("Cannot tidy the old files of the audit log {}", file, e);
        } finally {
            tidying.set(false);
        }
    }

    /** The renamed files, the newest first. */
    private List<Backup> backups() throws IOException {
        List<Backup> backups = new ArrayList<>();
        try (Stream<Path> siblings = Files.list(file.toAbsolutePath().resolveSibling(""))) {
            siblings.forEach(sibling -> {
                Instant time = time(String.valueOf(sibling.getFileName()));
                if (time != null) {
                    backups.add(new Backup(sibling, time));
                }
            });
        }
        backups.sort(Comparator.comparing(Backup::time).reversed());
        return backups;
    }

    private @Nullable Instant time(String sibling) {
        String plain = sibling.endsWith(GZIP) ? sibling.substring(0, sibling.length() - GZIP.length()) : sibling;
        if (!plain.startsWith(prefix())
                || !plain.endsWith(suffix())
                || plain.length() < prefix().length() + suffix().length()) {
            return null;
        }
        try {
            return LocalDateTime.parse(plain.substring(prefix().length(), plain.length() - suffix().length()), TIME)
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return null; // another file
        }
    }

    private static void compress(Path backup) throws IOException {
        Path half = backup.resolveSibling(backup.getFileName() + GZIP + ".part");
        Files.deleteIfExists(half);
        Files.createFile(half, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(half))) {
            Files.copy(backup, out);
        }
        Files.move(half, backup.resolveSibling(backup.getFileName() + GZIP), StandardCopyOption.ATOMIC_MOVE);
        Files.deleteIfExists(backup);
    }

    @Override
    public void close() throws IOException {
        FileOutputStream open = stream;
        stream = null;
        if (open != null) {
            open.close();
        }
    }
}
