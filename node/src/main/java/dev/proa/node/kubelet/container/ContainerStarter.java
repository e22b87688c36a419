package dev.proa.node.kubelet.container;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ImageService;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.kubelet.device.DeviceFailure;
import dev.proa.node.kubelet.device.DynamicResources;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.pod.ConfigFailure;
import dev.proa.node.kubelet.pod.ContainerLabels;
import dev.proa.node.kubelet.pod.EventReferences;
import dev.proa.node.kubelet.pod.KubeletNode;
import dev.proa.node.kubelet.pod.PodSpecs;
import dev.proa.node.kubelet.resource.PodResources;
import dev.proa.node.kubelet.resource.QualityOfService;
import dev.proa.node.kubelet.volume.PodVolumes;
import dev.proa.node.metrics.PodMetrics;
import dev.proa.node.metrics.PodMetrics.ContainerType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts a container: pulls its image, builds its configuration, creates and starts it, runs its postStart hook. */
public final class ContainerStarter {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerStarter.class);

    private final ContainerRuntime runtime;
    private final ImagePuller images;
    private final ReferencedObjects references;
    private final Hooks hooks;
    private final EventRecorder events;
    private final PodMetrics metrics;
    private final KubeletNode node;
    private final Path seccompProfiles;
    private final Supplier<Collection<Service>> services;
    private final DynamicResources devices;

    /**
     * @param seccompProfiles directory of the profiles that pods may name
     * @param devices of ResourceClaims, prepared before
     */
    public ContainerStarter(
            ContainerRuntime runtime,
            ImagePuller images,
            ReferencedObjects references,
            Hooks hooks,
            EventRecorder events,
            PodMetrics metrics,
            KubeletNode node,
            Path seccompProfiles,
            Supplier<Collection<Service>> services,
            DynamicResources devices) {
        this.runtime = runtime;
        this.images = images;
        this.references = references;
        this.hooks = hooks;
        this.events = events;
        this.metrics = metrics;
        this.node = node;
        this.seccompProfiles = seccompProfiles;
        this.services = services;
        this.devices = devices;
    }

    /**
     * Blocks until the container runs and its postStart hook has finished.
     *
     * @param created receives the id as soon as the container is created
     * @throws StartFailure with the reason and message of the container's waiting state; an event was sent
     */
    public void start(
            Pod pod,
            Container container,
            int attempt,
            String sandboxId,
            List<String> ips,
            PodVolumes volumes,
            Path podDirectory,
            java.util.function.Consumer<String> created)
            throws StartFailure, InterruptedException {
        ContainerType type = type(pod, container);
        metrics.containerStarting(type);
        try {
            startOne(pod, container, attempt, sandboxId, ips, volumes, podDirectory, created);
        } catch (StartFailure failure) {
            metrics.containerFailed(type, failure.reason());
            throw failure;
        }
    }

    private static ContainerType type(Pod pod, Container container) {
        if (pod.spec().initContainers().contains(container)) {
            return ContainerType.INIT;
        }
        return pod.spec().containers().contains(container) ? ContainerType.CONTAINER : ContainerType.EPHEMERAL;
    }

    private void startOne(
            Pod pod,
            Container container,
            int attempt,
            String sandboxId,
            List<String> ips,
            PodVolumes volumes,
            Path podDirectory,
            java.util.function.Consumer<String> created)
            throws StartFailure, InterruptedException {
        images.ensureVolumes(pod, container);
        images.ensure(pod, container);
        ContainerConfig config;
        try {
            config = configure(pod, container, attempt, ips, volumes, podDirectory);
        } catch (ConfigFailure | DeviceFailure | IOException failure) {
            throw failed(pod, container, "CreateContainerConfigError", failure);
        } catch (RuntimeFailure failure) {
            throw failed(pod, container, "CreateContainerError", failure);
        }
        String id;
        try {
            id = runtime.createContainer(sandboxId, config);
        } catch (RuntimeException failure) {
            throw failed(pod, container, "CreateContainerError", failure);
        }
        created.accept(id);
        event(pod, container, EventRecorder.NORMAL, "Created", "Container created");
        try {
            runtime.startContainer(id);
        } catch (RuntimeException failure) {
            throw failed(pod, container, "RunContainerError", failure);
        }
        event(pod, container, EventRecorder.NORMAL, "Started", "Container started");
        if (container.lifecycle().hasPostStart()) {
            afterStart(pod, container, id, ips);
        }
    }

    private void afterStart(Pod pod, Container container, String id, List<String> ips) throws StartFailure {
        String address = ips.isEmpty() ? node.address() : ips.getFirst();
        try {
            hooks.run(container.lifecycle().postStart(), pod, address, container, id, Duration.ofMinutes(2));
        } catch (Hooks.HookFailure failure) {
            event(pod, container, EventRecorder.WARNING, "FailedPostStartHook", "PostStartHook failed");
            event(pod, container, EventRecorder.NORMAL, "Killing", "FailedPostStartHook");
            runtime.stopContainer(id, Duration.ofSeconds(pod.spec().terminationGracePeriodSeconds()));
            throw new StartFailure("PostStartHookError", String.valueOf(failure.getMessage()));
        }
    }

    /** Reports a failure in the container's state; unexpected ones are logged too. */
    private StartFailure failed(Pod pod, Container container, String reason, Exception failure) {
        if (!(failure instanceof RuntimeFailure
                || failure instanceof ConfigFailure
                || failure instanceof DeviceFailure)) {
            LOG.error(
                    "container {} of pod {}/{} could not be started",
                    container.name(),
                    pod.namespace(),
                    pod.name(),
                    failure);
        }
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        event(pod, container, EventRecorder.WARNING, "Failed", "Error: " + message);
        return new StartFailure(reason, message);
    }

    private void event(Pod pod, Container container, String type, String reason, String message) {
        events.event(EventReferences.container(pod, container.name()), type, reason, message);
    }

    private ContainerConfig configure(
            Pod pod, Container container, int attempt, List<String> ips, PodVolumes volumes, Path podDirectory)
            throws InterruptedException, IOException, DeviceFailure {
        Map<String, String> environment = new Environment(
                        pod, container, references, ips, node.address(), node.allocatable())
                .build(services.get());
        java.util.function.Function<String, String> expand = text -> Environment.expand(text, environment::get);
        List<ContainerConfig.Mount> mounts = new ArrayList<>(volumes.mounts(container, expand));
        mounts.replaceAll(this::ofPulledImage);
        if (runtime.mountsFiles()) {
            mounts.add(new ContainerConfig.Mount(
                    TerminationLogs.create(podDirectory, container.name(), attempt),
                    container.terminationMessagePath().isEmpty()
                            ? "/dev/termination-log"
                            : container.terminationMessagePath(),
                    false,
                    false));
        }
        List<Map.Entry<String, String>> variables = new ArrayList<>();
        environment.forEach((name, value) -> variables.add(Map.entry(name, value)));
        ContainerConfig config = new ContainerConfig(
                container.name(),
                attempt,
                container.image(),
                container.command().stream().map(expand).toList(),
                container.args().stream().map(expand).toList(),
                container.workingDir(),
                variables,
                mounts,
                labels(pod, container),
                annotations(pod, container),
                Path.of(container.name(), attempt + ".log"),
                container.stdin(),
                container.stdinOnce(),
                container.tty(),
                PodResources.limits(pod, container),
                QualityOfService.oomScoreAdjustment(pod, container, node.memoryBytes()),
                SecurityContexts.of(pod, container, () -> imageUser(container), seccompProfiles),
                null);
        return runtime.mountsFiles() ? config.withCdiDevices(devices.cdiDevices(pod, container)) : config;
    }

    /** Pins the image that the reference names now. */
    private ContainerConfig.Mount ofPulledImage(ContainerConfig.Mount mount) {
        ImageService.Image image =
                mount.image().isEmpty() ? null : runtime.images().find(mount.image());
        return image == null
                ? mount
                : ContainerConfig.Mount.ofImage(image.id(), mount.subPath(), mount.containerPath());
    }

    private String imageUser(Container container) {
        ImageService.Image image = runtime.images().find(container.image());
        return image == null ? "" : image.user();
    }

    private static Map<String, String> labels(Pod pod, Container container) {
        return Map.of(
                ContainerLabels.POD_NAME, pod.name(),
                ContainerLabels.POD_NAMESPACE, pod.namespace(),
                ContainerLabels.POD_UID, pod.uid(),
                ContainerLabels.CONTAINER_NAME, container.name());
    }

    /** Includes the pod's annotations, because the simulated runtime takes its behaviour from them. */
    private static Map<String, String> annotations(Pod pod, Container container) {
        Map<String, String> annotations = new java.util.HashMap<>(pod.annotations());
        annotations.put(ContainerLabels.HASH, PodSpecs.hash(container));
        return annotations;
    }
}
