package dev.proa.client.http;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Transport.TransportException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Runs commands in containers and reaches ports of pods, through the API server. All methods block; safe for any thread. */
public final class PodStreams {
    private static final List<String> COMMANDS = List.of("v5.channel.k8s.io");
    private static final List<String> PORTS = List.of("v4.channel.k8s.io");
    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int ERROR = 3;
    private static final int CLOSE = 255;
    private static final int CHUNK = 1 << 15;
    private static final int MOST_OUTPUT = 1 << 20;

    private final HttpTransport transport;

    public PodStreams(HttpTransport transport) {
        this.transport = transport;
    }

    /**
     * How a command ended.
     *
     * @param exit its exit code; -1 when it could not be run
     * @param output its standard output and error, the first MiB of them
     */
    public record Result(int exit, String output) {}

    /**
     * Runs a command to its end.
     *
     * @param input its standard input
     * @throws dev.proa.api.status.StatusException when the pod or container is not there
     */
    public Result exec(String namespace, String pod, String container, List<String> command, byte[] input)
            throws InterruptedException {
        try (ChannelSocket socket =
                transport.channels(path(namespace, pod, "exec"), query(container, command), COMMANDS)) {
            for (int at = 0; at < input.length; at += CHUNK) {
                int length = Math.min(CHUNK, input.length - at);
                socket.send(STDIN, java.util.Arrays.copyOfRange(input, at, at + length), length);
            }
            socket.send(CLOSE, new byte[] {STDIN}, 1);
            return result(socket);
        }
    }

    private static List<Map.Entry<String, String>> query(String container, List<String> command) {
        List<Map.Entry<String, String>> query = new ArrayList<>(List.of(
                Map.entry("container", container),
                Map.entry("stdin", "true"),
                Map.entry("stdout", "true"),
                Map.entry("stderr", "true")));
        command.forEach(word -> query.add(Map.entry("command", word)));
        return query;
    }

    /**
     * Runs a command to its end, with streams of any length.
     *
     * @param input its standard input, read on another thread; not closed
     * @param output receives its standard output, on this thread
     * @param errors receives its standard error, on this thread
     * @return its exit code; -1 when it could not be run, and then {@code errors} has why
     * @throws IOException when a stream fails
     * @throws TransportException when the connection breaks before the command has ended
     * @throws dev.proa.api.status.StatusException when the pod or container is not there
     */
    public int exec(
            String namespace,
            String pod,
            String container,
            List<String> command,
            InputStream input,
            OutputStream output,
            OutputStream errors)
            throws IOException, InterruptedException {
        try (ChannelSocket socket =
                transport.channels(path(namespace, pod, "exec"), query(container, command), COMMANDS)) {
            AtomicReference<IOException> unread = new AtomicReference<>();
            Thread sender = Thread.ofVirtual().name("exec-input").start(() -> send(input, socket, unread));
            MapValue status = null;
            for (ChannelSocket.Message message = socket.read(); message != null; message = socket.read()) {
                switch (message.channel()) {
                    case STDOUT -> output.write(message.content());
                    case STDERR -> errors.write(message.content());
                    case ERROR -> status = status(message.content());
                    default -> {} // channels of later versions
                }
            }
            sender.interrupt();
            sender.join();
            if (status == null) {
                IOException failure = unread.get();
                throw new TransportException("the connection ended before the command did", failure);
            }
            int exit = status.string("status").equals("Success") ? 0 : exitCode(status);
            if (exit < 0) {
                errors.write(status.string("message").getBytes(StandardCharsets.UTF_8));
            }
            return exit;
        }
    }

    /** A failure to read closes the connection, so that the command does not take what came for all there is. */
    private static void send(InputStream input, ChannelSocket socket, AtomicReference<IOException> failure) {
        byte[] chunk = new byte[CHUNK];
        try {
            for (int n = input.read(chunk); n >= 0; n = input.read(chunk)) {
                socket.send(STDIN, chunk, n);
            }
            socket.send(CLOSE, new byte[] {STDIN}, 1);
        } catch (IOException e) {
            failure.set(e);
            socket.close();
        } catch (TransportException e) {
            failure.set(new IOException(
                    e)); // the command has ended without reading all, or the reader finds the connection broken
        }
    }

    private static Result result(ChannelSocket socket) throws InterruptedException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        MapValue status = MapValue.EMPTY;
        for (ChannelSocket.Message message = socket.read(); message != null; message = socket.read()) {
            if (message.channel() == ERROR) {
                status = status(message.content());
            } else if (output.size() < MOST_OUTPUT) {
                output.writeBytes(message.content());
            }
        }
        String text = output.toString(StandardCharsets.UTF_8);
        if (status.string("status").equals("Success")) {
            return new Result(0, text);
        }
        return new Result(exitCode(status), text.isBlank() ? status.string("message") : text);
    }

    private static MapValue status(byte[] content) {
        try {
            return Json.decodeMap(content);
        } catch (DecodeException e) {
            throw new TransportException("the end of a command was not told in JSON: " + e.getMessage(), e);
        }
    }

    private static int exitCode(MapValue status) {
        ListValue causes = status.map("details").list("causes");
        for (int i = 0; i < causes.size(); i++) {
            String code = causes.map(i).string("message");
            if (causes.map(i).string("reason").equals("ExitCode") && code.matches("[0-9]{1,9}")) {
                return Integer.parseInt(code);
            }
        }
        return -1;
    }

    /**
     * Connects to a port of a pod.
     *
     * @throws dev.proa.api.status.StatusException when the pod is not there
     */
    public PortConnection connect(String namespace, String pod, int port) {
        return new PortConnection(transport.channels(
                path(namespace, pod, "portforward"), List.of(Map.entry("ports", String.valueOf(port))), PORTS));
    }

    /** A connection to a port of a pod. One thread reads, one writes. */
    public static final class PortConnection implements AutoCloseable {
        private final ChannelSocket socket;
        private final boolean[] begun = new boolean[2];

        private PortConnection(ChannelSocket socket) {
            this.socket = socket;
        }

        /**
         * What the pod sends next; null at the end.
         *
         * @throws TransportException when nothing listens at the port, or the connection breaks
         */
        public byte @Nullable [] read() throws InterruptedException {
            while (true) {
                ChannelSocket.Message message = socket.read();
                if (message == null) {
                    return null;
                }
                byte[] content = message.content();
                int channel = message.channel();
                if (channel < 0 || channel > 1) {
                    continue;
                }
                if (!begun[channel]) { // with the port
                    begun[channel] = true;
                    content = java.util.Arrays.copyOfRange(content, Math.min(2, content.length), content.length);
                }
                if (channel == 1 && content.length > 0) {
                    throw new TransportException(new String(content, StandardCharsets.UTF_8).strip(), null);
                }
                if (content.length > 0) {
                    return content;
                }
            }
        }

        /** Sends to the pod. */
        public void write(byte[] content, int length) {
            socket.send(0, content, length);
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    private static String path(String namespace, String pod, String subresource) {
        Objects.requireNonNull(namespace);
        return "/api/v1/namespaces/" + namespace + "/pods/" + pod + "/" + subresource;
    }
}
