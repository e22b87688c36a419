package dev.proa.node.server;

import dev.proa.node.cri.ByteStream;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ImageService;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.StreamOptions;
import dev.proa.node.cri.StreamSession;
import dev.proa.node.usage.InterfaceUsage;
import dev.proa.node.usage.ResourceUsage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A runtime whose containers are what a test says, whose commands are run by this machine's shell, and whose pods' ports are this
 * machine's.
 */
final class FakeRuntime implements ContainerRuntime {
    final Map<String, ContainerStatus> containers = new ConcurrentHashMap<>();
    volatile String lastSize = "";
    volatile int sessionsClosed;

    @Override
    public StreamSession exec(String containerId, List<String> command, StreamOptions options) {
        if (command.getFirst().equals("/missing")) {
            throw new RuntimeFailure(RuntimeFailure.Reason.INVALID_ARGUMENT, "/missing: no such file or directory");
        }
        try {
            return new ProcessSession(new ProcessBuilder(command).start());
        } catch (IOException e) {
            throw new RuntimeFailure(RuntimeFailure.Reason.INTERNAL, String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public StreamSession attach(String containerId, StreamOptions options) {
        return exec(containerId, List.of("cat"), options);
    }

    @Override
    public ByteStream portForward(String sandboxId, int port) {
        try {
            Socket socket = new Socket("127.0.0.1", port);
            return new SocketStream(socket, socket.getInputStream(), new Half(socket));
        } catch (IOException e) {
            throw new RuntimeFailure(RuntimeFailure.Reason.FAILED_PRECONDITION, "connection refused", e);
        }
    }

    @Override
    public ContainerStatus containerStatus(String containerId) {
        ContainerStatus status = containers.get(containerId);
        if (status == null) {
            throw new RuntimeFailure(RuntimeFailure.Reason.NOT_FOUND, "no container " + containerId);
        }
        return status;
    }

    @Override
    public List<ContainerStatus> listContainers() {
        return List.copyOf(containers.values());
    }

    @Override
    public ResourceUsage podsStats() {
        return ResourceUsage.of(1_700_000_000L, 70 << 20);
    }

    @Override
    public ResourceUsage podSandboxStats(String sandboxId) {
        return ResourceUsage.of(1_600_000_000L, 66 << 20);
    }

    @Override
    public List<InterfaceUsage> podSandboxInterfaces(String sandboxId) {
        return List.of(new InterfaceUsage("eth0", 1, 2, 3, 4, 5, 6, 7, 8));
    }

    @Override
    public ResourceUsage containerStats(String containerId) {
        return ResourceUsage.of(1_500_000_000L, 64 << 20);
    }

    private final class ProcessSession implements StreamSession {
        private final Process process;

        ProcessSession(Process process) {
            this.process = process;
        }

        @Override
        public OutputStream stdin() {
            return process.getOutputStream();
        }

        @Override
        public InputStream stdout() {
            return process.getInputStream();
        }

        @Override
        public InputStream stderr() {
            return process.getErrorStream();
        }

        @Override
        public void resize(int columns, int rows) {
            lastSize = columns + "x" + rows;
        }

        @Override
        public int waitFor() throws InterruptedException {
            return process.waitFor();
        }

        @Override
        public void close() {
            process.destroyForcibly();
            sessionsClosed++;
        }
    }

    private record SocketStream(Socket socket, InputStream input, OutputStream output) implements ByteStream {
        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    /** Closing it leaves the other direction open. */
    private static final class Half extends OutputStream {
        private final Socket socket;
        private final OutputStream out;

        Half(Socket socket) throws IOException {
            this.socket = socket;
            this.out = socket.getOutputStream();
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            socket.shutdownOutput();
        }
    }

    @Override
    public String version() {
        return "fake://1";
    }

    @Override
    public ImageService images() {
        throw unexpected();
    }

    @Override
    public String runPodSandbox(PodSandboxConfig config) {
        throw unexpected();
    }

    @Override
    public void stopPodSandbox(String sandboxId) {
        throw unexpected();
    }

    @Override
    public void removePodSandbox(String sandboxId) {
        throw unexpected();
    }

    @Override
    public PodSandboxStatus podSandboxStatus(String sandboxId) {
        throw unexpected();
    }

    @Override
    public List<PodSandboxStatus> listPodSandboxes() {
        return List.of();
    }

    @Override
    public String createContainer(String sandboxId, ContainerConfig config) {
        throw unexpected();
    }

    @Override
    public void startContainer(String containerId) {
        throw unexpected();
    }

    @Override
    public void stopContainer(String containerId, Duration grace) {
        throw unexpected();
    }

    @Override
    public void removeContainer(String containerId) {
        throw unexpected();
    }

    @Override
    public void updatePodSandboxResources(String sandboxId, Resources resources) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Resources containerResources(String containerId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void updateContainerResources(String containerId, Resources resources) {
        throw unexpected();
    }

    @Override
    public ExecResult execSync(String containerId, List<String> command, Duration timeout) {
        throw unexpected();
    }

    @Override
    public void reopenContainerLog(String containerId) {
        throw unexpected();
    }

    @Override
    public AutoCloseable subscribe(Consumer<ContainerEvent> listener) {
        throw unexpected();
    }

    @Override
    public void close() {}

    private static AssertionError unexpected() {
        return new AssertionError("a server does not do this to a runtime");
    }
}
