package dev.proa.node.build;

import dev.proa.client.clock.Clock;
import dev.proa.image.ImageFailure;
import dev.proa.image.layer.FileAttributes;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.solver.RunRequest;
import dev.proa.image.store.FileTrees;
import dev.proa.image.store.Whiteouts;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.linux.FileNodes;
import dev.proa.node.linux.LayeredMount;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.network.LoopbackNetwork;
import dev.proa.node.sandbox.SandboxRequirements;
import dev.proa.node.sandbox.SandboxRuntime;
import dev.proa.node.sandbox.image.OverlayWhiteouts;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link BuildSandbox} of the built-in container runtime. Mounts are made in mount namespaces of their own, so they end
 * with the thread that works on them. Containers that a build left behind when its process was killed are removed by the
 * next one.
 */
public final class RuntimeBuildSandbox implements BuildSandbox {
    private static final Logger LOG = LoggerFactory.getLogger(RuntimeBuildSandbox.class);

    private final Path directory;
    private final Clock clock;
    private final BuildRoots roots = new BuildRoots();
    private final Whiteouts whiteouts = new OverlayWhiteouts();
    private @Nullable SandboxRuntime runtime;

    /**
     * @param directory for what runs; on the file system of the layers. Any number of processes may use it
     */
    public RuntimeBuildSandbox(Path directory, Clock clock) {
        this.directory = directory.toAbsolutePath().normalize();
        this.clock = clock;
    }

    @Override
    public <T> T mounted(List<Root> wanted, Work<T> work) throws IOException {
        require();
        Path scratch = scratch();
        try {
            List<Path> places = new ArrayList<>();
            for (Root root : wanted) {
                Path home = Files.createDirectory(scratch.resolve("" + places.size()));
                places.add(home);
                Files.createDirectory(home.resolve("mount"));
                if (root.upper() != null) {
                    Files.createDirectory(home.resolve("work"));
                }
            }
            return Namespaces.callInNew(
                    () -> {
                        List<Path> mounts = new ArrayList<>();
                        for (int i = 0; i < wanted.size(); i++) {
                            Path home = places.get(i);
                            Path upper = wanted.get(i).upper();
                            mounts.add(LayeredMount.mount(
                                    wanted.get(i).layers(),
                                    upper,
                                    upper == null ? null : home.resolve("work"),
                                    home.resolve("mount")));
                        }
                        return work.in(mounts);
                    },
                    Namespaces.Kind.MOUNT);
        } finally {
            FileTrees.delete(scratch);
        }
    }

    private Path scratch() throws IOException {
        Path scratch = directory.resolve("mounts").resolve(UUID.randomUUID().toString());
        Files.createDirectories(scratch);
        return scratch;
    }

    @Override
    public int run(RunRequest request, Consumer<byte[]> output) throws IOException, InterruptedException {
        try {
            return new BuildRun(runtime(), roots, request, directory, this).run(output);
        } catch (RuntimeFailure e) {
            throw new ImageFailure(ImageFailure.Reason.BUILD_FAILED, "cannot run the command: " + e.getMessage(), e);
        }
    }

    /** Opens the runtime when the first command is run; most builds find all results in their cache. */
    private synchronized SandboxRuntime runtime() throws IOException {
        if (runtime == null) {
            require();
            removeLeftovers();
            runtime = open(own());
        }
        return runtime;
    }

    private void require() throws IOException {
        List<SandboxRequirements.Missing> missing = SandboxRequirements.missing(directory);
        if (!missing.isEmpty()) {
            throw new ImageFailure(
                    ImageFailure.Reason.BUILD_FAILED,
                    "A Dockerfile cannot be built on this machine:\n"
                            + missing.stream().map(lack -> "  - " + lack).collect(Collectors.joining("\n")));
        }
    }

    private SandboxRuntime open(Path state) throws IOException {
        Files.createDirectories(state);
        return SandboxRuntime.open(
                new SandboxRuntime.Options(state, "proa/build-" + state.getFileName(), false, clock),
                roots,
                new LoopbackNetwork());
    }

    /** A directory that no other process and no other sandbox of this process has. */
    private Path own() {
        ProcessHandle self = ProcessHandle.current();
        return directory
                .resolve("runs")
                .resolve(self.pid() + "." + started(self) + "." + Integer.toHexString(hashCode()));
    }

    private static long started(ProcessHandle process) {
        return process.info().startInstant().map(time -> time.toEpochMilli()).orElse(0L);
    }

    /** Ends what builds have left whose process was killed. */
    private void removeLeftovers() throws IOException {
        Path runs = Files.createDirectories(directory.resolve("runs"));
        try (DirectoryStream<Path> states = Files.newDirectoryStream(runs)) {
            for (Path state : states) {
                String[] name = state.getFileName().toString().split("\\.");
                boolean alive = ProcessHandle.of(Long.parseLong(name[0]))
                        .map(process -> Long.toString(started(process)).equals(name[1]))
                        .orElse(false);
                if (!alive) {
                    try {
                        remove(open(state), state);
                    } catch (IOException | RuntimeException e) {
                        LOG.warn("what an earlier build has left in {} could not be removed", state, e);
                    }
                }
            }
        }
    }

    private static void remove(SandboxRuntime left, Path state) throws IOException {
        try (left) {
            left.listPodSandboxes().forEach(sandbox -> left.removePodSandbox(sandbox.id()));
        }
        FileTrees.delete(state);
    }

    @Override
    public Whiteouts whiteouts() {
        return whiteouts;
    }

    @Override
    public FileAttributes attributes() {
        return FileNodes::attributes;
    }

    @Override
    public synchronized void close() throws IOException {
        if (runtime != null) {
            remove(runtime, own());
            runtime = null;
        }
    }
}
