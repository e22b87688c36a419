package dev.proa.server.audit;

import dev.proa.api.codec.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** Writes events as lines, in the order in which they are taken: kube-apiserver's plugin {@code log}. */
final class LogSink implements AuditSink {
    private final Target target;
    private final boolean json;
    private final AuditMetrics metrics;
    /** Guards the target. Virtual threads that wait for it hold no carrier. */
    private final ReentrantLock lock = new ReentrantLock();

    private boolean closed;

    /** Where the lines go. For one thread at a time. */
    interface Target {
        /** Writes lines, all or none of them. */
        void write(byte[] lines) throws IOException;

        void close() throws IOException;
    }

    /** @param json whether a line is an event as JSON; otherwise it is a text */
    LogSink(Target target, boolean json, AuditMetrics metrics) {
        this.target = target;
        this.json = json;
        this.metrics = metrics;
    }

    @Override
    public boolean process(List<AuditEvent> events) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream(1024 * events.size());
        for (AuditEvent event : events) {
            lines.writeBytes(
                    json ? Json.encode(event.toValue()) : event.toLine().getBytes(StandardCharsets.UTF_8));
            lines.write('\n');
        }
        lock.lock();
        try {
            if (closed) {
                throw new IOException("the audit log is closed");
            }
            target.write(lines.toByteArray());
            return true;
        } catch (IOException e) {
            metrics.failed("log", e.toString(), events);
            return false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean mayBlock() {
        return true;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                target.close();
            }
        } catch (IOException e) {
            metrics.failed("log", e.toString(), List.of());
        } finally {
            lock.unlock();
        }
    }
}
