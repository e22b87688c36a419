package dev.proa.node.kubelet.status;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.ContainerState;
import dev.proa.api.core.v1.ContainerStatus;
import dev.proa.api.core.v1.ContainerUser;
import dev.proa.api.core.v1.HostIP;
import dev.proa.api.core.v1.LinuxContainerUser;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodIP;
import dev.proa.api.core.v1.PodStatus;
import dev.proa.api.core.v1.ResourceRequirements;
import dev.proa.api.core.v1.VolumeMount;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.Views;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.kubelet.admission.PodAdmitHandlers;
import dev.proa.node.kubelet.pod.Observed;
import dev.proa.node.kubelet.pod.PodSpecs;
import dev.proa.node.kubelet.probe.ProbeResults;
import dev.proa.node.kubelet.resource.PodAllocation;
import dev.proa.node.kubelet.resource.PodResources;
import dev.proa.node.kubelet.resource.QualityOfService;
import dev.proa.node.kubelet.volume.PodVolumes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Computes a pod's {@code status}: a pure function of the pod and its observed state. */
public final class PodStatuses {
    private final Pod pod;
    private final Observed observed;
    private final ProbeResults health;
    private final Map<String, Waiting> waiting;
    private final Node node;
    private final Resizing resizing;
    private final Instant now;

    /** Why a container is waiting, as {@code state.waiting}. */
    public record Waiting(String reason, String message) {}

    /**
     * @param runtime prefix of container ids: {@code proa-sandbox}
     * @param terminationMessage of a container that ended, by its id
     */
    public record Node(
            String hostAddress, String runtime, java.util.function.Function<String, String> terminationMessage) {}

    /**
     * The state of a pod's resize.
     *
     * @param conditions the resize conditions
     * @param actual the actual limits of a running container, by its id
     */
    public record Resizing(
            List<PodAllocation.Condition> conditions,
            Function<String, dev.proa.node.cri.ContainerRuntime.Resources> actual) {
        static final Resizing NONE =
                new Resizing(List.of(), id -> dev.proa.node.cri.ContainerRuntime.Resources.UNLIMITED);
    }

    public PodStatuses(
            Pod pod, Observed observed, ProbeResults health, Map<String, Waiting> waiting, Node node, Instant now) {
        this(pod, observed, health, waiting, node, Resizing.NONE, now);
    }

    /** @param pod the pod with its allocated resources */
    public PodStatuses(
            Pod pod,
            Observed observed,
            ProbeResults health,
            Map<String, Waiting> waiting,
            Node node,
            Resizing resizing,
            Instant now) {
        this.pod = pod;
        this.observed = observed;
        this.health = health;
        this.waiting = waiting;
        this.node = node;
        this.resizing = resizing;
        this.now = now;
    }

    /**
     * @param finished whether no container of the pod will ever run again
     * @param failure reason and message when the kubelet itself ended the pod, or null
     */
    public PodStatus status(boolean finished, @Nullable Waiting failure) {
        List<ContainerStatus> inits = statuses(pod.spec().initContainers(), true);
        List<ContainerStatus> mains = statuses(pod.spec().containers(), false);
        boolean initialized = initialized(inits, mains);
        String phase = failure != null
                ? "Failed"
                : PodSpecs.isTerminal(pod) ? pod.status().phase() : phase(inits, mains, finished);
        boolean terminal = phase.equals("Succeeded") || phase.equals("Failed");
        MapValue.Builder status = pod.status().value().toBuilder();
        status.put("observedGeneration", pod.metadata().generation());
        status.put("phase", phase);
        status.put("startTime", Times.format(pod.status().startTime() instanceof Instant start ? start : now));
        status.put("hostIP", node.hostAddress());
        status.put(
                "hostIPs", ListValue.of(HostIP.EMPTY.withIp(node.hostAddress()).value()));
        addresses(status);
        status.put("qosClass", QualityOfService.of(pod).toString());
        if (failure != null) {
            status.put("reason", failure.reason()).put("message", failure.message());
        }
        if (!inits.isEmpty()) {
            status.put("initContainerStatuses", values(inits));
        }
        status.put("containerStatuses", values(mains));
        if (!pod.spec().ephemeralContainers().isEmpty()) {
            status.put("ephemeralContainerStatuses", values(ephemerals()));
        }
        wholeResources(status);
        status.put("conditions", conditions(inits, mains, initialized, phase, terminal));
        return new PodStatus(status.build());
    }

