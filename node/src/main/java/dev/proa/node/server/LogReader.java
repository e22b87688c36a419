package dev.proa.node.server;

import dev.proa.node.linux.RegularFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log file of a container, whose lines have the CRI's form: {@code <time> <stdout|stderr> <P|F> <content>}.
 * Parts of long lines are joined. Following continues across rotation, and ends when the container has ended and
 * everything it wrote has been read. For one thread.
 */
final class LogReader {
    private static final int BUFFER = 64 << 10;
    private static final int FLUSH = 32 << 10;
    private static final long SHORTEST_WAIT = 10;
    private static final long LONGEST_WAIT = 160;

    private final Path path;
    private final LogOptions options;
    private final BooleanSupplier ended;
    private final LogSink sink;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    private final Output output = new Output();
    private boolean outOpen;
    private boolean errOpen;
    private long left;

    /**
     * @param path of the newest log file, which need not exist yet
     * @param ended whether the container has ended, so that nothing more is written
     */
    LogReader(Path path, LogOptions options, BooleanSupplier ended, LogSink sink) {
        this.path = path;
        this.options = options;
        this.ended = ended;
        this.sink = sink;
        this.left = options.limitBytes() < 0 ? Long.MAX_VALUE : options.limitBytes();
    }

    /** Writes the requested part of the log to the sink. Returns at the log's end; fails when the sink fails. */
    void run() throws IOException {
        LogFile log = open();
        boolean first = true;
        try {
            while (log != null && left > 0) {
                if (first && options.tailLines() >= 0) {
                    log.channel.position(LogTailStart.find(log.channel, options.tailLines()));
                }
                first = false;
                LogFile next = options.follow() ? follow(log) : once(log);
                log.channel.close();
                log = next;
            }
        } finally {
            if (log != null) {
                log.channel.close();
            }
        }
        output.flush();
    }

    /** @param key identifies the file whatever its name */
    private record LogFile(FileChannel channel, @Nullable Object key) {}

    /** Opens the log file; when following, waits for it while the container runs. */
    private @Nullable LogFile open() throws IOException {
        long wait = SHORTEST_WAIT;
        while (true) {
            boolean over = !options.follow() || ended.getAsBoolean();
            Object before = key();
            if (before == null && over) {
                return null;
            }
            if (before != null) {
                FileChannel channel = RegularFiles.read(path);
                if (before.equals(key())) {
                    return new LogFile(channel, before);
                }
                channel.close(); // rotated in between: it is unknown which of the two it is
            }
            wait = pause(wait);
        }
    }

    private @Nullable LogFile once(LogFile log) throws IOException {
        readToEnd(log.channel);
        return null;
    }

    /** Reads a file as long as it grows; the file that follows it, or null at the end of the log. */
    private @Nullable LogFile follow(LogFile log) throws IOException {
        long wait = SHORTEST_WAIT;
        boolean over = false;
        while (left > 0) {
            boolean overBefore = over;
            over = ended.getAsBoolean();
            Object now = key();
            if (readToEnd(log.channel)) {
                wait = SHORTEST_WAIT;
                output.flush();
            } else if (now != null && !now.equals(log.key)) {
                line.reset();
                return open();
            } else if (overBefore) {
                return null; // its writer, which may lag a moment, has had one
            } else {
                if (log.channel.size() < log.channel.position()) {
                    log.channel.position(0); // truncated
                }
                wait = pause(wait);
            }
        }
        return null;
    }

    private @Nullable Object key() throws IOException {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.fileKey() == null ? path : attributes.fileKey();
        } catch (NoSuchFileException e) {
            return null; // not created yet, or just rotated
        }
    }

    /** Sleeps; returns the next, longer pause. */
    private static long pause(long millis) throws InterruptedIOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
        return Math.min(millis * 2, LONGEST_WAIT);
    }

    /** Whether there was anything. */
    private boolean readToEnd(FileChannel log) throws IOException {
        boolean any = false;
        while (left > 0) {
            buffer.clear();
            int read = log.read(buffer);
            if (read <= 0) {
                break;
            }
            any = true;
            split(buffer.array(), read);
        }
        return any;
    }

    private void split(byte[] bytes, int length) throws IOException {
        int start = 0;
        for (int i = 0; i < length && left > 0; i++) {
            if (bytes[i] == '\n') {
                if (line.size() == 0) {
                    take(bytes, start, i);
                } else {
                    line.write(bytes, start, i - start);
                    byte[] whole = line.toByteArray();
                    line.reset();
                    take(whole, 0, whole.length);
                }
                start = i + 1;
            }
        }
        line.write(bytes, start, length - start);
    }

    /** Processes a line without its line feed. Malformed lines are skipped. */
    private void take(byte[] bytes, int start, int end) throws IOException {
        int afterTime = space(bytes, start, end);
        int afterStream = space(bytes, afterTime + 1, end);
        int afterTag = space(bytes, afterStream + 1, end);
        if (afterTime >= end || afterStream >= end) {
            return;
        }
        boolean error = afterStream - afterTime == 7 && bytes[afterTime + 4] == 'e';
        boolean partial = bytes[afterStream + 1] == 'P';
        boolean continues = error ? errOpen : outOpen;
        if (error) {
            errOpen = partial;
        } else {
            outOpen = partial;
        }
        if (unwanted(error) || before(bytes, start, afterTime)) {
            return;
        }
        if (options.timestamps() && !continues) {
            output.write(bytes, start, afterTime + 1 - start);
        }
        if (afterTag < end) {
            output.write(bytes, afterTag + 1, end - afterTag - 1);
        }
        if (!partial) {
            output.write(Output.NEWLINE, 0, 1);
        }
    }

    private boolean unwanted(boolean error) {
        return switch (options.stream()) {
            case ALL -> false;
            case STDOUT -> error;
            case STDERR -> !error;
        };
    }

    private boolean before(byte[] bytes, int start, int end) {
        Instant since = options.since();
        if (since == null) {
            return false;
        }
        try {
            return OffsetDateTime.parse(new String(bytes, start, end - start, StandardCharsets.US_ASCII))
                    .toInstant()
                    .isBefore(since);
        } catch (DateTimeException e) {
            return true; // not a log line
        }
    }

    private static int space(byte[] bytes, int from, int end) {
        for (int i = from; i < end; i++) {
            if (bytes[i] == ' ') {
                return i;
            }
        }
        return end;
    }

    /** Buffers small writes, and enforces the byte limit. */
    private final class Output {
        private static final byte[] NEWLINE = {'\n'};
        private final byte[] gathered = new byte[FLUSH];
        private int size;

        void write(byte[] bytes, int offset, int length) throws IOException {
            int allowed = (int) Math.min(length, left);
            left -= allowed;
            int from = offset;
            int end = offset + allowed;
            while (from < end) {
                int part = Math.min(end - from, gathered.length - size);
                System.arraycopy(bytes, from, gathered, size, part);
                size += part;
                from += part;
                if (size == gathered.length) {
                    flush();
                }
            }
        }

        void flush() throws IOException {
            if (size > 0) {
                sink.write(gathered, 0, size);
                size = 0;
            }
        }
    }
}
