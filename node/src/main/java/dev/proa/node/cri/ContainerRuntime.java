package dev.proa.node.cri;

import dev.proa.node.usage.FilesystemUsage;
import dev.proa.node.usage.InterfaceUsage;
import dev.proa.node.usage.ResourceUsage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs pod sandboxes and the containers in them, as {@code runtime.v1.RuntimeService} of the CRI does.
 *
 * <p>All methods block until done, may be called from any (virtual) thread at once, and are idempotent where the CRI says
 * so: stopping what is stopped and removing what is gone succeed. State survives the death of the calling process: a new
 * instance over the same state directory lists the sandboxes and containers that an earlier one started, and those keep
 * running in between. Failures are {@link RuntimeFailure}s whose message a user can act on; an unknown id is {@link
 * RuntimeFailure.Reason#NOT_FOUND}.
 */
public interface ContainerRuntime extends AutoCloseable {

    /** The name and version of the runtime, as in a node's {@code containerRuntimeVersion}: {@code proa-sandbox://0.1.0}. */
    String version();

    /** Whether containers can mount the node's files; if not, volumes need not be written. */
    default boolean mountsFiles() {
        return true;
    }

    /** The images this runtime can start containers from. */
    ImageService images();

    /**
     * Creates and starts a pod sandbox: the namespaces that the pod's containers share, its cgroup and its network.
     *
     * @return the sandbox' id, unique for this runtime for ever
     */
    String runPodSandbox(PodSandboxConfig config);

    /** Kills every container of the sandbox and releases its network. Idempotent. */
    void stopPodSandbox(String sandboxId);

    /** Removes a sandbox with all its containers and their files, stopping it first when needed. Idempotent. */
    void removePodSandbox(String sandboxId);

    /**
     * Changes the limits of a sandbox' cgroup, which all its containers share.
     *
     * @see Resources
     */
    void updatePodSandboxResources(String sandboxId, Resources resources);

    /** The status of a sandbox. */
    PodSandboxStatus podSandboxStatus(String sandboxId);

    /** Every sandbox not yet removed, in no particular order. */
    List<PodSandboxStatus> listPodSandboxes();

    /** Creates a container, not yet running: its root file system is ready when this returns. */
    String createContainer(String sandboxId, ContainerConfig config);

    /** Starts a created container. Returns when its process was executed; a command that cannot be executed fails. */
    void startContainer(String containerId);

    /**
     * Stops a container: its stop signal, and SIGKILL when {@code grace} has passed. Returns when it has ended. Idempotent.
     */
    void stopContainer(String containerId, Duration grace);

    /** Removes a container and its writable layer, killing it first when needed; its log file stays. Idempotent. */
    void removeContainer(String containerId);

    /** The status of a container. */
    ContainerStatus containerStatus(String containerId);

    /** Every container not yet removed, in no particular order. */
    List<ContainerStatus> listContainers();

    /**
     * Changes the limits of a running container.
     *
     * @see Resources
     */
    void updateContainerResources(String containerId, Resources resources);

    /**
     * The actual limits of a running container; where the kernel only rounded a configured value, the configured one.
     */
    Resources containerResources(String containerId);

    /**
     * Runs a command in a running container and waits for it.
     *
     * @param timeout after which the command is killed and {@link RuntimeFailure.Reason#DEADLINE_EXCEEDED} is thrown
     */
    ExecResult execSync(String containerId, List<String> command, Duration timeout);

    /** Starts a command in a running container with streams, and returns at once. */
    StreamSession exec(String containerId, List<String> command, StreamOptions options);

    /** Attaches to the streams of a running container's main process, from now on. */
    StreamSession attach(String containerId, StreamOptions options);

    /** Opens a TCP connection to {@code port} on the loopback address inside the sandbox' network namespace. */
    ByteStream portForward(String sandboxId, int port);

    /** What a container uses now; nothing when it does not run. */
    ResourceUsage containerStats(String containerId);

    /** What all sandboxes use now. */
    ResourceUsage podsStats();

    /** What all containers of a sandbox use now. */
    ResourceUsage podSandboxStats(String sandboxId);

    /** What the network interfaces of a sandbox have carried; none when it has the node's network, or is stopped. */
    List<InterfaceUsage> podSandboxInterfaces(String sandboxId);

    /**
     * The disk usage of a container's writable layer in bytes; 0 when the container is gone or the runtime keeps no
     * files, {@link Long#MAX_VALUE} when it cannot be measured. Takes time in proportion to the number of files.
     */
    default long writableLayerBytes(String containerId) {
        return 0;
    }

    /**
     * What a container's writable layer uses of its file system; nothing when the runtime keeps no files. Takes time in proportion to the
     * number of files.
     */
    default FilesystemUsage writableLayerUsage(String containerId) {
        return FilesystemUsage.NONE;
    }

    /** The file system that images are kept in; nothing when the runtime keeps no files. */
    default FilesystemUsage imageFilesystem() {
        return FilesystemUsage.NONE;
    }

    /** Makes the runtime open a new log file at the container's log path, after the old one was renamed. */
    void reopenContainerLog(String containerId);

    /**
     * Calls {@code listener} for each change of a container's state, on a thread of the runtime, in order per container; the
     * listener must be quick.
     *
     * @return closes the subscription
     */
    AutoCloseable subscribe(Consumer<ContainerEvent> listener);

    /** Releases threads and descriptors. Sandboxes and containers keep running. */
    @Override
    void close();

    /** A change in a container's life, as {@code runtime.v1.ContainerEventResponse}. */
    record ContainerEvent(String containerId, String sandboxId, ContainerStatus.State state) {}

    /**
     * The outcome of a command that ran to its end.
     *
     * @param exitCode 0-255; 128 + n when signal n killed it
     */
    record ExecResult(int exitCode, byte[] stdout, byte[] stderr) {}

    /**
     * Limits of a container, as cgroups have them; 0 means none.
     *
     * @param cpuShares relative weight, 2-262144 (cgroup v1 scale)
     * @param cpuQuotaMicros processor time allowed in each {@code cpuPeriodMicros}
     * @param memoryLimitBytes hard limit
     * @param unified further cgroup v2 files and their contents
     */
    record Resources(
            long cpuShares,
            long cpuQuotaMicros,
            long cpuPeriodMicros,
            long memoryLimitBytes,
            Map<String, String> unified) {
        public static final Resources UNLIMITED = new Resources(0, 0, 100_000, 0, Map.of());

        public Resources {
            unified = Map.copyOf(unified);
        }
    }
}
