package dev.proa.node.server;

import dev.proa.node.cri.StreamOptions;
import dev.proa.node.cri.StreamSession;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client of exec or attach over SPDY, with a stream for each of the command's, which {@code kubectl} falls back to.
 */
final class SpdyCommandClient implements CommandClient {
    static final List<String> PROTOCOLS = List.of("v4.channel.k8s.io");

    private static final Logger LOG = LoggerFactory.getLogger(SpdyCommandClient.class);
    private static final int WAIT_SECONDS = 30;
    private static final int PARTING_SECONDS = 5;

    private final Map<String, SpdyStream> streams = new ConcurrentHashMap<>();
    private final Set<String> expected = new HashSet<>();
    private final CountDownLatch complete;
    private final CountDownLatch gone = new CountDownLatch(1);
    private final SpdyConnection connection;

    /** Waits until the client has opened all streams. */
    SpdyCommandClient(ByteTransport transport, StreamOptions options) throws IOException {
        expected.add("error");
        expect(options.stdin(), "stdin");
        expect(options.stdout(), "stdout");
        expect(options.stderr(), "stderr");
        expect(options.tty(), "resize");
        complete = new CountDownLatch(expected.size());
        connection = new SpdyConnection(transport, this::opened);
        Thread.ofVirtual().name("spdy").start(() -> {
            try {
                connection.run();
            } catch (IOException e) {
                LOG.debug("a client's connection ended", e);
            } finally {
                gone.countDown();
                while (complete.getCount() > 0) {
                    complete.countDown();
                }
            }
        });
        await(complete);
        if (!streams.keySet().containsAll(expected)) {
            connection.close();
            throw new IOException("the client opened only the streams " + streams.keySet() + " of " + expected);
        }
    }

    private void expect(boolean wanted, String type) {
        if (wanted) {
            expected.add(type);
        }
    }

    private static void await(CountDownLatch latch) throws InterruptedIOException {
        try {
            if (!latch.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
                LOG.debug("a client did not open all streams within {} s", WAIT_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    private boolean opened(SpdyStream stream) {
        String type = stream.header("streamtype");
        if (!expected.contains(type) || streams.putIfAbsent(type, stream) != null) {
            return false;
        }
        complete.countDown();
        return true;
    }

    private OutputStream output(String type) {
        SpdyStream stream = streams.get(type);
        return stream == null ? OutputStream.nullOutputStream() : stream.output();
    }

    @Override
    public OutputStream stdout() {
        return output("stdout");
    }

    @Override
    public OutputStream stderr() {
        return output("stderr");
    }

    @Override
    public void serveInput(StreamSession session) throws IOException {
        SpdyStream resize = streams.get("resize");
        if (resize != null) {
            Thread.ofVirtual().name("resize").start(() -> {
                try {
                    byte[] size = resize.read();
                    while (size.length > 0) {
                        TerminalSize.apply(size, session);
                        size = resize.read();
                    }
                } catch (IOException e) {
                    LOG.debug("a terminal's size is no longer known", e);
                }
            });
        }
        SpdyStream stdin = streams.get("stdin");
        if (stdin != null) {
            StdinWriter writer = new StdinWriter(session.stdin());
            byte[] next = stdin.read();
            while (next.length > 0) {
                writer.write(next);
                next = stdin.read();
            }
            writer.close();
        }
        try {
            gone.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    @Override
    public void finish(CommandStatus status) throws IOException {
        for (String type : List.of("stdout", "stderr")) {
            output(type).close();
        }
        OutputStream errors = output("error");
        errors.write(status.toJson());
        errors.close();
    }

    /** Gives the client a moment to read the rest and to close first, since data in flight may be lost on close. */
    @Override
    public void close() {
        try {
            if (!gone.await(PARTING_SECONDS, TimeUnit.SECONDS)) {
                LOG.debug("a client stays although its command has ended");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connection.close();
    }
}
