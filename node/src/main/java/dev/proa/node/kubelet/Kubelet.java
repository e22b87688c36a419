package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.LoopGroup;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.kubelet.admission.HostPortCheck;
import dev.proa.node.kubelet.admission.PodAdmitHandlers;
import dev.proa.node.kubelet.admission.PodAdmitHandlers.Rejection;
import dev.proa.node.kubelet.admission.SecurityFieldsCheck;
import dev.proa.node.kubelet.admission.SysctlCheck;
import dev.proa.node.kubelet.eviction.StorageEviction;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.plugin.PluginWatcher;
import dev.proa.node.kubelet.pod.ContainerLabels;
import dev.proa.node.kubelet.pod.KubeletNode;
import dev.proa.node.kubelet.pod.Observed;
import dev.proa.node.kubelet.pod.PodDirectories;
import dev.proa.node.kubelet.pod.PodRuntime;
import dev.proa.node.kubelet.pod.PodSpecs;
import dev.proa.node.linux.Directory;
import dev.proa.node.metrics.KubeletMetrics;
import dev.proa.node.metrics.PodMetrics;
import dev.proa.node.stats.PodDetails;
import dev.proa.node.stats.PodStorage;
import dev.proa.node.usage.FilesystemUsage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's agent: registers the node, keeps its lease, and gives each pod bound to it a worker. What an earlier kubelet over the
 * same runtime started is found again; what belongs to no pod any more is removed. Closing it leaves the pods running.
 */
