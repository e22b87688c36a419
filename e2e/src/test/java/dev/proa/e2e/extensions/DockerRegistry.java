package dev.proa.e2e.extensions;

import dev.proa.e2e.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** The registry of the distribution project on loopback, for the user "user" with the password "pass". */
final class DockerRegistry implements AutoCloseable {
    private static final String PROGRAM = "docker-registry";
    /** What htpasswd makes of them. */
    private static final String USERS = "user:$2y$05$DhX08XddNGh6hwUpafFJlO6PwErSlk9qj/dO4D43VRPTPJxsuzh5y\n";

    private final Process process;
    private final int port;

    private DockerRegistry(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts one whose data is in a folder. */
    static DockerRegistry start(Path folder) throws IOException {
        Assumptions.assumeTrue(Skopeo.isInstalled(PROGRAM), PROGRAM + " is not installed");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path users = Files.writeString(folder.resolve("users"), USERS);
        Path config =
                Files.writeString(folder.resolve("registry.yml"), """
                version: 0.1
                storage: {filesystem: {rootdirectory: %s}}
                http: {addr: "127.0.0.1:%d"}
                auth: {htpasswd: {realm: test, path: %s}}
                """.formatted(folder.resolve("data"), port, users));
        Process process = new ProcessBuilder(PROGRAM, "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("registry.log").toFile())
                .start();
        DockerRegistry registry = new DockerRegistry(process, port);
        Await.until("the registry listens", Duration.ofSeconds(20), registry::listens, listens -> listens);
        return registry;
    }

    private boolean listens() throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        }
    }

    String host() {
        return "localhost:" + port;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
