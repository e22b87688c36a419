package dev.proa.delivery.rollout;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.ObjectKey;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.supervision.Supervisor;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.Experiment;
import dev.proa.delivery.argo.ObjectRef;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.traffic.TrafficRouterFactory;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The controller of Rollouts, as Argo Rollouts has it. It needs the definitions of {@code argoproj.io} to be served, and another controller for
 * analysis runs and experiments.
 */
public final class RolloutController implements AutoCloseable {
    private static final String NAME = "rollouts-controller";
    private static final int WORKERS = 4;

    private final Controller<ObjectKey> controller;
    private final EventRecorder events;

    /**
     * Makes the controller; {@link #start} starts it.
     *
     * @param client acts as the controller's identity
     * @param informers of the same identity, started by whoever made them
     * @param routers the routers of traffic that Rollouts may name
     */
    public RolloutController(
            Client client,
            InformerFactory informers,
            Supervisor supervisor,
            Clock clock,
            List<TrafficRouterFactory> routers) {
        events = new EventRecorder(client, supervisor, clock, NAME, "");
        Informer<Rollout> rollouts = informers.informer(Rollout.KIND);
        controller = Controller.named(NAME, supervisor, clock, new RolloutReconciler(client, events, clock, routers))
                .workers(WORKERS)
                .watch(rollouts, rollout -> ObjectKey.of(rollout.value()))
                .watch(
                        informers.informer(ReplicaSet.KIND, "", ListOptions.labels(Argo.POD_TEMPLATE_HASH)),
                        RolloutController::owner)
                .watch(informers.informer(AnalysisRun.KIND), RolloutController::owner)
                .watch(informers.informer(Experiment.KIND), RolloutController::owner)
                .watchAll(
                        informers.informer(Deployment.KIND),
                        (deployment, keys) -> referring(rollouts, deployment, keys));
    }

    /** Starts working once the informers have synced. Returns at once. */
    public void start() {
        controller.start();
    }

    /** The queue of Rollouts to look at, for tests. */
    Controller<ObjectKey> controller() {
        return controller;
    }

    @Override
    public void close() {
        controller.close();
        events.close();
    }

    private static @Nullable ObjectKey owner(KubeObject object) {
        return object.metadata().ownerReferences().stream()
                .filter(OwnerReference::controller)
                .filter(owner -> owner.kind().equals(Rollout.KIND.kind())
                        && owner.apiVersion().startsWith(Argo.GROUP + "/"))
                .map(owner -> new ObjectKey(object.namespace(), owner.name()))
                .findFirst()
                .orElse(null);
    }

    private static void referring(Informer<Rollout> rollouts, Deployment deployment, Consumer<ObjectKey> keys) {
        for (Rollout rollout : rollouts.list()) {
            ObjectRef ref = rollout.spec().workloadRef();
            if (ref != null
                    && ref.kind().equals(Deployment.KIND.kind())
                    && ref.name().equals(deployment.name())
                    && rollout.namespace().equals(deployment.namespace())) {
                keys.accept(ObjectKey.of(rollout.value()));
            }
        }
    }
}