    /** The resources of the pod as a whole (KEP-5419). */
    private void wholeResources(MapValue.Builder status) {
        var sandbox = observed.sandbox();
        var resources = sandbox != null && pod.status().phase().equals("Running")
                ? PodResources.actual(pod, sandbox.config().resources())
                : PodResources.allocated(pod);
        status.put("resources", resources.value());
        var allocated = PodResources.allocated(pod).requests();
        if (!allocated.isEmpty()) {
            status.put("allocatedResources", Views.values(allocated));
        }
    }

    /** The status of a rejected pod, which never runs, as Kubernetes' kubelet writes it. */
    public static PodStatus rejected(Pod pod, PodAdmitHandlers.Rejection why, Instant now) {
        MapValue.Builder status = pod.status().value().toBuilder();
        status.put("observedGeneration", pod.metadata().generation());
        status.put("phase", "Failed");
        status.put("reason", why.reason());
        status.put("message", why.statusMessage());
        status.put("startTime", Times.format(pod.status().startTime() instanceof Instant start ? start : now));
        status.put("qosClass", QualityOfService.of(pod).toString());
        return new PodStatus(status.build());
    }

    private void addresses(MapValue.Builder status) {
        var sandbox = observed.sandbox();
        List<String> ips = pod.spec().hostNetwork()
                ? List.of(node.hostAddress())
                : sandbox == null ? List.of() : sandbox.addresses();
        if (!ips.isEmpty()) {
            status.put("podIP", ips.getFirst());
            status.put(
                    "podIPs",
                    values(ips.stream().map(ip -> PodIP.EMPTY.withIp(ip)).toList()));
        }
    }

    private List<ContainerStatus> statuses(List<Container> containers, boolean init) {
        List<ContainerStatus> statuses = new ArrayList<>();
        for (Container container : containers) {
            statuses.add(status(container, init));
        }
        return statuses;
    }

    /** Ephemeral containers are neither started nor ready. */
    private List<ContainerStatus> ephemerals() {
        return statuses(PodSpecs.ephemeral(pod), false).stream()
                .map(status ->
                        new ContainerStatus(status.withReady(false).value().without("started")))
                .toList();
    }

    private ContainerStatus status(Container container, boolean init) {
        var newest = observed.newest(container.name());
        ContainerStatus status = ContainerStatus.EMPTY
                .withName(container.name())
                .withImage(container.image())
                .withImageID("")
                .withLastState(ContainerState.EMPTY)
                .withReady(false)
                .withRestartCount(0)
                .withStarted(false);
        if (newest == null) {
            return PodSpecs.isTerminal(pod)
                    ? lost(container, init, status)
                    : status.withState(waitingState(container, init));
        }
        status = status.withRestartCount(newest.config().attempt())
                .withImageID(newest.imageId())
                .withContainerID(node.runtime() + "://" + newest.id());
        if (newest.user() != null) {
            status = status.withUser(user(newest.user()));
        }
        if (!container.volumeMounts().isEmpty()) {
            status = new ContainerStatus(status.value().with("volumeMounts", mounts(container)));
        }
        status = status.withResources(resources(container, newest));
        if (!container.resources().requests().isEmpty()) {
            status = status.withAllocatedResources(container.resources().requests());
        }
        var previous = observed.previous(container.name());
        if (previous != null && previous.state() instanceof State.Exited exited) {
            status = status.withLastState(terminated(previous.id(), exited));
        }
        return switch (newest.state()) {
            case State.Created() -> status.withState(waitingState(container, init));
            case State.Running running -> {
                boolean started = health.started(newest.id());
                boolean regularInit = init && !PodSpecs.isSidecar(container);
                yield status.withState(running(running.startedAt()))
                        .withStarted(started)
                        .withReady(!regularInit && started && health.ready(newest.id()));
            }
            case State.Exited exited -> {
                boolean regularInit = init && !PodSpecs.isSidecar(container);
                ContainerState terminated = terminated(newest.id(), exited);
                Waiting wait = waiting.get(container.name());
                if (wait != null && !pod.isDeleting() && PodSpecs.restarts(pod, container, exited.exitCode())) {
                    yield status.withLastState(terminated).withState(waitingState(wait));
                }
                yield status.withState(terminated).withReady(regularInit && exited.exitCode() == 0);
            }
        };
    }

    /** The actual resources of a running container, or the allocated ones. */
    private ResourceRequirements resources(Container container, dev.proa.node.cri.ContainerStatus newest) {
        ResourceRequirements allocated = container.resources();
        if (!(newest.state() instanceof State.Running)) {
            return allocated;
        }
        try {
            return PodResources.actual(allocated, resizing.actual().apply(newest.id()));
        } catch (RuntimeFailure gone) {
            return allocated; // it has ended meanwhile, which the next observation shows
        }
    }

