package dev.proa.control.disruption;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.ObjectKey;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Pods;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Takes back the condition {@code DisruptionTarget} of pods that were to be deleted and have not been for two minutes. */
final class StaleDisruptions {
    private static final String TYPE = "DisruptionTarget";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Informer<Pod> pods;
    private final ResourceClient<Pod> client;
    private final Clock clock;

    private StaleDisruptions(ControlContext context) {
        this.pods = context.pods().informer();
        this.client = context.client().resource(Pod.KIND);
        this.clock = context.clock();
    }

    /** Begins with it when {@code context} is started. */
    static void watch(ControlContext context) {
        StaleDisruptions stale = new StaleDisruptions(context);
        Controller<ObjectKey> controller = context.controller("stale-pod-disruption", stale::reconcile);
        controller.watchWith(stale.pods, new EventHandler<Pod>() {
            @Override
            public void added(Pod pod) {
                if (end(pod) != null) {
                    controller.queue().add(ObjectKey.of(pod.value()));
                }
            }

            @Override
            public void updated(Pod before, Pod after) {
                added(after);
            }
        });
    }

    /** When the condition of a pod becomes stale; null for never. That of a kubelet may stand for as long as the pod takes to end. */
    static @Nullable Instant end(Pod pod) {
        if (pod.isDeleting() || Pods.isFinished(pod)) {
            return null;
        }
        MapValue condition = Pods.condition(pod, TYPE);
        if (condition == null
                || !condition.string("status").equals("True")
                || condition.string("reason").equals("TerminationByKubelet")) {
            return null;
        }
        Instant since = Times.parse(condition.get("lastTransitionTime"));
        return since == null ? Instant.EPOCH : since.plus(PATIENCE);
    }

    private Result reconcile(ObjectKey key) {
        Pod pod = pods.get(key);
        Instant end = pod == null ? null : end(pod);
        if (pod == null || end == null) {
            return Result.DONE;
        }
        Instant now = clock.instant();
        if (now.isBefore(end)) {
            return Result.after(Duration.between(now, end));
        }
        MapValue.Builder condition = MapValue.builder(6)
                .put("type", TYPE)
                .put("status", "False")
                .put("reason", null)
                .put("message", null)
                .put("lastTransitionTime", Times.format(now));
        long generation = pod.metadata().generation();
        if (generation != 0) {
            condition.put("observedGeneration", generation);
        }
        MapValue status = MapValue.of("conditions", ListValue.of(condition.build()));
        client.in(pod.namespace())
                .patchStatus(
                        pod.name(),
                        Patch.strategic(MapValue.of(
                                "metadata",
                                MapValue.of("uid", pod.uid(), "resourceVersion", pod.resourceVersion()),
                                "status",
                                status)));
        return Result.DONE;
    }
}
