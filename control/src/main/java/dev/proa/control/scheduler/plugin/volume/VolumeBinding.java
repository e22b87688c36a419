package dev.proa.control.scheduler.plugin.volume;

import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.client.informer.InformerFactory;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.Handle;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PreFilterResult;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.volume.Claims;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pods off nodes that their volumes cannot be used on, and binds claims that wait for a node ({@code WaitForFirstConsumer}) to
 * volumes there, or has volumes provisioned for them.
 */
public final class VolumeBinding
        implements Plugin.PreFilter, Plugin.Filter, Plugin.Reserve, Plugin.PreBind, Plugin.EnqueueExtensions {
    static final String NAME = "VolumeBinding";
    /** How long a pod waits for its claims to be bound unless it is configured otherwise. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(600);

    private static final CycleState.Key<Found> FOUND = CycleState.Key.of(Found.class);
    private static final Status UNBOUND = Status.unresolvable("pod has unbound immediate PersistentVolumeClaims")
            .by(NAME);

    private final VolumeFinder finder;
    private final VolumeBinder binder;

    /** What was found for a pod. Copies share it: only what filters find on nodes is added to it. */
    private static final class Found implements CycleState.Data {
        private final PodClaims claims;
        private final Map<String, PodVolumes> byNode = new ConcurrentHashMap<>();
        private volatile @Nullable PodVolumes assumed;

        Found(PodClaims claims) {
            this.claims = claims;
        }

        @Override
        public CycleState.Data copy() {
            return this;
        }
    }

    public VolumeBinding(Handle handle) {
        this(handle, DEFAULT_TIMEOUT);
    }

    /** @param timeout how long a pod waits for its claims to be bound ({@code bindTimeoutSeconds}) */
    public VolumeBinding(Handle handle, Duration timeout) {
        InformerFactory informers = handle.informers();
        AssumeCache<PersistentVolumeClaim> claims = new AssumeCache<>(informers.informer(PersistentVolumeClaim.KIND));
        AssumeCache<PersistentVolume> volumes = new AssumeCache<>(informers.informer(PersistentVolume.KIND));
        this.finder = new VolumeFinder(informers, claims, volumes);
        this.binder = new VolumeBinder(handle, claims, volumes, timeout);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PreFilterResult preFilter(CycleState state, PodInfo pod) {
        List<Claims.Use> uses = Claims.of(pod.pod());
        if (uses.isEmpty()) {
            return PreFilterResult.SKIP;
        }
        String problem = finder.whyNowhere(pod.pod(), uses);
        if (problem != null) {
            return PreFilterResult.of(Status.unresolvable(problem));
        }
        PodClaims claims = finder.claims(pod.pod(), uses);
        if (!claims.immediate().isEmpty()) {
            return PreFilterResult.of(UNBOUND);
        }
        state.write(FOUND, new Found(claims));
        return PreFilterResult.ALL_NODES;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        Found found = state.read(FOUND);
        if (found == null) {
            return Status.error("no claims of the pod are known");
        }
        return switch (finder.find(found.claims, node.node())) {
            case VolumeFinder.Found.Unfit(Status status) -> status;
            case VolumeFinder.Found.Fits(PodVolumes volumes) -> {
                if (volumes != PodVolumes.NONE) {
                    found.byNode.put(node.name(), volumes);
                }
                yield Status.SUCCESS;
            }
        };
    }

    @Override
    public Status reserve(CycleState state, PodInfo pod, String node) {
        Found found = state.read(FOUND);
        PodVolumes volumes = found == null ? null : found.byNode.get(node);
        if (found == null || volumes == null) {
            return Status.SUCCESS; // all its claims are bound
        }
        PodVolumes assumed = binder.assume(volumes, node);
        if (assumed == null) {
            return Status.error("a volume or claim of the pod has changed");
        }
        found.assumed = assumed;
        return Status.SUCCESS;
    }

    @Override
    public void unreserve(CycleState state, PodInfo pod, String node) {
        PodVolumes assumed = assumed(state);
        if (assumed != null) {
            binder.revert(assumed);
        }
    }

    @Override
    public Status preBindPreFlight(CycleState state, PodInfo pod, String node) {
        return assumed(state) == null ? Status.SKIP : Status.SUCCESS;
    }

    @Override
    public Status preBind(CycleState state, PodInfo pod, String node) {
        PodVolumes assumed = assumed(state);
        if (assumed == null) {
            return Status.SUCCESS;
        }
        try {
            binder.bind(pod, assumed, node);
            return Status.SUCCESS;
        } catch (VolumeBinder.BindingFailure e) {
            return Status.error(
                    String.valueOf(e.getMessage())); // the cluster's state, which the next attempt may find changed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Status.error(e);
        }
    }

    private static @Nullable PodVolumes assumed(CycleState state) {
        Found found = state.read(FOUND);
        return found == null ? null : found.assumed;
    }

    @Override
    public List<EventRegistration> eventsToRegister() {
        return VolumeHints.ofBinding();
    }
}
