package dev.proa.node.sandbox;

import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.RuntimeFailure.Reason;
import dev.proa.node.linux.Capability;
import dev.proa.node.linux.Cgroup;
import dev.proa.node.linux.CgroupTree;
import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.FileNodes;
import dev.proa.node.linux.Mounts;
import dev.proa.node.linux.Processes;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.sandbox.image.RootFilesystems;
import dev.proa.node.sandbox.mount.KernelMountSteps;
import dev.proa.node.sandbox.mount.MountSources;
import dev.proa.node.sandbox.mount.MountSteps;
import dev.proa.node.sandbox.program.ContainerProgram;
import dev.proa.node.sandbox.program.ExecutionFailures;
import dev.proa.node.sandbox.program.ProcessCredentials;
import dev.proa.node.sandbox.program.Shim;
import dev.proa.node.sandbox.program.ShimFiles;
import dev.proa.node.sandbox.state.Records.ContainerRecord;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Starts the shims of containers. */
final class ContainerLauncher {
    /** The timeout of a start: as long as a kubelet waits for a runtime. */
    static final Duration START_PATIENCE = Duration.ofMinutes(2);

    private final CgroupTree cgroups;
    private final RootFilesystems images;
    private final Path emptyLayer;
    private final int lastCapability;
    private final Set<Thread> waiting = new HashSet<>();
    private boolean closed;

    /**
     * @param images that containers may have mounted
     * @param emptyLayer an empty directory, for images without layers
     */
    ContainerLauncher(CgroupTree cgroups, RootFilesystems images, Path emptyLayer) throws IOException {
        this.images = images;
        this.cgroups = cgroups;
        this.emptyLayer = Files.createDirectories(emptyLayer);
        lastCapability = Capability.last();
    }

    int lastCapability() {
        return lastCapability;
    }

    /**
     * Starts a container and waits until its command has been executed. The shim's descriptors can then be {@linkplain
     * Shim#take taken}.
     *
     * @throws RuntimeFailure when the command cannot be executed; nothing is left running
     */
    Shim launch(ContainerRecord container, Sandbox sandbox, Path directory, Cgroup cgroup) throws IOException {
        cgroup.create();
        cgroup.apply(GroupLimits.of(container.config().resources()));
        List<Path> layers = container.layers().isEmpty() ? List.of(emptyLayer) : container.layers();
        PodSandboxConfig.UserNamespace users = sandbox.config().userNamespace();
        try (MountSources sources =
                MountSources.open(binds(container.config(), sandbox), sandbox.userNamespace(), emptyLayer)) {
            if (sandbox.sharedPidNamespace() != null) {
                sources.addProc(sandbox.proc());
            }
            int firstLayer = 0;
            if (users != null) {
                firstLayer = sources.addLayers(layers);
                chown(directory.resolve("upper"), users.hostId());
            }
            ContainerProgram.Plan plan = plan(container, sandbox, directory, cgroup, layers, firstLayer, sources);
            return launch(container, directory, plan, sources, users == null ? 0 : users.hostId());
        }
    }

