package dev.proa.node.simulated;

import dev.proa.client.clock.Clock;
import dev.proa.node.cri.ByteStream;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerEvents;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ImageService;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.RuntimeFailure.Reason;
import dev.proa.node.cri.StreamOptions;
import dev.proa.node.cri.StreamSession;
import dev.proa.node.usage.InterfaceUsage;
import dev.proa.node.usage.ResourceUsage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** A {@link ContainerRuntime} whose containers do what {@link Behaviour} reads from annotations, and nothing else. */
public final class SimulatedRuntime implements ContainerRuntime {
    private final Clock clock;
    private final RandomGenerator random;
    private final AddressRange addresses;
    private final SimulatedImages images = new SimulatedImages();
    private final ContainerEvents events;
    private final Map<String, SimulatedSandbox> sandboxes = new ConcurrentHashMap<>();
    private final Map<String, SimulatedContainer> containers = new ConcurrentHashMap<>();

    /**
     * @param podRange the node's part of the pod range, {@code 10.244.3.0/24}; must leave an address for each pod
     * @param random where ids come from; with the same seed they are the same again
     */
    public SimulatedRuntime(Clock clock, String podRange, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
        addresses = new AddressRange(podRange);
        events = new ContainerEvents(clock);
    }

    @Override
    public String version() {
        return "proa-simulated://0.1.0";
    }

    @Override
    public boolean mountsFiles() {
        return false;
    }

    @Override
    public SimulatedImages images() {
        return images;
    }

    @Override
    public String runPodSandbox(PodSandboxConfig config) {
        String id = newId();
        List<String> taken = config.hostNetwork() ? List.of() : List.of(addresses.take());
        sandboxes.put(id, new SimulatedSandbox(id, config, taken, clock.instant()));
        return id;
    }

    @Override
    public void stopPodSandbox(String sandboxId) {
        SimulatedSandbox sandbox = sandboxes.get(sandboxId);
        if (sandbox != null && sandbox.stop()) {
            containersOf(sandboxId).forEach(container -> container.exit(137));
            sandbox.addresses().forEach(addresses::giveBack);
        }
    }

    @Override
    public void removePodSandbox(String sandboxId) {
        stopPodSandbox(sandboxId);
        containers.values().removeIf(container -> container.sandboxId().equals(sandboxId));
        sandboxes.remove(sandboxId);
    }

    @Override
    public PodSandboxStatus podSandboxStatus(String sandboxId) {
        return sandbox(sandboxId).status();
    }

    @Override
    public List<PodSandboxStatus> listPodSandboxes() {
        return sandboxes.values().stream().map(SimulatedSandbox::status).toList();
    }

    @Override
    public String createContainer(String sandboxId, ContainerConfig config) {
        SimulatedSandbox sandbox = sandbox(sandboxId);
        if (!sandbox.ready()) {
            throw new RuntimeFailure(Reason.FAILED_PRECONDITION, "sandbox " + sandboxId + " is stopped");
        }
        ImageService.Image image = images.find(config.image());
        if (image == null) {
            throw new RuntimeFailure(
                    Reason.NOT_FOUND, "image \"" + config.image() + "\" is not on this node; pull it first");
        }
        String id = newId();
        containers.put(
                id,
                new SimulatedContainer(
                        id,
                        sandboxId,
                        config,
                        Behaviour.of(
                                config.name(),
                                config.annotations(),
                                sandbox.config().annotations()),
                        image.id(),
                        sandbox.config().logDirectory().resolve(config.logPath()),
                        clock,
                        events::publish));
        return id;
    }

    @Override
    public void startContainer(String containerId) {
        SimulatedContainer container = container(containerId);
        if (!sandbox(container.sandboxId()).ready()) {
            throw new RuntimeFailure(Reason.FAILED_PRECONDITION, "sandbox " + container.sandboxId() + " is stopped");
        }
        container.start();
    }

    @Override
    public void stopContainer(String containerId, Duration grace) {
        SimulatedContainer container = containers.get(containerId);
        if (container != null) {
            container.stop(grace);
        }
    }

    @Override
    public void removeContainer(String containerId) {
        SimulatedContainer container = containers.remove(containerId);
        if (container != null) {
            container.exit(137);
        }
    }

    @Override
    public ContainerStatus containerStatus(String containerId) {
        return container(containerId).status();
    }

    @Override
    public List<ContainerStatus> listContainers() {
        return containers.values().stream().map(SimulatedContainer::status).toList();
    }

