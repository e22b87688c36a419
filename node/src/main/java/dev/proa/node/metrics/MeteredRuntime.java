package dev.proa.node.metrics;

import dev.proa.node.cri.ByteStream;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ImageService;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.cri.StreamOptions;
import dev.proa.node.cri.StreamSession;
import dev.proa.node.usage.FilesystemUsage;
import dev.proa.node.usage.InterfaceUsage;
import dev.proa.node.usage.ResourceUsage;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Counts and times what is asked of a container runtime, under the CRI's names of the operations. */
final class MeteredRuntime implements ContainerRuntime {
    private final ContainerRuntime runtime;
    private final RuntimeMetrics metrics;
    private final Meter meter;
    private final ImageService images;

    MeteredRuntime(ContainerRuntime runtime, RuntimeMetrics metrics) {
        this.runtime = runtime;
        this.metrics = metrics;
        this.meter = new Meter(metrics);
        this.images = new MeteredImages(runtime.images(), meter);
    }

    /** Runs operations, and counts and times them. */
    record Meter(RuntimeMetrics metrics) {
        <T extends @Nullable Object> T call(String operation, Supplier<T> action) {
            long begin = System.nanoTime();
            boolean failed = true;
            try {
                T result = action.get();
                failed = false;
                return result;
            } finally {
                metrics.done(operation, failed, System.nanoTime() - begin);
            }
        }

        void run(String operation, Runnable action) {
            this.<@Nullable Object>call(operation, () -> {
                action.run();
                return null;
            });
        }
    }

    @Override
    public String version() {
        return runtime.version();
    }

    @Override
    public boolean mountsFiles() {
        return runtime.mountsFiles();
    }

    @Override
    public ImageService images() {
        return images;
    }

    @Override
    public String runPodSandbox(PodSandboxConfig config) {
        long begin = System.nanoTime();
        boolean failed = true;
        try {
            String id = meter.call("run_podsandbox", () -> runtime.runPodSandbox(config));
            failed = false;
            return id;
        } finally {
            metrics.sandboxRan(failed, System.nanoTime() - begin);
        }
    }

    @Override
    public void stopPodSandbox(String sandboxId) {
        meter.run("stop_podsandbox", () -> runtime.stopPodSandbox(sandboxId));
    }

    @Override
    public void removePodSandbox(String sandboxId) {
        meter.run("remove_podsandbox", () -> runtime.removePodSandbox(sandboxId));
    }

    @Override
    public void updatePodSandboxResources(String sandboxId, Resources resources) {
        meter.run("update_podsandbox_resources", () -> runtime.updatePodSandboxResources(sandboxId, resources));
    }

    @Override
    public PodSandboxStatus podSandboxStatus(String sandboxId) {
        return meter.call("podsandbox_status", () -> runtime.podSandboxStatus(sandboxId));
    }

    @Override
    public List<PodSandboxStatus> listPodSandboxes() {
        return meter.call("list_podsandbox", runtime::listPodSandboxes);
    }

    @Override
    public String createContainer(String sandboxId, ContainerConfig config) {
        return meter.call("create_container", () -> runtime.createContainer(sandboxId, config));
    }

    @Override
    public void startContainer(String containerId) {
        meter.run("start_container", () -> runtime.startContainer(containerId));
    }

    @Override
    public void stopContainer(String containerId, Duration grace) {
        meter.run("stop_container", () -> runtime.stopContainer(containerId, grace));
    }

    @Override
    public void removeContainer(String containerId) {
        meter.run("remove_container", () -> runtime.removeContainer(containerId));
    }

    @Override
    public ContainerStatus containerStatus(String containerId) {
        return meter.call("container_status", () -> runtime.containerStatus(containerId));
    }

    @Override
    public List<ContainerStatus> listContainers() {
        return meter.call("list_containers", runtime::listContainers);
    }

    @Override
    public void updateContainerResources(String containerId, Resources resources) {
        meter.run("update_container", () -> runtime.updateContainerResources(containerId, resources));
    }

    /** Part of the container's status in the CRI. */
    @Override
    public Resources containerResources(String containerId) {
        return runtime.containerResources(containerId);
    }

    @Override
    public ExecResult execSync(String containerId, List<String> command, Duration timeout) {
        return meter.call("exec_sync", () -> runtime.execSync(containerId, command, timeout));
    }

    @Override
    public StreamSession exec(String containerId, List<String> command, StreamOptions options) {
        return meter.call("exec", () -> runtime.exec(containerId, command, options));
    }

    @Override
    public StreamSession attach(String containerId, StreamOptions options) {
        return meter.call("attach", () -> runtime.attach(containerId, options));
    }

    @Override
    public ByteStream portForward(String sandboxId, int port) {
        return meter.call("port_forward", () -> runtime.portForward(sandboxId, port));
    }

    @Override
    public ResourceUsage podsStats() {
        return runtime.podsStats();
    }

    @Override
    public ResourceUsage podSandboxStats(String sandboxId) {
        return meter.call("podsandbox_stats", () -> runtime.podSandboxStats(sandboxId));
    }

    /** Part of the statistics of a sandbox in the CRI. */
    @Override
    public List<InterfaceUsage> podSandboxInterfaces(String sandboxId) {
        return runtime.podSandboxInterfaces(sandboxId);
    }

    @Override
    public ResourceUsage containerStats(String containerId) {
        return meter.call("container_stats", () -> runtime.containerStats(containerId));
    }

    @Override
    public long writableLayerBytes(String containerId) {
        return runtime.writableLayerBytes(containerId);
    }

    @Override
    public FilesystemUsage writableLayerUsage(String containerId) {
        return runtime.writableLayerUsage(containerId);
    }

    @Override
    public FilesystemUsage imageFilesystem() {
        return meter.call("image_fs_info", runtime::imageFilesystem);
    }

    @Override
    public void reopenContainerLog(String containerId) {
        meter.run("reopen_container_log", () -> runtime.reopenContainerLog(containerId));
    }

    @Override
    public AutoCloseable subscribe(Consumer<ContainerEvent> listener) {
        return runtime.subscribe(listener);
    }

    @Override
    public void close() {
        runtime.close();
    }
}
