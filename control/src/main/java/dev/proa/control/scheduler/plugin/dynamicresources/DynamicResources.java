package dev.proa.control.scheduler.plugin.dynamicresources;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodResourceClaim;
import dev.proa.api.resource.v1.DeviceClass;
import dev.proa.api.resource.v1.DeviceRequest;
import dev.proa.api.resource.v1.DeviceSubRequest;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.resource.v1.ResourceSlice;
import dev.proa.api.value.MapValue;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.control.resourceclaim.ResourceClaims;
import dev.proa.control.resourceclaim.ResourceClaims.Reference;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.Handle;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.NodeStatuses;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PostFilterResult;
import dev.proa.control.scheduler.framework.PreFilterResult;
import dev.proa.control.scheduler.framework.Scores;
import dev.proa.control.scheduler.framework.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Allocates devices to the ResourceClaims of pods, on the node that the pod gets, and keeps pods off nodes without suitable devices.
 * Devices that several claims share (consumable capacity), that have binding conditions, or that stand for extended resources are not
 * supported.
 */
public final class DynamicResources
        implements Plugin.PreEnqueue,
                Plugin.PreFilter,
                Plugin.Filter,
                Plugin.PostFilter,
                Plugin.Score,
                Plugin.Reserve,
                Plugin.PreBind,
                Plugin.EnqueueExtensions {
    static final String NAME = "DynamicResources";
    private static final Duration LONGEST_FILTER = Duration.ofSeconds(10);
    /** How many alternatives a request can have: the first one scores as many points. */
    private static final int MOST_ALTERNATIVES = 8;

    private static final CycleState.Key<PodDevices> DEVICES = CycleState.Key.of(PodDevices.class);
    private static final CycleState.Key<Seen> SEEN = CycleState.Key.of(Seen.class);
    private static final Status CANNOT =
            Status.unresolvable("cannot allocate all claims").by(NAME);
    private static final Status ELSEWHERE =
            Status.unresolvable("resourceclaim not available on the node").by(NAME);
    private static final PostFilterResult NOTHING =
            new PostFilterResult(Status.unschedulable("no new claims to deallocate"), null);
    private static final PostFilterResult NOT_SEEN = new PostFilterResult(Status.error("not found"), null);

    private final Handle handle;
    private final Informer<ResourceClaim> claims;
    private final Informer<DeviceClass> classes;
    private final Index<ResourceSlice> slicesByNode;
    private final Index<ResourceSlice> slicesByPool;
    private final AllocatedClaims allocated;
    private final CompiledSelectors selectors = new CompiledSelectors();
    private final ClaimBinder binder;

    private enum Seen implements CycleState.Data {
        POD;

        @Override
        public CycleState.Data copy() {
            return this;
        }
    }

    public DynamicResources(Handle handle) {
        this.handle = handle;
        this.claims = handle.informer(ResourceClaim.KIND);
        this.classes = handle.informer(DeviceClass.KIND);
        Informer<ResourceSlice> slices = handle.informer(ResourceSlice.KIND);
        this.slicesByNode = slices.indexBy(slice -> List.of(slice.spec().nodeName()));
        this.slicesByPool = slices.indexBy(slice -> List.of(Pool.name(slice)));
        this.binder = new ClaimBinder(handle);
        this.allocated = handle.shared().get(AllocatedClaims.class, () -> {
            AllocatedClaims made = new AllocatedClaims();
            claims.addHandler(made);
            return made;
        });
    }

    @Override
    public String name() {
        return NAME;
    }

    /** The claims of a pod; collects in {@code found} those that exist. Returns why the pod cannot run, or null. */
    private @Nullable String collect(Pod pod, List<ResourceClaim> found) {
        for (PodResourceClaim one : pod.spec().resourceClaims()) {
            switch (ResourceClaims.of(pod, one)) {
                case Reference.NotNeeded() -> {}
                case Reference.NotCreated(String message) -> {
                    return message;
                }
                case Reference.Named(String name, boolean generated) -> {
                    ResourceClaim claim = claims.get(pod.namespace(), name);
                    if (claim == null) {
                        return "resourceclaim.resource.k8s.io \"" + name + "\" not found";
                    }
                    if (claim.isDeleting()) {
                        return "resourceclaim \"" + name + "\" is being deleted";
                    }
                    String foreign = generated ? ResourceClaims.whyNotOwned(pod, claim) : null;
                    if (foreign != null) {
                        return foreign;
                    }
                    found.add(claim);
                }
            }
        }
        return null;
    }

    @Override
    public Status preEnqueue(PodInfo pod) {
        String problem = ResourceClaims.hasAny(pod.pod()) ? collect(pod.pod(), new ArrayList<>()) : null;
        return problem == null ? Status.SUCCESS : Status.unresolvable(problem);
    }

    @Override
    public PreFilterResult preFilter(CycleState state, PodInfo pod) {
        state.write(SEEN, Seen.POD);
        if (!ResourceClaims.hasAny(pod.pod())) {
            return PreFilterResult.SKIP;
        }
        List<ResourceClaim> own = new ArrayList<>();
        String problem = collect(pod.pod(), own);
        for (int i = 0; problem == null && i < own.size(); i++) {
            problem = whyNotUsable(own.get(i), pod.pod());
        }
        if (problem != null) {
            return PreFilterResult.of(Status.unresolvable(problem));
        }
        if (own.isEmpty()) {
            return PreFilterResult.SKIP;
        }
        state.write(DEVICES, new PodDevices(own));
        return PreFilterResult.ALL_NODES;
    }

    private @Nullable String whyNotUsable(ResourceClaim claim, Pod pod) {
        if (ResourceClaims.isAllocated(claim)) {
            return ResourceClaims.canBeReserved(claim) || ResourceClaims.isReservedFor(claim, pod)
                    ? null
                    : "resourceclaim in use";
        }
        if (allocated.isPending(claim.uid())) {
            return "resource claim " + claim.namespace() + "/" + claim.name() + " is in the process of being allocated";
        }
        for (DeviceRequest request : claim.spec().devices().requests()) {
            String missing = request.hasExactly()
                    ? whyNoClass(request.exactly().deviceClassName(), request.name())
                    : request.firstAvailable().isEmpty()
                            ? "resource claim " + claim.namespace() + "/" + claim.name() + ", request " + request.name()
                                    + ": unknown request type"
                            : null;
            for (DeviceSubRequest sub : request.firstAvailable()) {
                missing = missing == null
                        ? whyNoClass(sub.deviceClassName(), request.name() + "/" + sub.name())
                        : missing;
            }
            if (missing != null) {
                return missing;
            }
        }
        return null;
    }

    private @Nullable String whyNoClass(String type, String request) {
        return classes.get("", type) == null
                ? "request " + request + ": device class " + type + " does not exist"
                : null;
    }

    private DeviceClass type(String name) {
        DeviceClass type = classes.get("", name);
        if (type == null) {
            throw new Allocator.AllocationFailure("could not retrieve device class " + name
                    + ": deviceclass.resource.k8s.io \"" + name + "\" not found");
        }
        return type;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        PodDevices devices = state.read(DEVICES);
        if (devices == null) {
            return Status.SUCCESS;
        }
        List<MapValue> found = List.of();
        if (!devices.toAllocate().isEmpty()) {
            try {
                found = allocate(devices, node.node());
            } catch (Allocator.InvalidPools e) {
                return Status.unresolvable(String.valueOf(e.getMessage()));
            } catch (Allocator.AllocationFailure e) {
                return Status.error(String.valueOf(e.getMessage()));
            }
        }
        if (found == null) {
            return CANNOT;
        }
        if (!devices.findUnavailable(node.node()).isEmpty()) {
            return ELSEWHERE;
        }
        devices.found(node.name(), found);
        return Status.SUCCESS;
    }

    private @Nullable List<MapValue> allocate(PodDevices devices, Node node) {
        List<ResourceSlice> slices = new ArrayList<>(slicesByNode.get(node.name()));
        slices.addAll(slicesByNode.get(""));
        Instant latest = handle.clock().instant().plus(LONGEST_FILTER);
        return new Allocator(
                        node,
                        Pool.of(node, slices, slicesByPool::get),
                        devices.toAllocate(),
                        allocated::isInUse,
                        this::type,
                        selectors,
                        () -> handle.clock().instant().isAfter(latest))
                .allocate();
    }

    /**
     * Takes back the allocation of a claim that nobody uses and that keeps the pod off some node. Fails for a pod that a plugin before this
     * one has rejected for good, which ends the attempt to make room for it.
     */
    @Override
    public PostFilterResult postFilter(CycleState state, PodInfo pod, NodeStatuses nodes) {
        if (state.read(SEEN) == null) {
            return NOT_SEEN;
        }
        PodDevices devices = state.read(DEVICES);
        if (devices == null) {
            return NOTHING;
        }
        for (ResourceClaim claim : devices.unavailable()) {
            int consumers = claim.status().reservedFor().size();
            if (consumers == 0 || consumers == 1 && ResourceClaims.isReservedFor(claim, pod.pod())) {
                binder.deallocate(claim);
                return new PostFilterResult(Status.unschedulable("deallocation of ResourceClaim completed"), null);
            }
        }
        return new PostFilterResult(Status.unschedulable("still not schedulable"), null);
    }

    /** Nodes on which requests get what comes first among their alternatives are better. */
    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        PodDevices devices = state.read(DEVICES);
        if (devices == null) {
            return 0;
        }
        long sum = 0;
        int next = 0;
        List<MapValue> found = devices.on(node.name());
        for (ResourceClaim claim : devices.claims()) {
            MapValue allocation = ResourceClaims.isAllocated(claim)
                    ? claim.status().allocation().value()
                    : found.get(next++);
            for (DeviceRequest request : claim.spec().devices().requests()) {
                List<DeviceSubRequest> alternatives = request.firstAvailable();
                for (int i = 0; i < alternatives.size(); i++) {
                    if (hasResult(
                            allocation,
                            request.name() + "/" + alternatives.get(i).name())) {
                        sum += MOST_ALTERNATIVES - i;
                    }
                }
            }
        }
        return sum;
    }

    private static boolean hasResult(MapValue allocation, String request) {
        return allocation.map("devices").list("results").stream()
                .anyMatch(result ->
                        result instanceof MapValue one && one.string("request").equals(request));
    }

    @Override
    public void normalizeScores(CycleState state, PodInfo pod, List<NodeInfo> nodes, long[] scores) {
        Scores.normalize(scores, false);
    }

    @Override
    public Status reserve(CycleState state, PodInfo pod, String node) {
        PodDevices devices = state.read(DEVICES);
        if (devices == null || devices.toAllocate().isEmpty()) {
            return Status.SUCCESS;
        }
        List<MapValue> found = devices.on(node);
        if (found.isEmpty()) {
            return Status.error("claim allocation not found for node");
        }
        devices.decide(found);
        for (int i = 0; i < found.size(); i++) {
            allocated.decide(ClaimBinder.allocated(devices.toAllocate().get(i), found.get(i)));
        }
        return Status.SUCCESS;
    }

    @Override
    public void unreserve(CycleState state, PodInfo pod, String node) {
        PodDevices devices = state.read(DEVICES);
        if (devices == null) {
            return;
        }
        for (ResourceClaim claim : devices.claims()) {
            allocated.revoke(claim.uid());
            ResourceClaim now = claims.get(claim.namespace(), claim.name());
            if (now != null && now.uid().equals(claim.uid()) && ResourceClaims.isReservedFor(now, pod.pod())) {
                binder.unreserve(claim, pod.pod());
            }
        }
    }

    @Override
    public Status preBindPreFlight(CycleState state, PodInfo pod, String node) {
        return state.read(DEVICES) == null ? Status.SKIP : Status.SUCCESS;
    }

    @Override
    public Status preBind(CycleState state, PodInfo pod, String node) {
        PodDevices devices = state.read(DEVICES);
        if (devices == null) {
            return Status.SUCCESS;
        }
        try {
            for (ResourceClaim claim : devices.claims()) {
                if (!ResourceClaims.isReservedFor(claim, pod.pod())) {
                    int decided = devices.toAllocate().indexOf(claim);
                    ResourceClaim bound = binder.bind(
                            claim,
                            pod.pod(),
                            decided < 0 ? null : devices.decided().get(decided));
                    allocated.written(bound);
                }
            }
            return Status.SUCCESS;
        } catch (ClaimBinder.BindingFailure e) {
            return Status.error(String.valueOf(e.getMessage())); // somebody has got ahead: the next attempt finds that
        }
    }

    @Override
    public List<EventRegistration> eventsToRegister() {
        return DeviceHints.of(pod -> collect(pod, new ArrayList<>()) == null);
    }
}
