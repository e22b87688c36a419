package dev.proa.delivery.dev;

import dev.proa.client.Transport.TransportException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/** Pods in memory: their tar unpacks archives into maps, and their port answers requests with 200. */
final class FakePods implements PodAccess {
    private final Map<String, Map<String, String>> files = new ConcurrentHashMap<>();
    private final List<String> commands = new CopyOnWriteArrayList<>();
    private volatile String refusal = "";

    Map<String, String> files(String pod) {
        return files.getOrDefault(pod, Map.of());
    }

    List<String> commands() {
        return commands;
    }

    /** Has all commands fail with a message. */
    void refuse(String message) {
        refusal = message;
    }

    /** Forgets the files of a pod, as a container does that starts again. */
    void restart(String pod) {
        files.remove(pod);
    }

    @Override
    public Result exec(String namespace, String pod, String container, List<String> command, byte[] input) {
        commands.add(pod + ": " + String.join(" ", command));
        if (!refusal.isEmpty()) {
            return new Result(1, refusal);
        }
        Map<String, String> own = files.computeIfAbsent(pod, any -> new TreeMap<>());
        if (command.getFirst().equals("tar")) {
            unpack(input, own);
        } else {
            own.keySet().removeAll(command);
        }
        return new Result(0, "");
    }

    private static void unpack(byte[] archive, Map<String, String> into) {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(archive))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                into.put("/" + entry.getName(), new String(tar.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Connection connect(String namespace, String pod, int port) {
        LinkedBlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
        return new Connection() {
            @Override
            public byte @Nullable [] read() throws InterruptedException {
                byte[] answer = answers.take();
                return answer.length == 0 ? null : answer;
            }

            @Override
            public void write(byte[] content, int length) {
                if (port == 1) {
                    throw new TransportException("connection refused", null);
                }
                answers.add(("HTTP/1.1 200 OK\r\n\r\n" + pod).getBytes(StandardCharsets.UTF_8));
            }

            @Override
            public void close() {
                answers.add(new byte[0]);
            }
        };
    }
}
