package dev.proa.server.audit;

import dev.proa.api.codec.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes audit events to a file, one JSON object a line, in the order in which they were taken.
 *
 * <p>Requests never wait for the disk: a thread writes, and an event is refused when too many wait for it.
 */
public final class AuditLog implements AuditSink, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
    private static final int WAITING = 10_000;
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final OutputStream out;
    private final BlockingQueue<AuditEvent> waiting = new ArrayBlockingQueue<>(WAITING);
    private final Thread writer;
    private volatile boolean closed;

    /**
     * Appends to a file, which only its owner may read.
     *
     * @throws UncheckedIOException when it cannot be opened
     */
    public AuditLog(Path file) {
        this.file = file;
        try {
            if (Files.notExists(file)) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            out = new java.io.BufferedOutputStream(
                    Files.newOutputStream(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND), BUFFER);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the audit log " + file + ": " + e.getMessage(), e);
        }
        writer = Thread.ofPlatform().daemon().name("audit-log").start(this::run);
    }

    @Override
    public void process(AuditEvent event) {
        if (closed || !waiting.offer(event)) {
            throw new IllegalStateException("the audit log " + file + " cannot keep up, or is closed");
        }
    }

    @Override
    public boolean mayBlock() {
        return false;
    }

    private void run() {
        try {
            while (!closed || !waiting.isEmpty()) {
                @Nullable AuditEvent event = waiting.poll();
                if (event == null) {
                    flush();
                    event = closed ? null : waiting.take();
                }
                if (event != null) {
                    write(event);
                }
            }
        } catch (InterruptedException e) {
            // closed: the rest is written by close
        }
    }

    private void write(AuditEvent event) {
        try {
            out.write(Json.encode(event.toValue()));
            out.write('\n');
        } catch (IOException e) {
            LOG.error("Cannot write the audit log {}", file, e);
        }
    }

    private void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            LOG.error("Cannot write the audit log {}", file, e);
        }
    }

    /** Writes what is waiting, and closes the file. */
    @Override
    public void close() {
        closed = true;
        writer.interrupt();
        try {
            writer.join();
            for (AuditEvent event = waiting.poll(); event != null; event = waiting.poll()) {
                write(event);
            }
            out.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.error("Cannot close the audit log {}", file, e);
        }
    }
}
