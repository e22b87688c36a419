package dev.proa.e2e.examples;

import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.LayerStore;
import dev.proa.image.store.Whiteouts;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The program of an image, run as its user in a root directory of the image's files, with its own mounts and processes;
 * it listens on a port of loopback's. Needs root. Closing kills it.
 */
final class RunningImage implements AutoCloseable {
    private final Process process;
    private final int port;
    private final Path output;
    private final HttpClient client = HttpClient.newHttpClient();

    private RunningImage(Process process, int port, Path output) {
        this.process = process;
        this.port = port;
        this.output = output;
    }

    /**
     * Starts it.
     *
     * @param work an empty directory
     * @param more environment variables
     */
    static RunningImage start(ImageStore store, Image image, Path work, Map<String, String> more)
            throws IOException, InterruptedException {
        Path root = Files.createDirectories(work.resolve("root"));
        for (Path layer : LayerStore.open(work.resolve("layers"), store, Whiteouts.deleting(), UnpackLimits.DEFAULT)
                .unpack(image)) {
            run("cp", "-a", layer + "/.", root.toString());
        }
        ImageConfig config = image.config();
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(
                "/usr/bin/unshare",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "/bin/bash",
                "-c",
                "/bin/mount --rbind /dev \"$0/dev\" && /bin/mount -t proc proc \"$0/proc\" && "
                        + "exec /usr/bin/unshare --root=\"$0\" --wd=\"$1\" --setgid=65532 --setuid=65532 -- \"${@:2}\"",
                root.toString(),
                config.workingDirectory()));
        command.addAll(config.defaultCommand());
        Path output = work.resolve("output.txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().clear();
        for (String entry : config.environment()) {
            int at = entry.indexOf('=');
            builder.environment().put(entry.substring(0, at), entry.substring(at + 1));
        }
        builder.environment().put("PORT", String.valueOf(port));
        builder.environment().put("DRAIN_SECONDS", "1");
        builder.environment().putAll(more);
        return new RunningImage(builder.start(), port, output);
    }

    /** The answer to a GET. */
    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What it wrote so far. */
    String output() throws IOException {
        return Files.readString(output);
    }

    /** Sends SIGTERM to the program and returns its exit code; fails when it does not end within half a minute. */
    int terminate() throws InterruptedException {
        // The first process of its namespace: signals that it has no handler for do nothing to it.
        ProcessHandle program = process.children()
                .min(Comparator.comparingLong(ProcessHandle::pid))
                .orElseThrow();
        program.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("it did not end after SIGTERM");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }
}
