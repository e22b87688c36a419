package dev.proa.node.kubelet.resource;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodCondition;
import dev.proa.api.core.v1.ResourceRequirements;
import dev.proa.api.pod.PodRequests;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.client.clock.Clock;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.node.kubelet.pod.Observed;
import dev.proa.node.kubelet.pod.PodDirectories;
import dev.proa.node.kubelet.resource.PodAllocation.Condition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The resources allocated to each pod of a node (KEP-1287, in-place resize). A resized pod gets its new resources when
 * the node has room for them, and otherwise waits until another pod ends or shrinks. Allocations are checkpointed to
 * files, so that a restarted kubelet keeps them. Thread-safe.
 */
public final class Allocations {
    public static final String PENDING = "PodResizePending";
    public static final String IN_PROGRESS = "PodResizeInProgress";

    private static final Logger LOG = LoggerFactory.getLogger(Allocations.class);
    private static final String FILE = "resources.json";

    private final Map<String, Quantity> allocatable;
    private final Clock clock;
    private final EventRecorder events;
    private final @Nullable Function<String, Path> directories;
    private final Map<String, PodAllocation> pods = new HashMap<>();
    private boolean paused;

    /** @param directories finds a pod's directory by its uid; null for no checkpoints */
    public Allocations(
            Map<String, Quantity> allocatable,
            Clock clock,
            EventRecorder events,
            @Nullable Function<String, Path> directories) {
        this.allocatable = allocatable;
        this.clock = clock;
        this.events = events;
        this.directories = directories;
    }

    /** Suspends resizes until all pods are known. */
    public synchronized void pause() {
        paused = true;
    }

    /** Resumes resizes: all pods are known. */
    public void resume() {
        List<PodAllocation> better;
        synchronized (this) {
            paused = false;
            better = settleAll();
        }
        better.forEach(PodAllocation::tellChanged);
    }

    /**
     * Admits a pod with its checkpointed allocation, else with what it requests.
     *
     * @param changed called when a pending resize can proceed
     */
    public synchronized PodAllocation admit(Pod pod, Runnable changed) {
        PodAllocation made = new PodAllocation(pod, changed);
        MapValue checkpoint = read(pod.uid());
        if (checkpoint == null) {
            made.allocate(pod);
            PodAllocation.resizable(pod)
                    .forEach(container -> made.actuate(container.name(), PodResources.effective(pod, container)));
            save(made);
        } else {
            made.restore(checkpoint);
        }
        for (PodCondition condition : pod.status().conditions()) {
            switch (condition.type()) {
                case PENDING -> made.pending(restored(condition));
                case IN_PROGRESS -> made.inProgress(restored(condition));
                default -> {
                    // not of resizes
                }
            }
        }
        pods.put(pod.uid(), made);
        return made;
    }

    private Condition restored(PodCondition condition) {
        return new Condition(
                condition.type(),
                condition.reason(),
                condition.message(),
                condition.observedGeneration(),
                condition.lastTransitionTime() instanceof Instant then ? then : clock.instant());
    }

    /** Returns the pod with its allocated resources, after allocating what it requests if there is room. */
    public Pod settle(PodAllocation allocation, Pod pod) {
        List<PodAllocation> better;
        Pod settled;
        synchronized (this) {
            allocation.want(pod);
            better = paused || !pods.containsKey(allocation.uid()) || allocation.isAllocated(pod)
                    ? List.of()
                    : settleAll();
            if (allocation.isAllocated(pod)) {
                allocation.pending(null);
            }
            settled = allocation.apply(pod);
        }
        better.stream().filter(other -> other != allocation).forEach(PodAllocation::tellChanged);
        return settled;
    }

    /** Releases the allocation of a pod that has ended. */
    public void release(PodAllocation allocation) {
        List<PodAllocation> better;
        synchronized (this) {
            if (pods.remove(allocation.uid(), allocation)) {
                better = paused ? List.of() : settleAll();
            } else {
                return;
            }
        }
        better.forEach(PodAllocation::tellChanged);
    }

    /** Records the resources that a container was configured with. */
    public void actuated(PodAllocation allocation, Pod pod, Container container) {
        List<PodAllocation> better;
        synchronized (this) {
            ResourceRequirements to = PodResources.effective(pod, container);
            if (to.equals(allocation.actuated(container.name()))) {
                return;
            }
            allocation.actuate(container.name(), to);
            save(allocation);
            better = paused ? List.of() : settleAll();
        }
        better.stream().filter(other -> other != allocation).forEach(PodAllocation::tellChanged);
    }

    public synchronized @Nullable ResourceRequirements actuated(PodAllocation allocation, String container) {
        return allocation.actuated(container);
    }

    /** The pod's resize conditions. */
    public synchronized List<Condition> conditions(PodAllocation allocation) {
        List<Condition> conditions = new ArrayList<>();
        if (allocation.pending() instanceof Condition pending) {
            conditions.add(pending);
        }
        if (allocation.inProgress() instanceof Condition inProgress) {
            conditions.add(inProgress);
        }
        return conditions;
    }

    /** Checks whether the allocated resources are in effect, and updates the resize conditions. */
    public synchronized void progress(PodAllocation allocation, Pod allocated, Observed seen) {
        Condition before = allocation.inProgress();
        boolean inProgress = PodResizer.inProgress(allocated, seen, allocation::actuated, before != null);
        if (inProgress && before == null) {
            allocation.inProgress(condition(IN_PROGRESS, "", "", allocated, null));
        } else if (!inProgress && before != null) {
            allocation.inProgress(null);
            events.normal(
                    allocated,
                    "ResizeCompleted",
                    ResizeMessages.of("Pod resize completed", allocated, before.generation(), ""));
        }
    }

