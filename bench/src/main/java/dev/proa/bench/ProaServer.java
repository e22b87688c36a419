package dev.proa.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code ./proa server} as a process of its own over an empty directory. Closing it ends the process. */
final class ProaServer implements AutoCloseable {
    /** A flag of kube-apiserver, for nodes that are objects only: they are ready as soon as they are there. */
    static final String WITHOUT_KUBELETS = "disable-admission-plugins=TaintNodesByCondition";

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path home;
    private final Process process;
    private final int port;
    private final long start;

    private ProaServer(Path home, Process process, int port, long start) {
        this.home = home;
        this.process = process;
        this.port = port;
        this.start = start;
    }

    /** @param home an empty directory that the caller removes */
    static ProaServer start(Path checkout, Path home, int nodes) throws IOException {
        return start(checkout, home, nodes, List.of());
    }

    /** One without nodes, where objects do for nodes. */
    static ProaServer startWithoutKubelets(Path checkout, Path home) throws IOException {
        return start(checkout, home, 0, List.of("--kube-apiserver-arg", WITHOUT_KUBELETS));
    }

    private static ProaServer start(Path checkout, Path home, int nodes, List<String> options) throws IOException {
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(
                checkout.resolve("proa").toString(),
                "server",
                "--runtime",
                "simulated",
                "--nodes",
                Integer.toString(nodes),
                "--port",
                Integer.toString(port)));
        command.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("output").toFile());
        builder.environment().put("PROA_HOME", home.toString());
        builder.environment().put("PROA_NO_BUILD", "1");
        long start = System.nanoTime();
        return new ProaServer(home, builder.start(), port, start);
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    /** When it was started, as {@link System#nanoTime} said. */
    long started() {
        return start;
    }

    long pid() {
        return process.pid(); // the script has become the JVM
    }

    Path kubeconfig() {
        return home.resolve("clusters").resolve("proa").resolve("admin.kubeconfig");
    }

    /** Waits until all nodes are Ready; says how long after its start that was. */
    Duration awaitNodes() throws IOException, InterruptedException {
        while (System.nanoTime() - start < PATIENCE.toNanos()) {
            if (Files.readString(home.resolve("output")).contains(" is ready at ")) {
                return Duration.ofNanos(System.nanoTime() - start);
            }
            if (process.waitFor(5, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        throw new IllegalStateException("Proa did not become ready:\n" + Files.readString(home.resolve("output")));
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
