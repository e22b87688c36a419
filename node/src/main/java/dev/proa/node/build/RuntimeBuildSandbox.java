package dev.proa.node.build;

import dev.proa.client.clock.Clock;
import dev.proa.image.ImageFailure;
import dev.proa.image.layer.FileAttributes;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.solver.RunRequest;
import dev.proa.image.store.FileTrees;
import dev.proa.image.store.Whiteouts;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.linux.CgroupTree;
import dev.proa.node.linux.FileNodes;
import dev.proa.node.linux.LayeredMount;
import dev.proa.node.linux.Mounts;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.network.LoopbackNetwork;
import dev.proa.node.sandbox.SandboxRequirements;
import dev.proa.node.sandbox.SandboxRuntime;
import dev.proa.node.sandbox.image.OverlayWhiteouts;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

    private static final Duration LONGEST_END = Duration.ofMinutes(1);
    private static final Duration LOOK_EACH = Duration.ofMillis(20);

    private final Path directory;
    private final Clock clock;
    private final BuildRoots roots = new BuildRoots();
    private final Whiteouts whiteouts = new OverlayWhiteouts();
    private @Nullable SandboxRuntime runtime;
    private @Nullable State state;

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
        return Files.createDirectories(
                own().directory.resolve("mounts").resolve(UUID.randomUUID().toString()));
    }

    @Override
    public int run(RunRequest request, Consumer<byte[]> output) throws IOException, InterruptedException {
        try {
            return new BuildRun(runtime(), roots, request, own().directory, this).run(output);
        } catch (RuntimeFailure e) {
            throw new ImageFailure(ImageFailure.Reason.BUILD_FAILED, "cannot run the command: " + e.getMessage(), e);
        }
    }

    @Override
    public String name() throws IOException {
        return String.valueOf(own().directory.getFileName());
    }

    /** A process that was just killed, or another that removes what it left, has the lock for a moment. */
    @Override
    public void end(String name) throws IOException, InterruptedException {
        Path lock = runs().resolve(name + State.LOCK);
        long deadline = System.nanoTime() + LONGEST_END.toNanos();
        while (Files.exists(lock)) {
            State left = State.ofDead(lock);
            if (left != null) {
                try (left) {
                    remove(open(left.directory), left);
                }
            } else if (System.nanoTime() > deadline) {
                throw new IOException("what another build runs below " + directory + " does not end");
            } else {
                Thread.sleep(LOOK_EACH);
            }
        }
    }

    /** Opens the runtime when the first command is run; most builds find all results in their cache. */
    private synchronized SandboxRuntime runtime() throws IOException {
        if (runtime == null) {
            runtime = open(own().directory);
        }
        return runtime;
    }

    /** Where this sandbox keeps what it needs; that of processes that have died is removed first. */
    private synchronized State own() throws IOException {
        if (state == null) {
            removeLeftovers();
            state = State.create(runs());
        }
        return state;
    }

    private Path runs() throws IOException {
        return Files.createDirectories(directory.resolve("runs"));
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
                new SandboxRuntime.Options(state, cgroup(state), false, clock), roots, new LoopbackNetwork());
    }

    /** Ends what builds have left whose process was killed. */
    private void removeLeftovers() throws IOException {
        for (State left : State.abandoned(runs())) {
            try (left) {
                remove(open(left.directory), left);
            } catch (IOException | RuntimeException e) {
                LOG.warn("what an earlier build has left in {} could not be removed", left.directory, e);
            }
        }
    }

    private static void remove(SandboxRuntime runtime, State state) throws IOException {
        try (runtime) {
            runtime.listPodSandboxes().forEach(sandbox -> runtime.removePodSandbox(sandbox.id()));
        }
        for (Path mount : Mounts.below(state.directory).reversed()) {
            Mounts.unmountAll(mount);
        }
        Optional<CgroupTree> cgroups = CgroupTree.detect();
        if (cgroups.isPresent()) {
            cgroups.get().group(cgroup(state.directory)).remove();
        }
        state.delete();
    }

    private static String cgroup(Path state) {
        return "proa/build-" + state.getFileName();
    }

    /** A directory of one sandbox. Its file is locked for as long as the process lives, however it ends. */
    private record State(Path directory, FileChannel lock) implements AutoCloseable {
        private static final String LOCK = ".lock";

        static State create(Path runs) throws IOException {
            String name = UUID.randomUUID().toString().substring(0, 8);
            FileChannel lock = FileChannel.open(
                    runs.resolve(name + LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            lock.lock();
            return new State(Files.createDirectories(runs.resolve(name)), lock);
        }

        static List<State> abandoned(Path runs) throws IOException {
            List<State> abandoned = new ArrayList<>();
            try (DirectoryStream<Path> files = Files.newDirectoryStream(runs, "*" + LOCK)) {
                for (Path file : files) {
                    State left = ofDead(file);
                    if (left != null) {
                        abandoned.add(left);
                    }
                }
            }
            return abandoned;
        }

        /** That of a process that has died; null when it lives, or has only begun to make it. */
        static @Nullable State ofDead(Path file) throws IOException {
            String name = file.getFileName().toString();
            Path directory = file.resolveSibling(name.substring(0, name.length() - LOCK.length()));
            FileChannel lock = Files.isDirectory(directory) ? locked(file) : null;
            return lock == null ? null : new State(directory, lock);
        }

        private static @Nullable FileChannel locked(Path file) throws IOException {
            FileChannel channel;
            try {
                channel = FileChannel.open(file, StandardOpenOption.WRITE);
            } catch (NoSuchFileException e) {
                return null;
            }
            try {
                if (channel.tryLock() != null) {
                    return channel;
                }
            } catch (OverlappingFileLockException e) {
                // Of this process.
            }
            channel.close();
            return null;
        }

        void delete() throws IOException {
            FileTrees.delete(directory);
            Files.deleteIfExists(directory.resolveSibling(directory.getFileName() + LOCK));
        }

        @Override
        public void close() throws IOException {
            lock.close();
        }
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
        try (State own = state) {
            if (runtime != null && own != null) {
                remove(runtime, own);
            } else if (own != null) {
                own.delete();
            }
        } finally {
            runtime = null;
            state = null;
        }
    }
}
