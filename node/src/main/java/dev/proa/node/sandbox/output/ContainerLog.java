package dev.proa.node.sandbox.output;

import dev.proa.node.linux.RegularFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A container's log file in the form of the CRI: {@code 2026-01-02T03:04:05.000000006Z stdout F text}. A line longer
 * than 16 KiB is written in parts, all but the last marked {@code P}. Incomplete lines are buffered.
 *
 * <p>Large files are rotated: renamed with a timestamp, and the oldest are deleted, so that a container has at most 50
 * MiB of log. These are the defaults of Kubernetes' {@code containerLogMaxSize} and {@code containerLogMaxFiles}, but
 * enforced at each write.
 *
 * <p>If the file cannot be written, lines are lost, which is logged once; the container is not stopped. Thread-safe.
 */
public final class ContainerLog {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerLog.class);
    private static final FileAttribute<Set<PosixFilePermission>> OWNERS_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final int LONGEST = 16 << 10;
    private static final long LARGEST_FILE = 10 << 20;
    private static final int MOST_FILES = 5;
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter SUFFIX =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    /** A stream's incomplete line. */
    private static final class Line {
        private final byte[] name;
        private final ByteArrayOutputStream text = new ByteArrayOutputStream(128);

        Line(String name) {
            this.name = (" " + name + " ").getBytes(StandardCharsets.US_ASCII);
        }
    }

    private final Path path;
    private final InstantSource clock;
    private final Line stdout = new Line("stdout");
    private final Line stderr = new Line("stderr");
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    private final long largestFile;
    private @Nullable FileChannel file;
    private long size;
    private boolean failed;
    private long second = Long.MIN_VALUE;
    private byte[] secondText = {};

    public ContainerLog(Path path, InstantSource clock) {
        this(path, clock, LARGEST_FILE);
    }

    /** @param largestFile size in bytes from which on a file is rotated */
    public ContainerLog(Path path, InstantSource clock, long largestFile) {
        this.largestFile = largestFile;
        this.path = path;
        this.clock = clock;
    }

    /** Opens the file, so that it exists even if nothing is ever written. */
    public synchronized void open() {
        channel();
    }

    /** Adds what the container wrote. */
    public synchronized void write(boolean toStderr, byte[] bytes, int length) {
        Line line = toStderr ? stderr : stdout;
        byte[] time = time();
        int start = 0;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                line.text.write(bytes, start, i - start);
                emit(line, time, 'F');
                start = i + 1;
            } else if (line.text.size() + i + 1 - start == LONGEST) {
                line.text.write(bytes, start, i + 1 - start);
                emit(line, time, 'P');
                start = i + 1;
            }
        }
        line.text.write(bytes, start, length - start);
        flush();
    }

    /**
     * ExitRecords a stream: a last line without line feed is written as a part ({@code P}), since readers end full lines with
     * one.
     */
    public synchronized void end(boolean ofStderr) {
        finish(ofStderr ? stderr : stdout);
        flush();
    }

    /** Continues in a new file of the same name. */
    public synchronized void reopen() throws IOException {
        closeFile();
        failed = false;
        if (channel() == null) {
            throw new IOException("cannot open the log " + path);
        }
    }

    /** Writes incomplete lines as parts, which another process will continue. */
    public synchronized void close() throws IOException {
        finish(stdout);
        finish(stderr);
        flush();
        closeFile();
    }

    private void finish(Line line) {
        if (line.text.size() > 0) {
            emit(line, time(), 'P');
        }
    }

    private void emit(Line line, byte[] time, char tag) {
        out.writeBytes(time);
        out.writeBytes(line.name);
        out.write(tag);
        out.write(' ');
        out.writeBytes(line.text.toByteArray());
        out.write('\n');
        line.text.reset();
    }

    private void flush() {
        if (out.size() == 0) {
            return;
        }
        FileChannel channel = channel();
        try {
            if (channel != null) {
                ByteBuffer bytes = ByteBuffer.wrap(out.toByteArray());
                while (bytes.hasRemaining()) {
                    size += channel.write(bytes);
                }
                if (size >= largestFile) {
                    rotate();
                }
            }
        } catch (IOException e) {
            fail(e);
        } finally {
            out.reset();
        }
    }

    private void rotate() throws IOException {
        closeFile();
        List<Path> rotated = new ArrayList<>(rotated());
        Path next = successor(
                rotated.isEmpty() ? "" : rotated.getLast().getFileName().toString());
        Files.move(path, next);
        rotated.add(next);
        channel();
        for (Path oldest : rotated.subList(0, Math.max(0, rotated.size() - (MOST_FILES - 1)))) {
            Files.deleteIfExists(oldest);
        }
    }

    /** The name of a rotated file: a timestamp, and a number if that name exists. */
    private Path successor(String last) {
        String name = path.getFileName() + "." + SUFFIX.format(clock.instant());
        int number = last.equals(name)
                ? 1
                : last.startsWith(name) ? 1 + Integer.parseInt(last.substring(name.length() + 1)) : 0;
        return path.resolveSibling(number == 0 ? name : "%s.%03d".formatted(name, number));
    }

    /** The rotated files, the oldest first. */
    private List<Path> rotated() throws IOException {
        Path directory = path.toAbsolutePath().getParent();
        if (directory == null) {
            return List.of();
        }
        try (Stream<Path> siblings = Files.list(directory)) {
            String start = path.getFileName() + ".";
            return siblings.filter(file -> file.getFileName().toString().startsWith(start))
                    .sorted()
                    .toList();
        }
    }

    private @Nullable FileChannel channel() {
        if (file == null && !failed) {
            try {
                Path parent = path.getParent();
                if (parent != null) {
                    Files.createDirectories(parent, OWNERS_DIRECTORY);
                }
                file = RegularFiles.append(path);
                size = file.size();
            } catch (IOException e) {
                fail(e);
            }
        }
        return file;
    }

    private void fail(IOException e) {
        if (!failed) {
            failed = true;
            LOG.error("lines of the container log {} are lost until it is reopened", path, e);
        }
    }

    private void closeFile() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
    }

    /** The timestamp; the text of the current second is cached, since formatting is slow. */
    private byte[] time() {
        Instant now = clock.instant();
        if (now.getEpochSecond() != second) {
            second = now.getEpochSecond();
            secondText = SECOND.format(now).getBytes(StandardCharsets.US_ASCII);
        }
        byte[] text = new byte[secondText.length + 10];
        System.arraycopy(secondText, 0, text, 0, secondText.length);
        int nanos = now.getNano();
        for (int i = secondText.length + 8; i >= secondText.length; i--) {
            text[i] = (byte) ('0' + nanos % 10);
            nanos /= 10;
        }
        text[text.length - 1] = 'Z';
        return text;
    }
}
