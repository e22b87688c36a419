package dev.proa.control.scheduler.plugin.volume;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.control.scheduler.framework.Handle;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.volume.Claims;
import dev.proa.control.volume.Volumes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Gives the claims of a pod the volumes that were found for its node: assumes that first, then writes it, then waits until the
 * PersistentVolume controller and the provisioner have done their part.
 */
final class VolumeBinder {
    private final Client client;
    private final Clock clock;
    private final Duration timeout;
    private final AssumeCache<PersistentVolumeClaim> claims;
    private final AssumeCache<PersistentVolume> volumes;
    private final Informer<Node> nodes;
    private final Informer<Pod> pods;
    /** Each pod that waits has one, which is released whenever something changes. */
    private final Set<Semaphore> waiting = ConcurrentHashMap.newKeySet();

    /** @param timeout how long a pod waits for its claims to be bound */
    VolumeBinder(
            Handle handle,
            AssumeCache<PersistentVolumeClaim> claims,
            AssumeCache<PersistentVolume> volumes,
            Duration timeout) {
        this.client = handle.client();
        this.clock = handle.clock();
        this.timeout = timeout;
        this.claims = claims;
        this.volumes = volumes;
        this.nodes = handle.informers().informer(Node.KIND);
        this.pods = handle.informers().informer(Pod.KIND);
        handle.informers().informer(PersistentVolumeClaim.KIND).addHandler(changes());
        handle.informers().informer(PersistentVolume.KIND).addHandler(changes());
        pods.addHandler(new EventHandler<Pod>() {
            @Override
            public void deleted(Pod last) {
                changed();
            }
        });
    }

    private <T extends KubeObject> EventHandler<T> changes() {
        return new EventHandler<>() {
            @Override
            public void added(T object) {
                changed();
            }

            @Override
            public void updated(T before, T after) {
                changed();
            }

            @Override
            public void deleted(T last) {
                changed();
            }
        };
    }

    private void changed() {
        waiting.forEach(Semaphore::release);
    }

    /**
     * Assumes that the claims get what was found.
     *
     * @return what was assumed; null when a volume or claim has changed since, and nothing was assumed
     */
    @Nullable
    PodVolumes assume(PodVolumes found, String node) {
        List<PodVolumes.Binding> bindings = new ArrayList<>();
        List<PersistentVolumeClaim> provisions = new ArrayList<>();
        for (PodVolumes.Binding binding : found.bindings()) {
            PersistentVolume pointing = Volumes.bind(binding.volume(), binding.claim());
            if (pointing != binding.volume() && !volumes.assume(pointing)) {
                revert(new PodVolumes(bindings, provisions));
                return null;
            }
            bindings.add(new PodVolumes.Binding(binding.claim(), pointing));
        }
        for (PersistentVolumeClaim claim : found.provisions()) {
            PersistentVolumeClaim selected = Claims.withAnnotation(claim, Claims.SELECTED_NODE, node);
            if (!claims.assume(selected)) {
                revert(new PodVolumes(bindings, provisions));
                return null;
            }
            provisions.add(selected);
        }
        return new PodVolumes(bindings, provisions);
    }

    void revert(PodVolumes assumed) {
        assumed.bindings().forEach(binding -> volumes.restore(binding.volume()));
        assumed.provisions().forEach(claims::restore);
    }

    /**
     * Writes what was assumed, and waits until all claims are bound. Blocks.
     *
     * @throws BindingFailure when that fails, is undone by somebody or takes too long
     */
    void bind(PodInfo pod, PodVolumes assumed, String node) throws InterruptedException {
        List<PodVolumes.Binding> bindings = new ArrayList<>();
        for (PodVolumes.Binding binding : assumed.bindings()) {
            bindings.add(new PodVolumes.Binding(
                    binding.claim(), client.resource(PersistentVolume.KIND).update(binding.volume())));
        }
        List<PersistentVolumeClaim> provisions = new ArrayList<>();
        for (PersistentVolumeClaim claim : assumed.provisions()) {
            provisions.add(client.resource(PersistentVolumeClaim.KIND).update(claim));
        }
        await(pod, new PodVolumes(bindings, provisions), node);
    }

