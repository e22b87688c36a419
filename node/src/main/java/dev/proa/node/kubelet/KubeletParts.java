package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Pod;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.kubelet.container.ContainerStarter;
import dev.proa.node.kubelet.container.ContainerStopper;
import dev.proa.node.kubelet.container.Hooks;
import dev.proa.node.kubelet.container.ImagePuller;
import dev.proa.node.kubelet.container.LogTail;
import dev.proa.node.kubelet.container.TerminationLogs;
import dev.proa.node.kubelet.device.DriverPlugins;
import dev.proa.node.kubelet.device.DynamicResources;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.object.TokenManager;
import dev.proa.node.kubelet.plugin.KubeletRoot;
import dev.proa.node.kubelet.pod.KubeletNode;
import dev.proa.node.kubelet.pod.Observed;
import dev.proa.node.kubelet.probe.HttpProbes;
import dev.proa.node.kubelet.probe.PodProbes;
import dev.proa.node.kubelet.resource.Allocations;
import dev.proa.node.kubelet.resource.PodResizer;
import dev.proa.node.kubelet.sandbox.UserNamespaceAllocator;
import dev.proa.node.kubelet.status.StatusWriter;
import dev.proa.node.kubelet.volume.LocalVolumes;
import dev.proa.node.kubelet.volume.PodVolumes;
import dev.proa.node.kubelet.volume.VolumePlugins;
import dev.proa.node.kubelet.volume.plugin.StandardPlugins;
import dev.proa.node.metrics.KubeletMetrics;
import dev.proa.node.metrics.PodMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** The components that all pod workers of a kubelet share. */
final class KubeletParts {
    private final Client client;
    private final ContainerRuntime runtime;
    private final KubeletNode node;
    private final Path directory;
    private final Supervisor supervisor;
    private final Clock clock;
    private final RandomGenerator random;
    private final EventRecorder events;
    private final KubeletMetrics metrics;
    private final ReferencedObjects references;
    private final VolumePlugins volumePlugins;
    private final HttpProbes http;
    private final ImagePuller images;
    private final ContainerStarter starter;
    private final ContainerStopper stopper;
    private final StatusWriter statuses;
    private final UserNamespaceAllocator userNamespaces;
    private final Allocations allocations;
    private final PodResizer resizer;
    private final DriverPlugins drivers;
    private final DynamicResources devices;
    private final Consumer<String> finished;
    private final String runtimeName;

    /** As the other constructor, with the plugins of volumes that every kubelet has. */
    KubeletParts(
            Client client,
            ContainerRuntime runtime,
            KubeletNode node,
            Path directory,
            Supervisor supervisor,
            Clock clock,
            RandomGenerator random,
            EventRecorder events,
            KubeletMetrics metrics,
            ReferencedObjects references,
            Supplier<Collection<dev.proa.api.core.v1.Service>> services,
            Consumer<String> finished) {
        this(
                client,
                runtime,
                node,
                directory,
                supervisor,
                clock,
                random,
                events,
                metrics,
                references,
                services,
                finished,
                StandardPlugins.of(
                        references,
                        new TokenManager(client, clock),
                        node,
                        clock,
                        runtime.mountsFiles(),
                        client,
                        new LocalVolumes(real(directory)),
                        new KubeletRoot(real(directory))));
    }

    /** @param finished receives the uid of a pod of which nothing is left */
    KubeletParts(
            Client client,
            ContainerRuntime runtime,
            KubeletNode node,
            Path directory,
            Supervisor supervisor,
            Clock clock,
            RandomGenerator random,
            EventRecorder events,
            KubeletMetrics metrics,
            ReferencedObjects references,
            Supplier<Collection<dev.proa.api.core.v1.Service>> services,
            Consumer<String> finished,
            VolumePlugins volumePlugins) {
        this.client = client;
        this.runtime = runtime;
        this.node = node;
        this.directory = real(directory);
        this.supervisor = supervisor;
        this.clock = clock;
        this.random = random;
        this.events = events;
        this.metrics = metrics;
        this.references = references;
        this.finished = finished;
        this.volumePlugins = volumePlugins;
        String version = runtime.version();
        this.runtimeName = version.substring(0, version.indexOf(':'));
        http = new HttpProbes(node.place());
        Hooks hooks = new Hooks(runtime, http, clock);
        images = new ImagePuller(
                runtime.images(), references, events, metrics.pods(), clock, this.directory.resolve("image_manager"));
        drivers = new DriverPlugins(client, node.name(), clock, metrics.devices());
        devices = new DynamicResources(client, drivers, this.directory.resolve("dra_manager_state"), metrics.devices());
        starter = new ContainerStarter(
                runtime,
                images,
                references,
                hooks,
                events,
                metrics.pods(),
                node,
                directory.resolve("seccomp"),
                services,
                devices);
        stopper = new ContainerStopper(runtime, hooks, events, clock);
        statuses = new StatusWriter(client);
        userNamespaces = new UserNamespaceAllocator(runtime, this.directory.hashCode());
        allocations =
                new Allocations(node.allocatable(), clock, events, runtime.mountsFiles() ? this::podDirectory : null);
        resizer = new PodResizer(runtime);
    }

