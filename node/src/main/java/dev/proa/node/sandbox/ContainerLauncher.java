package dev.proa.node.sandbox;

import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.RuntimeFailure.Reason;
import dev.proa.node.linux.Capability;
import dev.proa.node.linux.Cgroup;
import dev.proa.node.linux.CgroupTree;
import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.FileNodes;
import dev.proa.node.linux.Mounts;
import dev.proa.node.linux.Processes;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.sandbox.Records.ContainerRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Starts the shims of containers. */
final class ContainerLauncher {
    private final CgroupTree cgroups;
    private final Path emptyLayer;
    private final int lastCapability;

    /** @param emptyLayer an empty directory, for images without layers */
    ContainerLauncher(CgroupTree cgroups, Path emptyLayer) throws IOException {
        this.cgroups = cgroups;
        this.emptyLayer = Files.createDirectories(emptyLayer);
        lastCapability = Capability.last();
    }

    int lastCapability() {
        return lastCapability;
    }

    /**
     * Starts a container and waits until its command was executed. The descriptors of a shim can be {@linkplain Shim#take
     * taken} from it.
     *
     * @throws RuntimeFailure when the command cannot be executed; nothing runs then
     */
    Shim launch(ContainerRecord container, Sandbox sandbox, Path directory, Cgroup cgroup) throws IOException {
        cgroup.create();
        cgroup.apply(SandboxRuntime.limits(container.config().resources()));
        try (MountSources sources = MountSources.open(binds(container.config(), sandbox))) {
            return launch(container, directory, plan(container, sandbox, directory, cgroup, sources), sources);
        }
    }

    private static Shim launch(
            ContainerRecord container, Path directory, ContainerProgram.Plan plan, MountSources sources)
            throws IOException {
        SyscallProgram program = ContainerProgram.of(plan);
        Map<Integer, Integer> descriptors = new HashMap<>(sources.descriptors());
        List<Descriptors.Pipe> pipes = new ArrayList<>();
        Descriptors.Pipe report = Descriptors.pipe();
        try {
            pipes(container, descriptors, pipes);
            descriptors.put(ContainerProgram.REPORT, report.writing());
            int pid = Processes.spawn(program, Shim.NAME, List.of(container.id()), descriptors);
            Descriptors.close(report.writing());
            byte[] failure = readAll(report.reading());
            Shim shim = Shim.started(pid);
            if (failure.length > 0 || ShimFiles.started(directory) == null) {
                shim.kill();
                throw ExecutionFailures.explain(failure, program, container.process());
            }
            return shim;
        } finally {
            Descriptors.close(report.reading());
            pipes.forEach(Descriptors.Pipe::close);
        }
    }

    private static void pipes(
            ContainerRecord container, Map<Integer, Integer> descriptors, List<Descriptors.Pipe> pipes)
            throws ErrnoException {
        if (container.process().terminal() || container.config().stdin()) {
            pipe(descriptors, pipes, ContainerProgram.STDIN_READ, ContainerProgram.STDIN_WRITE, container);
        }
        if (!container.process().terminal()) {
            pipe(descriptors, pipes, ContainerProgram.STDOUT_READ, ContainerProgram.STDOUT_WRITE, container);
            pipe(descriptors, pipes, ContainerProgram.STDERR_READ, ContainerProgram.STDERR_WRITE, container);
        }
        pipe(descriptors, pipes, ContainerProgram.LIFE_READ, ContainerProgram.LIFE_WRITE, container);
    }

    /** Pipes belong to the container's user, so that it can open {@code /dev/stdout} again. */
    private static void pipe(
            Map<Integer, Integer> descriptors,
            List<Descriptors.Pipe> pipes,
            int reading,
            int writing,
            ContainerRecord container)
            throws ErrnoException {
        Descriptors.Pipe pipe = Descriptors.pipe();
        pipes.add(pipe);
        FileNodes.chown(pipe.writing(), container.process().credentials().user(), -1);
        descriptors.put(reading, pipe.reading());
        descriptors.put(writing, pipe.writing());
    }

