package dev.proa.node.server;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A stream of a {@link SpdyConnection}. When too much of it is unread, the connection stops reading. */
final class SpdyStream {
    private static final int MAX_WAITING = 256 << 10;

    private final SpdyConnection connection;
    private final int id;
    private final Map<String, String> headers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private boolean ended;
    private boolean discarding;
    private boolean finished;

    /** @param headers by their names in lower case */
    SpdyStream(SpdyConnection connection, int id, Map<String, String> headers) {
        this.connection = connection;
        this.id = id;
        this.headers = headers;
    }

    int id() {
        return id;
    }

    /** A header's value; empty when there is none. */
    String header(String lowerCaseName) {
        return headers.getOrDefault(lowerCaseName, "");
    }

    /** Called by the connection: data has arrived. */
    void receive(byte[] bytes) throws IOException {
        lock.lock();
        try {
            while (waitingBytes >= MAX_WAITING && !discarding) {
                changed.await();
            }
            if (!discarding && bytes.length > 0) {
                waiting.add(bytes);
                waitingBytes += bytes.length;
                changed.signalAll();
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } finally {
            lock.unlock();
        }
        connection.consumed(id, bytes.length);
    }

    /** Called by the connection: the client sends no more. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Called by the connection: the client has reset the stream. */
    void reset() {
        lock.lock();
        try {
            ended = true;
            finished = true;
            discarding = true;
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Resets the stream, in both directions. */
    void abort() throws IOException {
        reset();
        connection.abort(id);
    }

    /** Discards further input. */
    void discard() {
        lock.lock();
        try {
            discarding = true;
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Blocks for the next part; empty at the end. */
    byte[] read() throws IOException {
        byte[] next;
        lock.lock();
        try {
            while (waiting.isEmpty() && !ended && !discarding) {
                changed.await();
            }
            if (waiting.isEmpty()) {
                return new byte[0];
            }
            next = waiting.remove();
            waitingBytes -= next.length;
            changed.signalAll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } finally {
            lock.unlock();
        }
        connection.consumed(id, next.length);
        return next;
    }

    /** The output to the client. Closing it ends this direction. */
    OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (isFinished()) {
                    throw new IOException("the client has closed the stream");
                }
                connection.data(id, bytes, offset, length, false);
            }

            @Override
            public void close() throws IOException {
                if (finish()) {
                    connection.data(id, new byte[0], 0, 0, true);
                }
            }
        };
    }

    /** Copies all that comes to {@code out}. */
    void copyTo(OutputStream out) throws IOException {
        byte[] next = read();
        while (next.length > 0) {
            out.write(next);
            out.flush();
            next = read();
        }
    }

    private boolean isFinished() {
        lock.lock();
        try {
            return finished;
        } finally {
            lock.unlock();
        }
    }

    private boolean finish() {
        lock.lock();
        try {
            boolean was = finished;
            finished = true;
            return !was;
        } finally {
            lock.unlock();
        }
    }

    /** Closes the stream in both directions. */
    void close() throws IOException {
        output().close();
        discard();
        connection.forget(id);
    }
}