    private static void chown(Path directory, long owner) throws IOException {
        Files.setAttribute(directory, "unix:uid", (int) owner, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(directory, "unix:gid", (int) owner, LinkOption.NOFOLLOW_LINKS);
    }

    private Shim launch(
            ContainerRecord container, Path directory, ContainerProgram.Plan plan, MountSources sources, long firstUser)
            throws IOException {
        SyscallProgram program = ContainerProgram.of(plan);
        Map<Integer, Integer> descriptors = new HashMap<>(sources.descriptors());
        List<Descriptors.Pipe> pipes = new ArrayList<>();
        Descriptors.Pipe report = Descriptors.pipe();
        try {
            pipes(container, firstUser, descriptors, pipes);
            descriptors.put(ContainerProgram.REPORT, report.writing());
            int pid = Processes.spawn(program, Shim.NAME, List.of(container.id()), descriptors);
            Descriptors.close(report.writing());
            Shim shim = Shim.started(pid);
            byte[] failure;
            try {
                failure = awaitReport(report.reading());
            } catch (IOException e) {
                // A process of the pod has stopped it, or holds the report open.
                shim.abort();
                if (e instanceof ErrnoException late && late.is(Errno.ETIMEDOUT)) {
                    throw new RuntimeFailure(
                            Reason.DEADLINE_EXCEEDED,
                            "the command was not executed within " + START_PATIENCE.toSeconds() + " s",
                            e);
                }
                throw e;
            }
            if (failure.length > 0 || ShimFiles.started(directory) == null) {
                shim.abort();
                throw ExecutionFailures.explain(failure, program, container.process());
            }
            return shim;
        } finally {
            Descriptors.close(report.reading());
            pipes.forEach(Descriptors.Pipe::close);
        }
    }

    /** Waits until the command has been executed, the timeout has passed, or this is closed. */
    private byte[] awaitReport(int descriptor) throws IOException {
        synchronized (waiting) {
            if (closed) {
                throw new InterruptedIOException("the runtime is closed");
            }
            waiting.add(Thread.currentThread());
        }
        try {
            return Descriptors.readAll(descriptor, ExecutionFailures.LONGEST_REPORT, START_PATIENCE);
        } finally {
            synchronized (waiting) {
                waiting.remove(Thread.currentThread());
                if (closed) {
                    Thread.interrupted(); // only this wait was to be interrupted
                }
            }
        }
    }

    /** Ends all waiting starts, which other containers of the pod may hold up. */
    void close() {
        synchronized (waiting) {
            closed = true;
            waiting.forEach(Thread::interrupt);
        }
    }

    private static void pipes(
            ContainerRecord container, long firstUser, Map<Integer, Integer> descriptors, List<Descriptors.Pipe> pipes)
            throws ErrnoException {
        long owner = firstUser + container.process().credentials().user();
        if (container.process().terminal() || container.config().stdin()) {
            pipe(descriptors, pipes, ContainerProgram.STDIN_READ, ContainerProgram.STDIN_WRITE, owner);
        }
        if (!container.process().terminal()) {
            pipe(descriptors, pipes, ContainerProgram.STDOUT_READ, ContainerProgram.STDOUT_WRITE, owner);
            pipe(descriptors, pipes, ContainerProgram.STDERR_READ, ContainerProgram.STDERR_WRITE, owner);
        }
        pipe(descriptors, pipes, ContainerProgram.LIFE_READ, ContainerProgram.LIFE_WRITE, owner);
    }

    /** Makes a pipe that the container's user owns, so that it can reopen {@code /dev/stdout}. */
    private static void pipe(
            Map<Integer, Integer> descriptors, List<Descriptors.Pipe> pipes, int reading, int writing, long owner)
            throws ErrnoException {
        Descriptors.Pipe pipe = Descriptors.pipe();
        pipes.add(pipe);
        FileNodes.chown(pipe.writing(), owner, -1);
        descriptors.put(reading, pipe.reading());
        descriptors.put(writing, pipe.writing());
    }

    private ContainerProgram.Plan plan(
            ContainerRecord container,
            Sandbox sandbox,
            Path directory,
            Cgroup cgroup,
            List<Path> layers,
            int firstLayer,
            MountSources sources)
            throws IOException {
        ContainerConfig.Security security = container.config().security();
        Path pidNamespace = sandbox.sharedPidNamespace();
        return new ContainerProgram.Plan(
                directory,
                layers,
                firstLayer,
                sources.end(),
                cgroup.memberFiles(),
                sandbox.userNamespace(),
                sandbox.namespaces(),
                pidNamespace,
                pidNamespace == null && !sandbox.config().hostPid(),
                hierarchies(),
                sources.sources(),
                security.privileged() && sandbox.userNamespace() == null ? hostDevices() : List.of(),
                added(container, sandbox.config().userNamespace()),
                security.unmasked() && sandbox.userNamespace() != null,
                security.privileged(),
                security.readOnlyRootFilesystem(),
                container.config().stdin(),
                container.config().oomScoreAdjustment(),
                lastCapability,
                container.process());
    }

    private List<String> hierarchies() {
        return switch (cgroups) {
            case CgroupTree.Unified unified -> List.of();
            case CgroupTree.PerController(Map<String, Path> roots, Set<Path> others) -> {
                Map<Path, String> mounts = new TreeMap<>();
                new TreeMap<>(roots)
                        .forEach((controller, root) ->
                                mounts.merge(root, controller, (first, second) -> first + "," + second));
                yield List.copyOf(mounts.values());
            }
        };
    }

    private List<MountSteps.Bind> binds(ContainerConfig config, Sandbox sandbox) {
        Map<String, MountSteps.Bind> binds = new TreeMap<>();
        boolean privileged = config.security().privileged();
        binds.put(
                "/dev/shm",
                new MountSteps.Bind(sandbox.sharedMemory(), "", "/dev/shm", Mounts.ReadOnly.NO, false, privileged));
        for (String name : PodFiles.NAMES) {
            String target = "/etc/" + name;
            binds.put(
                    target,
                    new MountSteps.Bind(
                            sandbox.directory().resolve(name),
                            "",
                            target,
                            config.security().readOnlyRootFilesystem() ? Mounts.ReadOnly.YES : Mounts.ReadOnly.NO,
                            false,
                            false));
        }
        for (ContainerConfig.Mount mount : config.mounts()) {
            MountSteps.Bind bind = bind(mount, privileged);
            binds.put(bind.target(), bind);
        }
        return List.copyOf(binds.values());
    }

    private MountSteps.Bind bind(ContainerConfig.Mount mount, boolean privileged) {
        Path target = Path.of("/").resolve(mount.containerPath()).normalize();
        if (target.getNameCount() == 0) {
            throw new RuntimeFailure(Reason.INVALID_ARGUMENT, "nothing can be mounted on / of a container");
        }
        if (target.startsWith("/proc")) {
            throw new RuntimeFailure(
                    Reason.INVALID_ARGUMENT, "\"" + target + "\" cannot be mounted because it is inside /proc");
        }
        return new MountSteps.Bind(
                mount.image().isEmpty() ? mount.hostPath() : Path.of(mount.image()),
                mount.subPath(),
                target.toString(),
                readOnly(mount),
                mount.recursivelyPropagate(),
                privileged,
                mount.image().isEmpty() ? List.of() : layers(mount.image()));
    }

    private List<Path> layers(String image) {
        List<Path> layers = images.prepare(image).layers();
        return layers.isEmpty() ? List.of(emptyLayer) : layers;
    }

    /**
     * Checks that the images and sub-paths that a container mounts exist.
     *
     * @throws RuntimeFailure when one does not
     */
    void checkImages(ContainerConfig config) throws ErrnoException {
        List<MountSteps.Bind> wanted = config.mounts().stream()
                .filter(mount -> !mount.image().isEmpty())
                .map(mount -> bind(mount, false))
                .toList();
        if (!wanted.isEmpty()) {
            MountSources.open(wanted, null, emptyLayer).close();
        }
    }

    private static Mounts.ReadOnly readOnly(ContainerConfig.Mount mount) {
        if (!mount.readOnly()) {
            return Mounts.ReadOnly.NO;
        }
        return mount.recursivelyReadOnly() ? Mounts.ReadOnly.RECURSIVELY : Mounts.ReadOnly.YES;
    }

    /** The devices that a container gets besides the usual ones, owned by users of the host. */
    private static List<ContainerConfig.Device> added(
            ContainerRecord container, PodSandboxConfig.@Nullable UserNamespace users) {
        long first = users == null ? 0 : users.hostId();
        ProcessCredentials own = container.process().credentials();
        return container.config().devices().stream()
                .map(device -> new ContainerConfig.Device(
                        device.path(),
                        device.mode(),
                        device.number(),
                        first + (device.user() < 0 ? own.user() : device.user()),
                        first + (device.group() < 0 ? own.group() : device.group())))
                .toList();
    }

    /** The host's devices, except terminals, of which containers have their own. */
    private static List<KernelMountSteps.Device> hostDevices() throws IOException {
        List<KernelMountSteps.Device> devices = new ArrayList<>();
        try (Stream<Path> nodes = Files.walk(Path.of("/dev"), 3)) {
            for (Path node : (Iterable<Path>) nodes::iterator) {
                KernelMountSteps.Device device = device(node);
                if (device != null) {
                    devices.add(device);
                }
            }
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause();
        }
        return devices;
    }

    private static KernelMountSteps.@Nullable Device device(Path node) throws IOException {
        if (node.startsWith("/dev/pts") || node.startsWith("/dev/shm") || node.startsWith("/dev/mqueue")) {
            return null;
        }
        int mode = (Integer) Files.getAttribute(node, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        int type = mode & 0xF000;
        if (type != FileNodes.CHARACTER_DEVICE && type != FileNodes.BLOCK_DEVICE) {
            return null;
        }
        long number = (Long) Files.getAttribute(node, "unix:rdev", LinkOption.NOFOLLOW_LINKS);
        return new KernelMountSteps.Device(node.toString(), mode, number);
    }
}