    private static ContainerUser user(dev.proa.node.cri.ContainerStatus.User user) {
        return ContainerUser.EMPTY.withLinux(LinuxContainerUser.EMPTY
                .withUid(user.uid())
                .withGid(user.gid())
                .withSupplementalGroups(user.supplementalGroups()));
    }

    /** The volume mounts, with {@code recursiveReadOnly} of read-only ones (KEP-3857). */
    private static ListValue mounts(Container container) {
        List<MapValue> mounts = new ArrayList<>();
        for (VolumeMount mount : container.volumeMounts()) {
            MapValue.Builder status =
                    MapValue.builder(4).put("name", mount.name()).put("mountPath", mount.mountPath());
            if (mount.readOnly()) {
                status.put("readOnly", true)
                        .put("recursiveReadOnly", PodVolumes.recursivelyReadOnly(mount) ? "Enabled" : "Disabled");
            }
            mounts.add(status.build());
        }
        return ListValue.copyOf(mounts);
    }

    /** The last known status of a container that the runtime no longer has, in a pod that has ended. */
    private ContainerStatus lost(Container container, boolean init, ContainerStatus blank) {
        List<ContainerStatus> before =
                init ? pod.status().initContainerStatuses() : pod.status().containerStatuses();
        for (ContainerStatus old : before) {
            if (old.name().equals(container.name()) && old.state().hasTerminated()) {
                return old;
            }
            if (old.name().equals(container.name()) && old.state().hasRunning()) {
                MapValue terminated = MapValue.of(
                        "exitCode",
                        137L,
                        "reason",
                        "ContainerStatusUnknown",
                        "message",
                        "The container could not be located when the pod was terminated");
                return old.withReady(false)
                        .withStarted(false)
                        .withState(new ContainerState(MapValue.of("terminated", terminated)));
            }
        }
        return blank.withState(waitingState(container, init));
    }

    private ContainerState waitingState(Container container, boolean init) {
        Waiting wait = waiting.get(container.name());
        if (wait == null) {
            boolean waitsForInit = !init && !pod.spec().initContainers().isEmpty();
            boolean first =
                    init && pod.spec().initContainers().getFirst().name().equals(container.name());
            wait = new Waiting(waitsForInit || init && !first ? "PodInitializing" : initReason(init), "");
        }
        return waitingState(wait);
    }

    private static String initReason(boolean init) {
        return init ? "PodInitializing" : "ContainerCreating";
    }

    private static ContainerState waitingState(Waiting wait) {
        MapValue.Builder builder = MapValue.builder(2).put("reason", wait.reason());
        if (!wait.message().isEmpty()) {
            builder.put("message", wait.message());
        }
        return new ContainerState(MapValue.of("waiting", builder.build()));
    }

    private static ContainerState running(Instant startedAt) {
        return new ContainerState(MapValue.of("running", MapValue.of("startedAt", Times.format(startedAt))));
    }

    private ContainerState terminated(String id, State.Exited exited) {
        MapValue.Builder builder = MapValue.builder(7)
                .put("exitCode", (long) exited.exitCode())
                .put("reason", exited.reason())
                .put("containerID", node.runtime() + "://" + id)
                .put("finishedAt", Times.format(exited.finishedAt()))
                .put("startedAt", Times.format(exited.startedAt() == null ? Instant.EPOCH : exited.startedAt()));
        String message = exited.message().isEmpty() ? node.terminationMessage().apply(id) : exited.message();
        if (!message.isEmpty()) {
            builder.put("message", message);
        }
        return new ContainerState(MapValue.of("terminated", builder.build()));
    }

    /** Whether the init containers have completed, now or earlier: then a main container has started. */
    private boolean initialized(List<ContainerStatus> inits, List<ContainerStatus> mains) {
        return incomplete(inits).isEmpty()
                || mains.stream()
                        .anyMatch(main ->
                                main.state().hasRunning() || main.state().hasTerminated());
    }