    /** Records that a resize could not be actuated. */
    public synchronized void failed(PodAllocation allocation, Pod allocated, String why) {
        Condition before = allocation.inProgress();
        Condition now = condition(IN_PROGRESS, "Error", why, allocated, before);
        if (before != null) {
            now = new Condition(now.type(), now.reason(), now.message(), before.generation(), now.since());
        }
        allocation.inProgress(now);
        if (before == null
                || !before.reason().equals("Error")
                || !before.message().equals(why)) {
            events.warning(
                    allocated, "ResizeError", ResizeMessages.of("Pod resize error", allocated, now.generation(), why));
        }
    }

    /** Retries all pending resizes in order; returns the pods whose allocation or conditions changed. */
    private List<PodAllocation> settleAll() {
        List<PodAllocation> waiting = new ArrayList<>(pods.values().stream()
                .filter(allocation -> !allocation.isAllocated(allocation.wanted()))
                .toList());
        waiting.sort(ORDER);
        List<PodAllocation> changed = new ArrayList<>();
        for (PodAllocation allocation : waiting) {
            Condition before = allocation.pending();
            settle(allocation);
            if (!Objects.equals(before, allocation.pending()) || allocation.isAllocated(allocation.wanted())) {
                changed.add(allocation);
            }
        }
        return changed;
    }

    /** Shrinking pods first, which always fit; then by priority, QoS class and waiting time. */
    private static final Comparator<PodAllocation> ORDER = Comparator.<PodAllocation, Boolean>comparing(
                    Allocations::grows)
            .thenComparing(allocation -> -allocation.wanted().spec().priority())
            .thenComparing(allocation -> QualityOfService.of(allocation.wanted()))
            .thenComparing(
                    allocation -> allocation.pending() instanceof Condition pending ? pending.since() : Instant.MAX);

    private static boolean grows(PodAllocation allocation) {
        Map<String, Quantity> has = PodRequests.requests(
                allocation.apply(allocation.wanted()).spec().value());
        Map<String, Quantity> wants =
                PodRequests.requests(allocation.wanted().spec().value());
        return List.of("cpu", "memory").stream()
                .anyMatch(name ->
                        wants.getOrDefault(name, Quantity.ZERO).compareTo(has.getOrDefault(name, Quantity.ZERO)) > 0);
    }

    private void settle(PodAllocation allocation) {
        Pod pod = allocation.wanted();
        String lacking = lacking(allocation);
        if (lacking == null) {
            allocation.allocate(pod);
            save(allocation);
            allocation.pending(null);
            allocation.inProgress(condition(IN_PROGRESS, "", "", pod, null));
            events.normal(
                    pod,
                    "ResizeStarted",
                    ResizeMessages.of("Pod resize started", pod, pod.metadata().generation(), ""));
            return;
        }
        Condition before = allocation.pending();
        Condition now = condition(PENDING, "Deferred", lacking, pod, before);
        allocation.pending(now);
        if (before == null || before.generation() != now.generation()) {
            events.warning(
                    pod,
                    "ResizeDeferred",
                    ResizeMessages.of("Pod resize Deferred", pod, pod.metadata().generation(), lacking));
        }
    }

    private Condition condition(String type, String reason, String message, Pod pod, @Nullable Condition before) {
        Instant since = before != null && before.reason().equals(reason) ? before.since() : clock.instant();
        return new Condition(type, reason, message, pod.metadata().generation(), since);
    }

    /** The resource that is insufficient for a pod's request; null when there is enough. */
    private @Nullable String lacking(PodAllocation allocation) {
        Map<String, Quantity> wants =
                PodRequests.requests(allocation.wanted().spec().value());
        for (String name : new String[] {"cpu", "memory"}) {
            Quantity asked = wants.getOrDefault(name, Quantity.ZERO);
            Quantity capacity = allocatable.get(name);
            if (asked.isZero() || capacity == null) {
                continue;
            }
            Quantity used = pods.values().stream()
                    .filter(other -> other != allocation)
                    .map(other -> other.taken().getOrDefault(name, Quantity.ZERO))
                    .reduce(Quantity.ZERO, Quantity::plus);
            if (asked.compareTo(capacity.minus(used)) > 0) {
                return "Node didn't have enough resource: " + name + ", requested: " + number(name, asked) + ", used: "
                        + number(name, used) + ", capacity: " + number(name, capacity);
            }
        }
        return null;
    }

    private static long number(String resource, Quantity amount) {
        return resource.equals("cpu") ? amount.milliValue() : amount.value();
    }

    private @Nullable MapValue read(String uid) {
        Path file = file(uid);
        try {
            return file == null || !Files.exists(file) ? null : Json.decodeMap(Files.readAllBytes(file));
        } catch (IOException | RuntimeException e) {
            LOG.warn("what pod {} was given cannot be read; it has what it asks for", uid, e);
            return null;
        }
    }

    /** A pod whose checkpoint cannot be written gets what it requests after the next start. */
    private void save(PodAllocation allocation) {
        Path file = file(allocation.uid());
        if (file == null) {
            return;
        }
        try {
            PodDirectories.open(Objects.requireNonNull(file.getParent())).close();
            Path written = file.resolveSibling(FILE + ".new");
            Files.write(written, Json.encode(allocation.toValue()));
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.warn("what pod {} was given cannot be written down", allocation.uid(), e);
        }
    }

    private @Nullable Path file(String uid) {
        return directories == null ? null : directories.apply(uid).resolve(FILE);
    }
}
