package dev.proa.node.build;

import dev.proa.image.ImageConfig;
import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.solver.RunRequest;
import dev.proa.image.store.FileTrees;
import dev.proa.image.tar.UnpackLimits;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerRuntime.Resources;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.SeccompProfile;
import dev.proa.node.cri.StreamOptions;
import dev.proa.node.cri.StreamSession;
import dev.proa.node.linux.Mounts;
import dev.proa.node.sandbox.SandboxRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One command of a build, in a container of its own. */
final class BuildRun {
    private static final String HOST_NAME = "buildkitsandbox";
    private static final long MOST_PROCESSES = 4096;
    /** So many in a row is a command that forks without end: where one process dies, it starts the next. */
    private static final int MOST_LOOKS_AT_LIMIT = 40;

    private static final Duration LOOK_EACH = Duration.ofMillis(250);
    private static final int BUFFER = 1 << 14;
    /** What the runtime mounts on or writes into, apart from the request's mounts. */
    private static final List<String> OWN_TARGETS =
            List.of("/proc", "/sys", "/dev/shm", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf");

    private final SandboxRuntime runtime;
    private final BuildRoots roots;
    private final RunRequest request;
    private final Path directory;
    private final BuildSandbox sandbox;
    private final List<String> names = new ArrayList<>();
    private final List<Path> memories = new ArrayList<>();
    private final AtomicReference<@Nullable String> killed = new AtomicReference<>();

    /** @param directory for its log and file systems in memory */
    BuildRun(SandboxRuntime runtime, BuildRoots roots, RunRequest request, Path directory, BuildSandbox sandbox) {
        this.runtime = runtime;
        this.roots = roots;
        this.request = request;
        this.directory = directory;
        this.sandbox = sandbox;
    }

    int run(Consumer<byte[]> output) throws IOException, InterruptedException {
        Map<String, String> targets = targets();
        Path logs = Files.createDirectories(
                directory.resolve("logs").resolve(UUID.randomUUID().toString()));
        String pod = null;
        try {
            pod = runtime.runPodSandbox(pod(logs));
            String container = runtime.createContainer(pod, container());
            int code = follow(pod, container, output);
            String why = killed.get();
            if (why != null) {
                throw new ImageFailure(ImageFailure.Reason.BUILD_FAILED, why);
            }
            Path upper = request.root().upper();
            if (code == 0 && upper != null) {
                Files.move(runtime.writableLayer(container), upper, StandardCopyOption.ATOMIC_MOVE);
                Files.createDirectory(runtime.writableLayer(container));
                removeStubs(upper, targets);
            }
            return code;
        } finally {
            boolean interrupted = Thread.interrupted();
            try {
                cleanUp(pod, logs);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    private void cleanUp(@Nullable String pod, Path logs) throws IOException {
        try {
            if (pod != null) {
                runtime.removePodSandbox(pod);
            }
        } finally {
            names.forEach(roots::remove);
            for (Path memory : memories) {
                Mounts.unmountAll(memory);
                FileTrees.delete(memory);
            }
            FileTrees.delete(logs);
        }
    }

    private PodSandboxConfig pod(Path logs) {
        return new PodSandboxConfig(
                "build",
                "",
                UUID.randomUUID().toString(),
                0,
                HOST_NAME,
                "",
                logs,
                null,
                Map.of(),
                Map.of(),
                Map.of(),
                request.network() == RunRequest.Network.HOST,
                false,
                false,
                false,
                List.of(),
                Map.of(),
                new Resources(0, 0, 100_000, 0, Map.of("pids.max", Long.toString(MOST_PROCESSES))));
    }

    private ContainerConfig container() throws IOException {
        ImageConfig config = ImageConfig.empty(Platform.host()).toBuilder()
                .user(request.user())
                .build();
        List<Map.Entry<String, String>> environment = new ArrayList<>();
        for (String entry : request.environment()) {
            int equals = entry.indexOf('=');
            environment.add(Map.entry(entry.substring(0, equals), entry.substring(equals + 1)));
        }
        List<ContainerConfig.Mount> mounts = new ArrayList<>();
        for (RunRequest.Mount mount : request.mounts()) {
            mounts.add(mount(mount));
        }
        ContainerConfig.Security usual = ContainerConfig.Security.DEFAULT;
        ContainerConfig.Security security = request.privileged()
                ? new ContainerConfig.Security(
                        null,
                        null,
                        null,
                        List.of(),
                        true,
                        false,
                        false,
                        Set.of(),
                        Set.of(),
                        false,
                        SeccompProfile.RUNTIME_DEFAULT,
                        false,
                        false)
                : usual;
        return new ContainerConfig(
                "build",
                0,
                added(request.root().layers(), config),
                request.command(),
                List.of(),
                request.directory(),
                environment,
                mounts,
                Map.of(),
                Map.of(),
                Path.of("build.log"),
                false,
                false,
                false,
                Resources.UNLIMITED,
                0,
                security,
                null);
    }

    private String added(List<Path> layers, ImageConfig config) {
        String name = roots.add(layers, config);
        names.add(name);
        return name;
    }

    private ContainerConfig.Mount mount(RunRequest.Mount mount) throws IOException {
        return switch (mount) {
            case RunRequest.Mount.Directory(Path source, String target, boolean readOnly) ->
                new ContainerConfig.Mount(source, target, readOnly, false);
            case RunRequest.Mount.Layers(List<Path> layers, String path, String target) ->
                ContainerConfig.Mount.ofImage(
                        added(layers, ImageConfig.empty(Platform.host())), path.replaceFirst("^/+", ""), target);
            case RunRequest.Mount.Memory(String target, long bytes) ->
                new ContainerConfig.Mount(
                        memory(bytes > 0 ? "mode=1777,size=" + bytes : "mode=1777"), target, false, false);
            case RunRequest.Mount.File file -> {
                Path content = Files.write(memory("mode=700").resolve("file"), file.content());
                Files.setAttribute(content, "unix:mode", file.mode());
                Files.setAttribute(content, "unix:uid", file.uid());
                Files.setAttribute(content, "unix:gid", file.gid());
                yield new ContainerConfig.Mount(content, file.target(), true, false);
            }
        };
    }

    private Path memory(String options) throws IOException {
        Path memory = Files.createDirectories(
                directory.resolve("memory").resolve(UUID.randomUUID().toString()));
        memories.add(memory);
        Mounts.mount("tmpfs", memory, "tmpfs", Mounts.MS_NODEV | Mounts.MS_NOSUID, options);
        return memory;
    }

    /** Starts the container and waits for its end, while its output is passed on and its use of the disk looked after. */
    private int follow(String pod, String container, Consumer<byte[]> output) throws InterruptedException {
        StreamSession session = runtime.attachCreated(container, new StreamOptions(false, true, true, false));
        try (session) {
            Thread out = Thread.ofVirtual().start(() -> copy(session.stdout(), output));
            Thread err = Thread.ofVirtual().start(() -> copy(session.stderr(), output));
            runtime.startContainer(container);
            Thread guard = Thread.ofVirtual().start(() -> guard(pod, container));
            try {
                int code = session.waitFor();
                out.join();
                err.join();
                return code;
            } finally {
                guard.interrupt();
            }
        }
    }

    private static void copy(InputStream in, Consumer<byte[]> output) {
        byte[] buffer = new byte[BUFFER];
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                output.accept(java.util.Arrays.copyOf(buffer, n));
            }
        } catch (IOException e) {
            output.accept("[output lost: it came too fast]\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    /** Kills the command before it has filled the disk, and when it does not stop forking. */
    private void guard(String pod, String container) {
        UnpackLimits limits = UnpackLimits.DEFAULT;
        int atLimit = 0;
        try {
            while (true) {
                Thread.sleep(LOOK_EACH);
                if (Files.getFileStore(directory).getUsableSpace() < limits.freeBytes()) {
                    kill(
                            container,
                            "the command was killed since the disk of " + directory + " has less than "
                                    + (limits.freeBytes() >> 20)
                                    + " MiB free; delete what is not needed and build again");
                    return;
                }
                atLimit = runtime.processes(pod) > MOST_PROCESSES * 3 / 4 ? atLimit + 1 : 0;
                if (atLimit > MOST_LOOKS_AT_LIMIT) {
                    kill(
                            container,
                            "the command was killed since it has had nearly " + MOST_PROCESSES
                                    + " processes for too long, which is the most it may have");
                    return;
                }
            }
        } catch (InterruptedException | IOException e) {
            // The command has ended.
        }
    }

    private void kill(String container, String why) {
        killed.set(why);
        runtime.stopContainer(container, Duration.ZERO);
    }

    /** The paths of mount points and what is above them, with what the layers have there; empty for nothing. */
    private Map<String, String> targets() throws IOException {
        Map<String, String> targets = new TreeMap<>(Comparator.reverseOrder());
        for (String target : OWN_TARGETS) {
            addWithParents(targets, Path.of(target));
        }
        for (RunRequest.Mount mount : request.mounts()) {
            addWithParents(targets, Path.of("/").resolve(mount.target()).normalize());
        }
        return sandbox.mounted(List.of(new BuildSandbox.Root(request.root().layers(), null)), mounted -> {
            for (Map.Entry<String, String> target : targets.entrySet()) {
                target.setValue(
                        attributes(mounted.getFirst().resolve(target.getKey().substring(1))));
            }
            return targets;
        });
    }

    private static void addWithParents(Map<String, String> targets, Path path) {
        for (Path at = path; at != null && at.getNameCount() > 0; at = at.getParent()) {
            targets.put(at.toString(), "");
        }
    }

    private static String attributes(Path path) throws IOException {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                ? Files.readAttributes(path, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS)
                        .toString()
                : "";
    }

    /**
     * Removes mount points that are empty, since they were made for the mounts, and directories that were copied from a
     * lower layer only for having had one.
     */
    private void removeStubs(Path upper, Map<String, String> targets) throws IOException {
        for (Map.Entry<String, String> target : targets.entrySet()) {
            Path stub = upper.resolve(target.getKey().substring(1));
            String before = target.getValue();
            if (Files.isDirectory(stub, LinkOption.NOFOLLOW_LINKS)) {
                boolean same = before.isEmpty()
                        || before.equals(attributes(stub))
                                && !sandbox.attributes().extended(stub).containsKey("trusted.overlay.opaque");
                if (same && isEmpty(stub)) {
                    Files.delete(stub);
                }
            } else if (before.isEmpty()
                    && Files.isRegularFile(stub, LinkOption.NOFOLLOW_LINKS)
                    && Files.size(stub) == 0) {
                Files.delete(stub);
            }
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            return !entries.iterator().hasNext();
        }
    }
}
