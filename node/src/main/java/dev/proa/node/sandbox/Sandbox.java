package dev.proa.node.sandbox;

import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.linux.Cgroup;
import dev.proa.node.linux.Mounts;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.Namespaces.Kind;
import dev.proa.node.linux.Processes;
import dev.proa.node.linux.Sysctl;
import dev.proa.node.network.PodNetwork;
import dev.proa.node.sandbox.program.PausePrograms;
import dev.proa.node.sandbox.state.PendingDeletions;
import dev.proa.node.sandbox.state.Records;
import dev.proa.node.sandbox.state.Records.SandboxRecord;
import dev.proa.node.sandbox.state.StateFiles;
import dev.proa.node.usage.InterfaceUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pod's sandbox: namespaces bound to files, shared memory, a cgroup and a network. No process is needed to hold them, except
 * where containers share a process id namespace.
 */
final class Sandbox {
    private static final String RECORD = "sandbox.json";
    private static final String STOPPED = "stopped";
    private static final String BOOT = "boot";
    private static final String PAUSE = "pause";

    private final Path directory;
    private final Cgroup cgroup;
    private final PodNetwork network;
    private final PendingDeletions remains;
    private SandboxRecord record;
    private boolean ready;

    private Sandbox(Path directory, Cgroup cgroup, PodNetwork network, PendingDeletions remains, SandboxRecord record) {
        this.directory = directory;
        this.cgroup = cgroup;
        this.network = network;
        this.remains = remains;
        this.record = record;
    }

    /** Creates a sandbox; leaves nothing behind on failure. */
    static Sandbox create(
            String id,
            PodSandboxConfig config,
            Instant now,
            Path directory,
            Cgroup cgroup,
            PodNetwork network,
            PendingDeletions remains)
            throws IOException {
        Sandbox sandbox = new Sandbox(directory, cgroup, network, remains, new SandboxRecord(id, config, now, null));
        Files.createDirectories(directory.resolve("ns"));
        StateFiles.write(directory.resolve(BOOT), bootId());
        sandbox.save();
        try {
            sandbox.setUp(config);
            return sandbox;
        } catch (IOException | RuntimeException e) {
            sandbox.delete();
            throw e;
        }
    }

    /** Recovers an earlier sandbox; if its creation was interrupted, deletes the remains and returns null. */
    static @Nullable Sandbox recover(
            Path directory,
            java.util.function.Function<String, Cgroup> cgroups,
            PodNetwork network,
            PendingDeletions remains)
            throws IOException {
        Path file = directory.resolve(RECORD);
        if (!Files.exists(file)) {
            remains.delete(directory);
            return null;
        }
        SandboxRecord record = Records.readSandbox(Files.readAllBytes(file));
        Sandbox sandbox = new Sandbox(directory, cgroups.apply(record.id()), network, remains, record);
        if (record.addresses() == null) {
            sandbox.delete();
            return null;
        }
        Path boot = directory.resolve(BOOT);
        // In an earlier version, the first process of a shared namespace had the host's root, which containers could
        // reach.
        boolean closed = sandbox.sharedPidNamespace() == null || Files.exists(sandbox.proc());
        sandbox.ready = closed
                && !Files.exists(directory.resolve(STOPPED))
                && Files.exists(boot)
                && Files.readString(boot).equals(bootId());
        return sandbox;
    }