    @Override
    public void updateContainerResources(String containerId, Resources resources) {
        container(containerId).update(resources);
    }

    @Override
    public Resources containerResources(String containerId) {
        return container(containerId).status().config().resources();
    }

    @Override
    public void updatePodSandboxResources(String sandboxId, Resources resources) {
        sandbox(sandboxId).update(resources);
    }

    @Override
    public ExecResult execSync(String containerId, List<String> command, Duration timeout) {
        Behaviour behaviour = running(containerId).behaviour();
        return new ExecResult(
                behaviour.execExitCode(), behaviour.execOutput().getBytes(StandardCharsets.UTF_8), new byte[0]);
    }

    @Override
    public StreamSession exec(String containerId, List<String> command, StreamOptions options) {
        Behaviour behaviour = running(containerId).behaviour();
        return SimulatedSession.ended(options.stdout() ? behaviour.execOutput() : "", behaviour.execExitCode());
    }

    @Override
    public StreamSession attach(String containerId, StreamOptions options) {
        return SimulatedSession.attached(running(containerId));
    }

    @Override
    public ByteStream portForward(String sandboxId, int port) {
        sandbox(sandboxId);
        throw new RuntimeFailure(
                Reason.FAILED_PRECONDITION,
                "connection refused: nothing listens on port " + port + " of a simulated pod");
    }

    @Override
    public ResourceUsage containerStats(String containerId) {
        return container(containerId).stats();
    }

    @Override
    public ResourceUsage podSandboxStats(String sandboxId) {
        sandbox(sandboxId);
        return sum(containersOf(sandboxId));
    }

    @Override
    public ResourceUsage podsStats() {
        return sum(containers.values());
    }

    /**
     * Has containers use from now on what the annotations of their pods say, as {@code kwok.x-k8s.io/usage-cpu}.
     *
     * @param annotations by the uids of pods; containers of others go on as before
     */
    public void annotate(Map<String, Map<String, String>> annotations) {
        for (SimulatedContainer container : containers.values()) {
            SimulatedSandbox sandbox = sandboxes.get(container.sandboxId());
            Map<String, String> ofPod =
                    sandbox == null ? null : annotations.get(sandbox.config().uid());
            if (ofPod != null) {
                container.annotate(ofPod);
            }
        }
    }

    private static ResourceUsage sum(Collection<SimulatedContainer> containers) {
        long cpu = 0;
        long memory = 0;
        for (SimulatedContainer container : containers) {
            ResourceUsage usage = container.stats();
            cpu += usage.cpu().nanoseconds();
            memory += usage.memory().usageBytes();
        }
        return ResourceUsage.of(cpu, memory);
    }

    /** None: its addresses lead nowhere. */
    @Override
    public List<InterfaceUsage> podSandboxInterfaces(String sandboxId) {
        sandbox(sandboxId);
        return List.of();
    }

    @Override
    public void reopenContainerLog(String containerId) {
        running(containerId);
    }

    @Override
    public AutoCloseable subscribe(Consumer<ContainerEvent> listener) {
        return events.subscribe(listener);
    }

    /** Ends a running container as if it had ended by itself, for tests that crash things. */
    public void crash(String containerId, int exitCode) {
        running(containerId).exit(exitCode);
    }

    @Override
    public void close() {
        // Nothing is held but memory.
    }

    private SimulatedSandbox sandbox(String id) {
        SimulatedSandbox sandbox = sandboxes.get(id);
        if (sandbox == null) {
            throw new RuntimeFailure(Reason.NOT_FOUND, "no sandbox " + id);
        }
        return sandbox;
    }

    private SimulatedContainer container(String id) {
        SimulatedContainer container = containers.get(id);
        if (container == null) {
            throw new RuntimeFailure(Reason.NOT_FOUND, "no container " + id);
        }
        return container;
    }

    private SimulatedContainer running(String id) {
        SimulatedContainer container = container(id);
        if (!container.running()) {
            throw new RuntimeFailure(Reason.FAILED_PRECONDITION, "container " + id + " is not running");
        }
        return container;
    }

    private List<SimulatedContainer> containersOf(String sandboxId) {
        return containers.values().stream()
                .filter(container -> container.sandboxId().equals(sandboxId))
                .toList();
    }

    private synchronized String newId() {
        StringBuilder id = new StringBuilder(64);
        for (int i = 0; i < 4; i++) {
            String word = Long.toHexString(random.nextLong());
            id.append("0".repeat(16 - word.length())).append(word);
        }
        return id.toString();
    }
}