    private List<ContainerStatus> incomplete(List<ContainerStatus> inits) {
        List<Container> specs = pod.spec().initContainers();
        List<ContainerStatus> incomplete = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            ContainerStatus status = inits.get(i);
            if (!(PodSpecs.isSidecar(specs.get(i)) ? status.started() : status.ready())) {
                incomplete.add(status);
            }
        }
        return incomplete;
    }

    /** The phase, as Kubernetes' pod lifecycle defines it. */
    private String phase(List<ContainerStatus> inits, List<ContainerStatus> mains, boolean finished) {
        Tally tally = new Tally();
        for (int i = 0; i < inits.size(); i++) {
            tally.addInit(pod.spec().initContainers().get(i), inits.get(i));
        }
        for (ContainerStatus main : mains) {
            tally.addMain(main);
        }
        if (finished) {
            return tally.failed > 0 || tally.failedInits > 0 || tally.waiting > 0 || tally.restarting > 0
                    ? "Failed"
                    : "Succeeded";
        }
        boolean mainActive = mains.stream().anyMatch(main -> observed.current(main.name()) != null);
        boolean initializing = tally.pendingInits > 0 || tally.pendingSidecars > 0 && !mainActive;
        return initializing || tally.waiting > 0 || tally.running + tally.ended() == 0 ? "Pending" : "Running";
    }

    /** How many containers are in which state, as far as the pod's phase depends on it. */
    private static final class Tally {
        private int pendingInits;
        private int failedInits;
        private int pendingSidecars;
        private int waiting;
        private int running;
        private int restarting;
        private int succeeded;
        private int failed;

        void addInit(Container init, ContainerStatus status) {
            boolean ended = status.state().hasTerminated();
            boolean endedBefore =
                    !ended && !status.state().hasRunning() && status.lastState().hasTerminated();
            if (PodSpecs.isSidecar(init)) {
                if (!ended && !endedBefore && !status.started()) {
                    pendingSidecars++;
                }
                running += status.state().hasRunning() ? 1 : 0;
            } else if (ended || endedBefore) {
                var end =
                        ended ? status.state().terminated() : status.lastState().terminated();
                failedInits += end.exitCode() == 0 ? 0 : 1;
            } else {
                pendingInits++;
            }
        }

        void addMain(ContainerStatus status) {
            if (status.state().hasRunning()) {
                running++;
            } else if (status.state().hasTerminated()) {
                if (status.state().terminated().exitCode() == 0) {
                    succeeded++;
                } else {
                    failed++;
                }
            } else if (status.lastState().hasTerminated()) {
                restarting++;
            } else {
                waiting++;
            }
        }

        int ended() {
            return restarting + succeeded + failed;
        }
    }

    private ListValue conditions(
            List<ContainerStatus> inits,
            List<ContainerStatus> mains,
            boolean initialized,
            String phase,
            boolean terminal) {
        PodConditions conditions = new PodConditions(pod, now);
        conditions.resizes(resizing.conditions());
        conditions.set("PodScheduled", true, "", "");
        conditions.set("PodReadyToStartContainers", observed.sandboxReady(), "", "");
        if (initialized || phase.equals("Succeeded")) {
            conditions.set("Initialized", true, phase.equals("Succeeded") ? "PodCompleted" : "", "");
        } else {
            conditions.set(
                    "Initialized",
                    false,
                    "ContainersNotInitialized",
                    "containers with incomplete status: [" + names(incomplete(inits)) + "]");
        }
        List<ContainerStatus> watched = new ArrayList<>(mains);
        for (int i = 0; i < inits.size(); i++) {
            if (PodSpecs.isSidecar(pod.spec().initContainers().get(i))) {
                watched.add(inits.get(i));
            }
        }
        List<ContainerStatus> unready =
                watched.stream().filter(status -> !status.ready()).toList();
        boolean containersReady = unready.isEmpty() && !terminal;
        String reason = containersReady ? "" : terminal ? terminalReason(phase) : "ContainersNotReady";
        String message = containersReady || terminal ? "" : "containers with unready status: [" + names(unready) + "]";
        String gates = containersReady ? PodConditions.closedGates(pod) : "";
        if (!gates.isEmpty()) {
            conditions.set("Ready", false, "ReadinessGatesNotReady", gates);
        } else {
            conditions.set("Ready", containersReady, reason, message);
        }
        conditions.set("ContainersReady", containersReady, reason, message);
        return conditions.toValue();
    }

    private static String terminalReason(String phase) {
        return phase.equals("Succeeded") ? "PodCompleted" : "PodFailed";
    }

    private static String names(List<ContainerStatus> statuses) {
        return String.join(" ", statuses.stream().map(ContainerStatus::name).toList());
    }

    private static ListValue values(List<? extends dev.proa.api.view.View> views) {
        return ListValue.copyOf(views.stream().map(view -> view.value()).toList());
    }
}