    private static String bootId() throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    }

    String id() {
        return record.id();
    }

    synchronized PodSandboxConfig config() {
        return record.config();
    }

    Path directory() {
        return directory;
    }

    Cgroup cgroup() {
        return cgroup;
    }

    synchronized boolean ready() {
        return ready;
    }

    synchronized PodSandboxStatus status() {
        List<String> addresses = record.addresses();
        return new PodSandboxStatus(
                record.id(),
                record.config(),
                ready,
                ready && addresses != null ? addresses : List.of(),
                record.createdAt());
    }

    /** The files of the namespaces that all containers enter. */
    Map<Kind, Path> namespaces() {
        Map<Kind, Path> files = new EnumMap<>(Kind.class);
        for (Kind kind : new Kind[] {Kind.NETWORK, Kind.IPC, Kind.UTS}) {
            Path file = namespace(kind);
            if (Files.exists(file)) {
                files.put(kind, file);
            }
        }
        Path nodes = network.nodeNamespace();
        if (config().hostNetwork() && nodes != null) {
            files.put(Kind.NETWORK, nodes);
        }
        return files;
    }

    /** What its network interfaces have carried; none when it has the node's network, or is stopped. */
    List<InterfaceUsage> interfaces() throws IOException {
        Path own = namespace(Kind.NETWORK);
        return config().hostNetwork() || !ready() ? List.of() : Namespaces.interfaces(own);
    }

    /** The file of the user namespace that the others belong to, or null for the host's. */
    @Nullable
    Path userNamespace() {
        return config().userNamespace() == null ? null : namespace(Kind.USER);
    }

    /** The file of the process id namespace that all containers share, or null. */
    @Nullable
    Path sharedPidNamespace() {
        return config().shareProcessNamespace() && !config().hostPid() ? namespace(Kind.PID) : null;
    }

    /** The directory that containers have at {@code /dev/shm}. */
    Path sharedMemory() {
        return config().hostIpc() ? Path.of("/dev/shm") : directory.resolve("shm");
    }

    /** Where {@code /proc} of the shared process id namespace is mounted. */
    Path proc() {
        return directory.resolve("proc");
    }

    private Path namespace(Kind kind) {
        return directory.resolve("ns").resolve(kind.file());
    }

    private synchronized void setUp(PodSandboxConfig config) throws IOException {
        makeNamespaces(config);
        List<String> addresses = config.hostNetwork()
                ? List.of()
                : network.attach(record.id(), namespace(Kind.NETWORK), config.hostPorts());
        for (Map.Entry<String, String> sysctl : config.sysctls().entrySet()) {
            setSysctl(sysctl.getKey(), sysctl.getValue());
        }
        PodFiles.write(directory, config, addresses);
        cgroup.create();
        cgroup.apply(GroupLimits.of(config.resources()));
        record = new SandboxRecord(record.id(), config, record.createdAt(), addresses);
        save();
        ready = true;
    }

    private void makeNamespaces(PodSandboxConfig config) throws IOException {
        PodSandboxConfig.UserNamespace users = config.userNamespace();
        if (users != null) {
            makeOwnedNamespaces(config, users);
        }
        if (!config.hostIpc()) {
            if (users == null) {
                Namespaces.create(Kind.IPC, namespace(Kind.IPC));
            }
            Path shm = Files.createDirectories(directory.resolve("shm"));
            Mounts.mount(
                    "shm",
                    shm,
                    "tmpfs",
                    Mounts.MS_NOSUID | Mounts.MS_NODEV | Mounts.MS_NOEXEC,
                    "mode=1777,size=65536k");
        }
        if (!config.hostNetwork() && users == null) {
            Namespaces.callInNew(
                    () -> {
                        Namespaces.setHostname(config.hostname());
                        Namespaces.bind(Kind.UTS, namespace(Kind.UTS));
                        return config;
                    },
                    Kind.UTS);
        }
        if (sharedPidNamespace() != null) {
            long pause = PausePrograms.start(record.id(), userNamespace(), Files.createDirectories(proc()));
            StateFiles.write(directory.resolve(PAUSE), Long.toString(pause));
            Path file = Files.createFile(namespace(Kind.PID));
            Mounts.bind(Path.of("/proc/" + pause + "/ns/pid"), file);
        }
    }

    private void makeOwnedNamespaces(PodSandboxConfig config, PodSandboxConfig.UserNamespace users) throws IOException {
        if (config.hostNetwork() || config.hostIpc() || config.hostPid()) {
            throw new IOException("a pod with users of its own cannot share namespaces of the host");
        }
        Map<Kind, Path> files = new EnumMap<>(Kind.class);
        for (Kind kind : new Kind[] {Kind.USER, Kind.NETWORK, Kind.IPC, Kind.UTS}) {
            files.put(kind, namespace(kind));
        }
        UserNamespaceFactory.create(record.id(), users, files);
        Namespaces.callIn(Kind.UTS, namespace(Kind.UTS), () -> {
            Namespaces.setHostname(config.hostname());
            return config;
        });
    }

    private void setSysctl(String name, String value) throws IOException {
        Sysctl sysctl;
        try {
            sysctl = Sysctl.parse(name);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        if (!Files.exists(namespace(sysctl.kind()))) {
            throw new IOException("sysctl " + name + " cannot be set for a pod that shares the host's namespace");
        }
        sysctl.write(namespace(sysctl.kind()), value);
    }

    /** Changes the limits of all its containers together. */
    synchronized void update(ContainerRuntime.Resources resources) throws IOException {
        if (ready) {
            cgroup.apply(GroupLimits.of(resources));
        }
        record = new SandboxRecord(
                record.id(), record.config().withResources(resources), record.createdAt(), record.addresses());
        save();
    }

    private void save() throws IOException {
        StateFiles.write(directory.resolve(RECORD), Records.write(record));
    }

    /** Releases everything except the files. Its containers must have ended. Idempotent. */
    synchronized void stop() throws IOException {
        ready = false;
        if (Files.exists(directory.resolve(STOPPED))) {
            return;
        }
        if (!config().hostNetwork()) {
            network.detach(record.id(), namespace(Kind.NETWORK));
        }
        Path pause = directory.resolve(PAUSE);
        if (Files.exists(pause)) {
            long pid = Long.parseLong(Files.readString(pause));
            if (Processes.commandLine(pid).equals(List.of(PausePrograms.NAME, record.id()))) {
                Processes.signal(pid, Processes.SIGKILL);
            }
        }
        for (Kind kind : new Kind[] {Kind.NETWORK, Kind.IPC, Kind.UTS, Kind.PID, Kind.USER}) {
            Namespaces.release(namespace(kind));
        }
        Mounts.unmountAll(directory.resolve("shm"));
        Mounts.unmountAll(proc());
        cgroup.kill(); // a container whose start was interrupted may still run
        cgroup.remove();
        Files.createFile(directory.resolve(STOPPED));
    }

    /** Prevents the creation of further containers. */
    synchronized void close() {
        ready = false;
    }

    /** Stops it and deletes its files. */
    void delete() throws IOException {
        stop();
        // The record first: a directory without one is stopped and only has to be deleted.
        Files.deleteIfExists(directory.resolve(RECORD));
        remains.delete(directory);
    }
}
