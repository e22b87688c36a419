package dev.proa.node.sandbox;

import dev.proa.client.clock.Clock;
import dev.proa.node.cri.ByteStream;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerEvents;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.cri.ImageService;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.RuntimeFailure.Reason;
import dev.proa.node.cri.StreamOptions;
import dev.proa.node.cri.StreamSession;
import dev.proa.node.linux.Cgroup;
import dev.proa.node.linux.CgroupTree;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.FileSystems;
import dev.proa.node.linux.Namespaces.Kind;
import dev.proa.node.network.PodNetwork;
import dev.proa.node.sandbox.cdi.CdiDevices;
import dev.proa.node.sandbox.image.RootFilesystems;
import dev.proa.node.sandbox.output.OutputPump;
import dev.proa.node.sandbox.output.SocketStream;
import dev.proa.node.sandbox.program.ProcessSpec;
import dev.proa.node.sandbox.state.PendingDeletions;
import dev.proa.node.sandbox.state.Records.ContainerRecord;
import dev.proa.node.sandbox.state.StateFiles;
import dev.proa.node.usage.FilesystemUsage;
import dev.proa.node.usage.InterfaceUsage;
import dev.proa.node.usage.ResourceUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link ContainerRuntime} that needs nothing but a Linux kernel; see the package's description. {@link
 * SandboxRequirements} checks in advance whether this machine supports it.
 */
