package dev.proa.control.volume;

import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Volume;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Terminating;
import java.util.List;

/** Makes the claims of pods' generic ephemeral volumes (KEP-1698); they go with their pods, which own them. */
public final class EphemeralVolumeController {
    private final ControlContext context;
    private final Informer<Pod> pods;
    private final Informer<PersistentVolumeClaim> claims;
    private final EventRecorder events;

    public EphemeralVolumeController(ControlContext shared) {
        this.context = shared.as("ephemeral-volume-controller");
        this.pods = context.pods().informer();
        this.claims = context.informers().informer(PersistentVolumeClaim.KIND);
        this.events = context.events("ephemeral_volume");
        Index<Pod> byClaim = pods.indexBy(pod -> Claims.of(pod).stream()
                .filter(Claims.Use::ephemeral)
                .map(use -> pod.namespace() + "/" + use.claim())
                .toList());
        Controller<ObjectKey> controller = context.controller("ephemeral-volume-controller", this::reconcile);
        controller.watch(pods, pod -> needsClaims(pod) ? ObjectKey.of(pod.value()) : null);
        controller.watchWith(claims, new EventHandler<>() {
            @Override
            public void deleted(PersistentVolumeClaim last) {
                byClaim.get(Claims.key(last)).forEach(pod -> controller.queue().add(ObjectKey.of(pod.value())));
            }
        });
    }

    private static boolean needsClaims(Pod pod) {
        return !pod.isDeleting() && Claims.of(pod).stream().anyMatch(Claims.Use::ephemeral);
    }

    private Result reconcile(ObjectKey key) {
        Pod pod = pods.get(key);
        if (pod == null || pod.isDeleting()) {
            return Result.DONE;
        }
        List<Volume> volumes = pod.spec().volumes();
        for (Volume volume : volumes) {
            if (volume.hasEphemeral()) {
                try {
                    ensureClaim(pod, volume);
                } catch (StatusException e) {
                    if (Terminating.isCauseOf(e)) {
                        return Result.DONE;
                    }
                    fail(pod, volume, "create PVC " + Claims.ephemeralName(pod, volume) + ": " + e.getMessage());
                    throw e;
                }
            }
        }
        return Result.DONE;
    }

    private void ensureClaim(Pod pod, Volume volume) {
        String name = Claims.ephemeralName(pod, volume);
        PersistentVolumeClaim claim = claims.get(pod.namespace(), name);
        if (claim == null) {
            context.client().resource(PersistentVolumeClaim.KIND).create(make(pod, volume, name));
            return;
        }
        String problem = Claims.whyNotOwned(pod, claim);
        if (problem != null) {
            fail(pod, volume, problem);
            throw new IllegalStateException("pod " + pod.namespace() + "/" + pod.name() + ": " + problem);
        }
    }

    private void fail(Pod pod, Volume volume, String why) {
        events.warning(pod, "FailedBinding", "ephemeral volume " + volume.name() + ": " + why);
    }

    private static PersistentVolumeClaim make(Pod pod, Volume volume, String name) {
        MapValue template = volume.ephemeral().volumeClaimTemplate().value();
        MapValue.Builder metadata = MapValue.builder(5)
                .put("name", name)
                .put("namespace", pod.namespace())
                .put(
                        "ownerReferences",
                        ListValue.of(Owners.controllerReference(Pod.KIND, pod).value()));
        metadata.putIfPresent("labels", template.map("metadata").get("labels"));
        metadata.putIfPresent("annotations", template.map("metadata").get("annotations"));
        return new PersistentVolumeClaim(MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "PersistentVolumeClaim",
                "metadata",
                metadata.build(),
                "spec",
                template.map("spec")));
    }
}