public final class Kubelet implements PodDetails, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Kubelet.class);

    private static final Duration PLUGINS = Duration.ofSeconds(1);
    /** How often the devices of pods that are gone are looked for. */
    private static final Duration CLAIMS = Duration.ofMinutes(1);

    private final ContainerRuntime runtime;
    private final KubeletNode node;
    private final PodSource pods;
    private final EventRecorder events;
    private final PodMetrics metrics;
    private final ReferencedObjects references;
    private final KubeletParts parts;
    private final NodeRegistration registration;
    private final PodAdmitHandlers admission;
    private final StorageEviction storage;
    private final Map<String, PodWorker> workers = new ConcurrentHashMap<>();
    private final Clock clock;
    private final List<Loop> loops = new CopyOnWriteArrayList<>();
    private volatile @Nullable OrphanedPods orphans;
    private volatile @Nullable AutoCloseable subscription;
    private volatile boolean closed;

    /**
     * @param pods of this node, from an informer that its owner starts
     * @param services of the cluster, likewise
     * @param directory where pods' volumes and logs lie
     * @param registration of the node in the API
     * @param supervisor runs the loops of pods and probes
     * @param metrics which it counts; may be those of several kubelets
     */
    public Kubelet(
            Client client,
            ContainerRuntime runtime,
            KubeletNode node,
            PodSource pods,
            Informer<Service> services,
            Path directory,
            NodeRegistration registration,
            Supervisor supervisor,
            Clock clock,
            RandomGenerator random,
            KubeletMetrics metrics) {
        this.runtime = metrics.metered(runtime);
        this.metrics = metrics.pods();
        this.node = node;
        this.pods = pods;
        this.registration = registration;
        this.clock = clock;
        admission = new PodAdmitHandlers(checks(runtime, node, services));
        events = new EventRecorder(client, supervisor, clock, "kubelet", node.name());
        references = new ReferencedObjects(client, supervisor, clock, random, this::referencesChanged);
        parts = new KubeletParts(
                client,
                this.runtime,
                node,
                directory,
                supervisor,
                clock,
                random,
                events,
                metrics,
                references,
                services::list,
                workers::remove);
        storage = new StorageEviction(
                this.runtime, clock, parts.volumePlugins(), parts::podDirectory, parts::logDirectory, workers::values);
    }

    private static List<PodAdmitHandlers.Check> checks(
            ContainerRuntime runtime, KubeletNode node, Informer<Service> services) {
        List<PodAdmitHandlers.Check> checks = new ArrayList<>();
        checks.add(new SysctlCheck());
        checks.add(new HostPortCheck(node.reservedPorts(), services::list));
        if (runtime.mountsFiles()) {
            // A simulated runtime isolates nothing, so it supports all fields.
            checks.add(new SecurityFieldsCheck());
        }
        return checks;
    }

    /** Registers the node and starts workers for its pods. Returns once both are done for the pods known so far. */
    public void start() throws InterruptedException {
        registration.start();
        pods.informer().awaitSync();
        makeDirectoriesPrivate();
        OrphanedPods found = OrphanedPods.find(
                runtime, parts.volumePlugins(), parts.podDirectories(), parts.logDirectories(), clock);
        orphans = found;
        subscription = runtime.subscribe(this::containerChanged);
        parts.allocations().pause();
        pods.subscribe(node.name(), new EventHandler<>() {
            @Override
            public void added(Pod pod) {
                update(pod);
            }

            @Override
            public void updated(Pod before, Pod after) {
                update(after);
            }

            @Override
            public void deleted(Pod last) {
                PodWorker worker = workers.get(last.uid());
                if (worker != null) {
                    worker.gone();
                }
            }
        });
        parts.allocations().resume();
        orphans = null;
        found.removeRest();
        followDrivers();
        storage.start();
    }

    /** Registers plugins, and unprepares the devices of pods that are gone. Simulated containers have none. */
    private void followDrivers() {
        if (!runtime.mountsFiles()) {
            return;
        }
        try {
            parts.root().make();
        } catch (IOException e) {
            throw new UncheckedIOException("The directories of plugins cannot be made: " + e.getMessage(), e);
        }
        PluginWatcher plugins = new PluginWatcher(parts.root(), Map.of("DRAPlugin", parts.drivers()), clock);
        LoopGroup group = parts.supervisor().group("plugins");
        loops.add(group.every(PLUGINS, "plugins-" + node.name(), loop -> {
            parts.drivers().check();
            plugins.look();
        }));
        loops.add(group.every(
                CLAIMS, "claims-" + node.name(), loop -> parts.devices().reconcile(Set.copyOf(workers.keySet()))));
    }

    private void makeDirectoriesPrivate() {
        if (runtime.mountsFiles()) {
            try {
                PodDirectories.makePrivate(parts.podDirectories(), parts.logDirectories());
            } catch (IOException e) {
                throw new UncheckedIOException("The directories of pods cannot be used: " + e.getMessage(), e);
            }
        }
    }

    /** A pod on this node with its runtime state, for the kubelet's server; null when it is not here. */
    public @Nullable PodOnNode find(String namespace, String name) {
        for (PodWorker worker : workers.values()) {
            Pod pod = worker.pod();
            if (pod.name().equals(name) && pod.namespace().equals(namespace)) {
                Observed seen = worker.observe();
                return new PodOnNode(pod, seen.sandbox(), seen.containers());
            }
        }
        return null;
    }

    /** What a pod's volumes and logs use; nothing when the runtime's containers have no files. */
    @Override
    public PodStorage storage(Pod pod) throws IOException {
        if (!runtime.mountsFiles()) {
            return PodStorage.NONE;
        }
        Map<String, FilesystemUsage> logs = new HashMap<>();
        for (Container container : PodSpecs.containers(pod)) {
            FilesystemUsage usage = Directory.usageOf(parts.logDirectory(pod).resolve(container.name()));
            if (usage != null) {
                logs.put(container.name(), usage);
            }
        }
        return new PodStorage(parts.volumePlugins().usage(pod, parts.podDirectory(pod.uid())), logs);
    }

    /** The pods that have a worker here. */
    @Override
    public List<Pod> pods() {
        return workers.values().stream().map(PodWorker::pod).toList();
    }

    /** What is here at the moment, for metrics. */
    public KubeletMetrics.Counts counts() {
        List<PodWorker> all = List.copyOf(workers.values());
        Map<String, Long> states = runtime.listContainers().stream()
                .collect(Collectors.groupingBy(status -> state(status.state()), Collectors.counting()));
        return new KubeletMetrics.Counts(
                all.size(),
                all.stream().filter(PodWorker::active).count(),
                runtime.listPodSandboxes().stream()
                        .filter(PodSandboxStatus::ready)
                        .map(sandbox -> sandbox.config().uid())
                        .distinct()
                        .count(),
                states);
    }

    private static String state(ContainerStatus.State state) {
        return switch (state) {
            case ContainerStatus.State.Created() -> "created";
            case ContainerStatus.State.Running running -> "running";
            case ContainerStatus.State.Exited exited -> "exited";
        };
    }

    /**
     * A pod with its sandbox and containers.
     *
     * @param containers newest attempt first for each name
     */
    public record PodOnNode(Pod pod, @Nullable PodSandboxStatus sandbox, List<ContainerStatus> containers) {}

    private synchronized void update(Pod pod) {
        if (closed) {
            return;
        }
        PodWorker worker = workers.get(pod.uid());
        if (worker != null) {
            worker.update(pod);
            return;
        }
        OrphanedPods found = orphans;
        PodRuntime podRuntime = found == null ? new PodRuntime(runtime, List.of(), List.of()) : found.claim(pod.uid());
        PodWorker made = new PodWorker(parts, pod, podRuntime, rejection(pod));
        workers.put(pod.uid(), made);
        parts.supervisor().group("pods").run("pod-" + pod.namespace() + "/" + pod.name(), loop -> made.run());
    }

    private @Nullable Rejection rejection(Pod pod) {
        if (PodSpecs.isTerminal(pod) || pod.isDeleting()) {
            return null; // nothing of it is started any more
        }
        List<Pod> others = workers.values().stream()
                .filter(PodWorker::active)
                .map(PodWorker::pod)
                .toList();
        Rejection found = admission.check(pod, others);
        if (found != null) {
            metrics.rejected(found.reason());
        }
        return found;
    }

    private void containerChanged(ContainerRuntime.ContainerEvent event) {
        if (event.state() instanceof ContainerStatus.State.Exited) {
            try {
                String uid = runtime.containerStatus(event.containerId())
                        .config()
                        .labels()
                        .getOrDefault(ContainerLabels.POD_UID, "");
                PodWorker worker = workers.get(uid);
                if (worker != null) {
                    worker.signal();
                }
            } catch (dev.proa.node.cri.RuntimeFailure gone) {
                LOG.debug("container {} went before its end was looked at", event.containerId());
            }
        }
    }

    private void referencesChanged(String podUid) {
        PodWorker worker = workers.get(podUid);
        if (worker != null) {
            worker.referencesChanged();
        }
    }

    @Override
    public void close() {
        closed = true;
        pods.unsubscribe(node.name());
        storage.close();
        loops.forEach(Loop::close);
        workers.values().forEach(PodWorker::stop);
        registration.close();
        parts.drivers().close();
        references.close();
        events.close();
        AutoCloseable open = subscription;
        if (open != null) {
            try {
                open.close();
            } catch (Exception e) {
                throw new IllegalStateException("the runtime's events could not be left", e);
            }
        }
    }
}