    /** Resolves links: containers can change what lies below, so no part of the path may be a link. */
    private static Path real(Path directory) {
        try {
            return Files.createDirectories(directory).toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException("The node's directory cannot be used: " + directory, e);
        }
    }

    Client client() {
        return client;
    }

    ContainerRuntime runtime() {
        return runtime;
    }

    KubeletNode node() {
        return node;
    }

    Supervisor supervisor() {
        return supervisor;
    }

    Clock clock() {
        return clock;
    }

    EventRecorder events() {
        return events;
    }

    PodMetrics metrics() {
        return metrics.pods();
    }

    ReferencedObjects references() {
        return references;
    }

    VolumePlugins volumePlugins() {
        return volumePlugins;
    }

    ContainerStarter starter() {
        return starter;
    }

    ContainerStopper stopper() {
        return stopper;
    }

    UserNamespaceAllocator userNamespaces() {
        return userNamespaces;
    }

    Allocations allocations() {
        return allocations;
    }

    PodResizer resizer() {
        return resizer;
    }

    DriverPlugins drivers() {
        return drivers;
    }

    DynamicResources devices() {
        return devices;
    }

    KubeletRoot root() {
        return new KubeletRoot(directory);
    }

    StatusWriter statuses() {
        return statuses;
    }

    /** Called when nothing is left of a pod. */
    void finished(String podUid) {
        images.forget(podUid);
        finished.accept(podUid);
    }

    /** The prefix of container ids. */
    String runtimeName() {
        return runtimeName;
    }

    PodVolumes volumes(Pod pod) {
        return new PodVolumes(podDirectory(pod.uid()), volumePlugins, runtime.mountsFiles());
    }

    PodProbes probes(Runnable changed) {
        return new PodProbes(
                runtime, http, events, metrics.probes(), supervisor.group("probes"), clock, random, changed);
    }

    Path podDirectory(String uid) {
        return podDirectories().resolve(uid);
    }

    /** The parent of the pods' directories, which are named by pod uid. */
    Path podDirectories() {
        return directory.resolve("pods");
    }

    /** The parent of the pods' log directories. */
    Path logDirectories() {
        return directory.resolve("logs");
    }

    Path logDirectory(Pod pod) {
        return logDirectories().resolve(pod.namespace() + "_" + pod.name() + "_" + pod.uid());
    }

    /** The termination message of a container, or the end of its log if the pod's policy says so. */
    String terminationMessage(Pod pod, Observed seen, String containerId) {
        if (!runtime.mountsFiles()) {
            return "";
        }
        for (ContainerStatus status : seen.containers()) {
            if (status.id().equals(containerId)) {
                String message = TerminationLogs.read(
                        podDirectory(pod.uid()),
                        status.config().name(),
                        status.config().attempt());
                if (message.isEmpty() && fallsBackToLogs(pod, status)) {
                    message = LogTail.lastLines(status.logPath(), 80, 2048);
                }
                return message;
            }
        }
        return "";
    }

    private static boolean fallsBackToLogs(Pod pod, ContainerStatus status) {
        return status.state() instanceof ContainerStatus.State.Exited exited
                && exited.exitCode() != 0
                && Stream.concat(pod.spec().containers().stream(), pod.spec().initContainers().stream())
                        .anyMatch(container ->
                                container.name().equals(status.config().name())
                                        && container.terminationMessagePolicy().equals("FallbackToLogsOnError"));
    }
}