public final class SandboxRuntime implements ContainerRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(SandboxRuntime.class);

    /**
     * The options of the runtime.
     *
     * @param stateDirectory where it keeps everything; not on an overlay mount itself. At most one runtime uses it at a time
     * @param cgroup path of the control group that all pods are below, such as {@code proa}; different for each runtime of a
     *     machine
     * @param keepLogs whether logs are still written after this process has ended; see {@link LogKeeper}
     * @param devices of the Container Device Interface
     */
    public record Options(Path stateDirectory, String cgroup, boolean keepLogs, Clock clock, CdiDevices devices) {
        /** Options with the usual directories of the Container Device Interface. */
        public Options(Path stateDirectory, String cgroup, boolean keepLogs, Clock clock) {
            this(stateDirectory, cgroup, keepLogs, clock, CdiDevices.USUAL);
        }

        public Options {
            stateDirectory = stateDirectory.toAbsolutePath().normalize();
            if (stateDirectory.toString().matches(".*[,:\\\\].*")) {
                throw new IllegalArgumentException(
                        "the state directory must have no comma, colon or backslash in its path: " + stateDirectory);
            }
        }
    }

    private final Options options;
    private final RootFilesystems images;
    private final PodNetwork network;
    private final CgroupTree cgroups;
    private final StateLock lock;
    private final OutputPump pump;
    private final ContainerLauncher launcher;
    private final ContainerEvents events;
    private final PendingDeletions remains;
    private final Container.Surroundings surroundings;
    private final CommandRunner commands;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Sandbox> sandboxes = new ConcurrentHashMap<>();
    private final Map<String, Container> containers = new ConcurrentHashMap<>();
    /**
     * Read-locked while something is created or started; closing waits for that, so that nothing untracked is started.
     */
    private final ReentrantReadWriteLock beginning = new ReentrantReadWriteLock();

    private boolean closed;

    private SandboxRuntime(Options options, RootFilesystems images, PodNetwork network) throws IOException {
        this.options = options;
        this.images = images;
        this.network = network;
        cgroups = CgroupTree.detect()
                .orElseThrow(() -> new IOException("this machine has no control groups with memory and cpu; "
                        + "mount the cgroup2 file system at /sys/fs/cgroup"));
        StateFiles.makePrivate(options.stateDirectory());
        StateFiles.makePrivate(directory("sandboxes"));
        StateFiles.makePrivate(directory("containers"));
        remains = new PendingDeletions(options.clock());
        lock = StateLock.take(options.stateDirectory());
        pump = new OutputPump();
        launcher = new ContainerLauncher(cgroups, images, directory("empty"));
        events = new ContainerEvents(options.clock());
        surroundings = new Container.Surroundings(launcher, pump, options.clock(), events::publish, remains);
        commands = new CommandRunner(launcher.lastCapability(), pump);
    }

    /**
     * Opens the runtime over a state directory and recovers what runs there.
     *
     * @throws IOException when another process uses the directory, or this machine lacks something
     */
    public static SandboxRuntime open(Options options, RootFilesystems images, PodNetwork network) throws IOException {
        SandboxRuntime runtime = new SandboxRuntime(options, images, network);
        try {
            runtime.recover();
            if (options.keepLogs()) {
                runtime.lock.appointKeeper();
            }
            return runtime;
        } catch (IOException | RuntimeException e) {
            runtime.close();
            throw e;
        }
    }

    private void recover() throws IOException {
        Recovery recovery = new Recovery(options.stateDirectory(), this::cgroup, network, surroundings);
        sandboxes.putAll(recovery.sandboxes());
        containers.putAll(recovery.containers(sandboxes));
    }

    private Path directory(String name) {
        return options.stateDirectory().resolve(name);
    }

    /** How many processes and threads the containers of a sandbox have together. */
    public long processes(String sandboxId) throws IOException {
        return cgroup(sandboxId).processCount();
    }

    /** The cgroup of a sandbox; the start of its id is enough, and keeps paths short. */
    private Cgroup cgroup(String sandboxId) {
        return cgroups.group(options.cgroup() + "/pod-" + sandboxId.substring(0, 16));
    }

    @Override
    public String version() {
        return "proa-sandbox://0.1.0";
    }

    @Override
    public ImageService images() {
        return images.images();
    }

    @Override
    public String runPodSandbox(PodSandboxConfig config) {
        String id = newId();
        return begin("run the sandbox of pod " + config.namespace() + "/" + config.name(), () -> {
            Sandbox sandbox = Sandbox.create(
                    id,
                    config,
                    options.clock().instant(),
                    directory("sandboxes").resolve(id),
                    cgroup(id),
                    network,
                    remains);
            sandboxes.put(id, sandbox);
            return id;
        });
    }

    @Override
    public void stopPodSandbox(String sandboxId) {
        Sandbox sandbox = sandboxes.get(sandboxId);
        if (sandbox == null) {
            return;
        }
        attempt("stop sandbox " + sandboxId, () -> {
            sandbox.close();
            List<Container> members = containersOf(sandboxId);
            for (Container container : members) {
                container.startKill();
            }
            for (Container container : members) {
                container.kill();
            }
            sandbox.stop();
            return sandbox;
        });
    }

    @Override
    public void removePodSandbox(String sandboxId) {
        Sandbox sandbox = sandboxes.get(sandboxId);
        if (sandbox == null) {
            return;
        }
        stopPodSandbox(sandboxId);
        containersOf(sandboxId).forEach(container -> removeContainer(container.id()));
        attempt("remove sandbox " + sandboxId, () -> {
            sandbox.delete();
            sandboxes.remove(sandboxId);
            return sandbox;
        });
    }

    @Override
    public PodSandboxStatus podSandboxStatus(String sandboxId) {
        return sandbox(sandboxId).status();
    }

    @Override
    public List<PodSandboxStatus> listPodSandboxes() {
        return sandboxes.values().stream().map(Sandbox::status).toList();
    }

    @Override
    public String createContainer(String sandboxId, ContainerConfig wanted) {
        Sandbox sandbox = sandbox(sandboxId);
        if (!sandbox.ready()) {
            throw new RuntimeFailure(Reason.FAILED_PRECONDITION, "sandbox " + sandboxId + " is stopped");
        }
        ContainerConfig config =
                wanted.cdiDevices().isEmpty() ? wanted : options.devices().inject(wanted);
        RootFilesystems.Root root = images.prepare(config.image());
        String stopSignal = config.stopSignal() == null ? root.config().stopSignal() : config.stopSignal();
        Signals.number(stopSignal);
        ProcessSpec process = ProcessSpecs.resolve(config, sandbox.config(), root);
        String id = newId();
        ContainerRecord record = new ContainerRecord(
                id, sandboxId, config, options.clock().instant(), root.imageId(), root.layers(), stopSignal, process);
        return begin("create container " + config.name(), () -> {
            launcher.checkImages(config);
            Container container =
                    new Container(record, sandbox, directory("containers").resolve(id), surroundings);
            container.create();
            containers.put(id, container);
            return id;
        });
    }

    @Override
    public void startContainer(String containerId) {
        Container container = container(containerId);
        if (!container.sandbox().ready()) {
            throw new RuntimeFailure(
                    Reason.FAILED_PRECONDITION, "sandbox " + container.sandbox().id() + " is stopped");
        }
        begin("start container " + containerId, () -> {
            container.start();
            return container;
        });
    }

    @Override
    public void stopContainer(String containerId, Duration grace) {
        Container container = containers.get(containerId);
        if (container != null) {
            attempt("stop container " + containerId, () -> {
                container.stop(grace);
                return container;
            });
        }
    }

    @Override
    public void removeContainer(String containerId) {
        Container container = containers.get(containerId);
        if (container != null) {
            attempt("remove container " + containerId, () -> {
                container.delete();
                containers.remove(containerId);
                return container;
            });
        }
    }

    @Override
    public ContainerStatus containerStatus(String containerId) {
        return container(containerId).status();
    }

    @Override
    public List<ContainerStatus> listContainers() {
        return containers.values().stream().map(Container::status).toList();
    }

    @Override
    public void updateContainerResources(String containerId, Resources resources) {
        Container container = container(containerId);
        attempt("change the limits of container " + containerId, () -> {
            container.update(resources);
            return container;
        });
    }

    @Override
    public Resources containerResources(String containerId) {
        Container container = container(containerId);
        return attempt("read the limits of container " + containerId, container::resources);
    }

    @Override
    public void updatePodSandboxResources(String sandboxId, Resources resources) {
        Sandbox sandbox = sandbox(sandboxId);
        attempt("change the limits of sandbox " + sandboxId, () -> {
            for (Container container : containersOf(sandboxId)) {
                container.liftLimits();
            }
            sandbox.update(resources);
            return sandbox;
        });
    }

    @Override
    public ExecResult execSync(String containerId, List<String> command, Duration timeout) {
        return commands.run(container(containerId), command, timeout);
    }

    @Override
    public StreamSession exec(String containerId, List<String> command, StreamOptions options) {
        return commands.start(container(containerId), command, options);
    }

    @Override
    public StreamSession attach(String containerId, StreamOptions options) {
        Container container = container(containerId);
        if (!(container.state() instanceof State.Running)) {
            throw new RuntimeFailure(Reason.FAILED_PRECONDITION, "container " + containerId + " is not running");
        }
        return new AttachSession(container, options, false);
    }

    /**
     * As {@link #attach}, for a container that was created and not started yet: all of its output is received, and the container waits
     * when nobody reads.
     */
    public StreamSession attachCreated(String containerId, StreamOptions options) {
        Container container = container(containerId);
        if (!(container.state() instanceof State.Created)) {
            throw new RuntimeFailure(Reason.FAILED_PRECONDITION, "container " + containerId + " was started already");
        }
        return new AttachSession(container, options, true);
    }

    /** The directory of a container's writable layer, the upper one of an overlay mount while the container runs. */
    public Path writableLayer(String containerId) {
        return container(containerId).writableLayer();
    }

    @Override
    public ByteStream portForward(String sandboxId, int port) {
        Sandbox sandbox = sandbox(sandboxId);
        if (!sandbox.ready()) {
            throw new RuntimeFailure(Reason.FAILED_PRECONDITION, "sandbox " + sandboxId + " is stopped");
        }
        Path namespace = sandbox.namespaces().get(Kind.NETWORK);
        return attempt(
                "forward port " + port + " of sandbox " + sandboxId, () -> SocketStream.connect(namespace, port));
    }

    @Override
    public ResourceUsage containerStats(String containerId) {
        Cgroup cgroup = container(containerId).cgroup();
        return attempt("measure container " + containerId, cgroup::usage);
    }

    @Override
    public ResourceUsage podsStats() {
        return attempt("measure all pods", () -> cgroups.group(options.cgroup()).usage());
    }

    @Override
    public ResourceUsage podSandboxStats(String sandboxId) {
        Sandbox sandbox = sandbox(sandboxId);
        return attempt("measure sandbox " + sandboxId, () -> sandbox.cgroup().usage());
    }

    @Override
    public List<InterfaceUsage> podSandboxInterfaces(String sandboxId) {
        Sandbox sandbox = sandbox(sandboxId);
        return attempt("measure the network of sandbox " + sandboxId, sandbox::interfaces);
    }

    @Override
    public long writableLayerBytes(String containerId) {
        Container found = containers.get(containerId);
        return found == null ? 0 : attempt("measure container " + containerId, found::writableBytes);
    }

    @Override
    public FilesystemUsage writableLayerUsage(String containerId) {
        Container found = container(containerId);
        return attempt("measure container " + containerId, () -> {
            try (Directory upper = Directory.openTrusted(found.writableLayer())) {
                return upper.treeUsage();
            }
        });
    }

    @Override
    public FilesystemUsage imageFilesystem() {
        return attempt("measure the file system of images", () -> FileSystems.of(options.stateDirectory()));
    }

    @Override
    public void reopenContainerLog(String containerId) {
        Container container = container(containerId);
        if (!(container.state() instanceof State.Running)) {
            throw new RuntimeFailure(Reason.FAILED_PRECONDITION, "container " + containerId + " is not running");
        }
        attempt("reopen the log of container " + containerId, () -> {
            container.log().reopen();
            return container;
        });
    }

    @Override
    public AutoCloseable subscribe(Consumer<ContainerEvent> listener) {
        return events.subscribe(listener);
    }

    @Override
    public void close() {
        launcher.close();
        beginning.writeLock().lock();
        closed = true;
        beginning.writeLock().unlock();
        remains.close();
        pump.close();
        for (Container container : containers.values()) {
            try {
                container.disconnect();
            } catch (IOException e) {
                LOG.error("the last lines of container {} may be missing in its log", container.id(), e);
            }
        }
        boolean running =
                containers.values().stream().anyMatch(container -> container.state() instanceof State.Running);
        lock.release(running && options.keepLogs());
    }

    private Sandbox sandbox(String id) {
        Sandbox sandbox = sandboxes.get(id);
        if (sandbox == null) {
            throw new RuntimeFailure(Reason.NOT_FOUND, "no sandbox " + id);
        }
        return sandbox;
    }

    private Container container(String id) {
        Container container = containers.get(id);
        if (container == null) {
            throw new RuntimeFailure(Reason.NOT_FOUND, "no container " + id);
        }
        return container;
    }

    private List<Container> containersOf(String sandboxId) {
        return containers.values().stream()
                .filter(container -> container.record().sandboxId().equals(sandboxId))
                .toList();
    }

    private String newId() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** An action that can fail with an error of the machine. */
    interface Action<T> {
        T run() throws IOException;
    }

    private <T> T begin(String what, Action<T> action) {
        beginning.readLock().lock();
        try {
            if (closed) {
                throw new RuntimeFailure(Reason.FAILED_PRECONDITION, "cannot " + what + ": the runtime is closed");
            }
            return attempt(what, action);
        } finally {
            beginning.readLock().unlock();
        }
    }

    /** Runs the action; on failure, adds what was attempted. */
    static <T> T attempt(String what, Action<T> action) {
        try {
            return action.run();
        } catch (IOException e) {
            throw new RuntimeFailure(Reason.INTERNAL, "cannot " + what + ": " + e.getMessage(), e);
        }
    }
}