    private void await(PodInfo pod, PodVolumes written, String node) throws InterruptedException {
        Semaphore news = new Semaphore(0);
        waiting.add(news);
        boolean[] late = {false};
        Clock.Timer timer = clock.schedule(timeout, () -> {
            late[0] = true;
            news.release();
        });
        try {
            while (!isDone(pod, written, node)) {
                news.acquire();
                if (late[0]) {
                    throw new BindingFailure("context deadline exceeded");
                }
                news.drainPermits();
            }
        } finally {
            timer.cancel();
            waiting.remove(news);
        }
    }

    private boolean isDone(PodInfo pod, PodVolumes written, String nodeName) {
        Node node = nodes.get("", nodeName);
        if (node == null) {
            throw new BindingFailure("failed to get node \"" + nodeName + "\": node \"" + nodeName + "\" not found");
        }
        Pod now = pods.get(pod.key());
        if (now == null || !now.uid().equals(pod.uid())) {
            throw new BindingFailure(
                    "pod does not exist any more: pod \"" + pod.pod().name() + "\" not found");
        }
        boolean done = true;
        for (PodVolumes.Binding binding : written.bindings()) {
            done &= isDone(binding, node);
        }
        for (PersistentVolumeClaim claim : written.provisions()) {
            done &= isProvisioned(claim, node);
        }
        return done;
    }

    private boolean isDone(PodVolumes.Binding binding, Node node) {
        PersistentVolume volume = volumes.written("", binding.volume().name());
        if (volume == null) {
            throw new BindingFailure("failed to check binding: could not find v1.PersistentVolume \""
                    + binding.volume().name() + "\"");
        }
        PersistentVolumeClaim claim = seen(binding.claim(), "failed to check binding");
        if (isOlder(volume, binding.volume())) {
            return false;
        }
        checkReach(volume, node);
        if (volume.spec().claimRef().uid().isEmpty()) {
            throw new BindingFailure("ClaimRef got reset for pv \"" + volume.name() + "\"");
        }
        return Claims.isFullyBound(claim);
    }

    private boolean isProvisioned(PersistentVolumeClaim written, Node node) {
        PersistentVolumeClaim claim = seen(written, "failed to check provisioning pvc");
        if (isOlder(claim, written)) {
            return false;
        }
        String selected = claim.annotations().get(Claims.SELECTED_NODE);
        if (claim.annotations().isEmpty()) {
            throw new BindingFailure("selectedNode annotation reset for PVC \"" + claim.name() + "\"");
        }
        if (!node.name().equals(selected)) {
            throw new BindingFailure("provisioning failed for PVC \"" + claim.name() + "\"");
        }
        if (!claim.spec().volumeName().isEmpty()) {
            PersistentVolume volume = volumes.written("", claim.spec().volumeName());
            if (volume == null) {
                return false; // its event is still to come
            }
            checkReach(volume, node);
        }
        return Claims.isFullyBound(claim);
    }

    private PersistentVolumeClaim seen(PersistentVolumeClaim claim, String what) {
        PersistentVolumeClaim now = claims.written(claim.namespace(), claim.name());
        if (now == null) {
            throw new BindingFailure(what + ": could not find v1.PersistentVolumeClaim \"" + Claims.key(claim) + "\"");
        }
        return now;
    }

    private static void checkReach(PersistentVolume volume, Node node) {
        if (!Volumes.isReachable(volume, node)) {
            throw new BindingFailure("pv \"" + volume.name() + "\" node affinity doesn't match node \"" + node.name()
                    + "\": no matching NodeSelectorTerms");
        }
    }

    private static boolean isOlder(KubeObject seen, KubeObject written) {
        return Long.parseLong(seen.resourceVersion()) < Long.parseLong(written.resourceVersion());
    }

    /** Why a pod's volumes could not be bound. */
    static final class BindingFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        BindingFailure(String message) {
            super("binding volumes: " + message);
        }
    }
}