    /** Short, and its end is certain: the child executes or ends. */
    static byte[] readAll(int descriptor) throws ErrnoException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part = Descriptors.read(descriptor, 4096);
                part.length > 0;
                part = Descriptors.read(descriptor, 4096)) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private ContainerProgram.Plan plan(
            ContainerRecord container, Sandbox sandbox, Path directory, Cgroup cgroup, MountSources sources)
            throws IOException {
        ContainerConfig.Security security = container.config().security();
        Path pidNamespace = sandbox.sharedPidNamespace();
        return new ContainerProgram.Plan(
                directory,
                container.layers().isEmpty() ? List.of(emptyLayer) : container.layers(),
                cgroup.memberFiles(),
                sandbox.namespaces(),
                pidNamespace,
                pidNamespace == null && !sandbox.config().hostPid(),
                hierarchies(),
                sources.sources(),
                security.privileged() ? hostDevices() : List.of(),
                security.maskedPaths().isEmpty() ? MountSteps.MASKED : security.maskedPaths(),
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
            case CgroupTree.PerController(Map<String, Path> roots) -> {
                Map<Path, String> mounts = new TreeMap<>();
                new TreeMap<>(roots)
                        .forEach((controller, root) ->
                                mounts.merge(root, controller, (first, second) -> first + "," + second));
                yield List.copyOf(mounts.values());
            }
        };
    }

    private static List<MountSteps.Bind> binds(ContainerConfig config, Sandbox sandbox) {
        Map<String, MountSteps.Bind> binds = new TreeMap<>();
        boolean privileged = config.security().privileged();
        if (!privileged) {
            for (String device : MountSteps.DEVICES) {
                binds.put(device, new MountSteps.Bind(Path.of(device), "", device, Mounts.ReadOnly.NO, false, true));
            }
        }
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

    private static MountSteps.Bind bind(ContainerConfig.Mount mount, boolean privileged) {
        Path target = Path.of("/").resolve(mount.containerPath()).normalize();
        if (target.getNameCount() == 0) {
            throw new RuntimeFailure(Reason.INVALID_ARGUMENT, "nothing can be mounted on / of a container");
        }
        return new MountSteps.Bind(
                mount.hostPath(),
                mount.subPath(),
                target.toString(),
                readOnly(mount),
                mount.recursivelyPropagate(),
                privileged);
    }

    private static Mounts.ReadOnly readOnly(ContainerConfig.Mount mount) {
        if (!mount.readOnly()) {
            return Mounts.ReadOnly.NO;
        }
        return mount.recursivelyReadOnly() ? Mounts.ReadOnly.RECURSIVELY : Mounts.ReadOnly.YES;
    }

    /** All of the host's devices but terminals, which a container has its own of. */
    private static List<MountSteps.Device> hostDevices() throws IOException {
        List<MountSteps.Device> devices = new ArrayList<>();
        try (Stream<Path> nodes = Files.walk(Path.of("/dev"), 3)) {
            for (Path node : (Iterable<Path>) nodes::iterator) {
                MountSteps.Device device = device(node);
                if (device != null) {
                    devices.add(device);
                }
            }
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause();
        }
        return devices;
    }

    private static MountSteps.@Nullable Device device(Path node) throws IOException {
        if (node.startsWith("/dev/pts") || node.startsWith("/dev/shm") || node.startsWith("/dev/mqueue")) {
            return null;
        }
        int mode = (Integer) Files.getAttribute(node, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        int type = mode & 0xF000;
        if (type != FileNodes.CHARACTER_DEVICE && type != FileNodes.BLOCK_DEVICE) {
            return null;
        }
        long number = (Long) Files.getAttribute(node, "unix:rdev", LinkOption.NOFOLLOW_LINKS);
        return new MountSteps.Device(node.toString(), mode, number);
    }
}
