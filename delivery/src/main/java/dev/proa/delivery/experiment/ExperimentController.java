package dev.proa.delivery.experiment;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.ObjectKey;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.client.supervision.Supervisor;
import dev.proa.delivery.analysis.ControllerReference;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.Experiment;
import org.jspecify.annotations.Nullable;

/** Carries out Experiments: runs the pods of their templates and the analyses of these, and writes their status. */
public final class ExperimentController implements AutoCloseable {
    private static final int WORKERS = 5;

    private final Informer<Experiment> experiments;
    private final EventRecorder recorder;
    private final ExperimentReconciler reconciler;
    private final Controller<ObjectKey> controller;

    /**
     * A controller that {@link #start} starts.
     *
     * @param informers are started after this
     */
    public ExperimentController(Client client, InformerFactory informers, Supervisor supervisor, Clock clock) {
        this.experiments = informers.informer(Experiment.KIND);
        this.recorder = new EventRecorder(client, supervisor, clock, "rollouts-controller", "");
        this.reconciler = new ExperimentReconciler(client, recorder, clock);
        this.controller = Controller.<ObjectKey>named("experiment-controller", supervisor, clock, this::reconcile)
                .workers(WORKERS)
                .watch(experiments, experiment -> ObjectKey.of(experiment.value()))
                .watch(informers.informer(ReplicaSet.KIND), ExperimentController::experimentOf)
                .watch(informers.informer(AnalysisRun.KIND), ExperimentController::experimentOf);
    }

    private static @Nullable ObjectKey experimentOf(KubeObject object) {
        OwnerReference owner = ControllerReference.of(object);
        return owner != null && owner.kind().equals(Experiment.KIND.kind())
                ? new ObjectKey(object.namespace(), owner.name())
                : null;
    }

    /** Starts the workers, which wait for the informers. */
    public void start() {
        controller.start();
    }

    private Result reconcile(ObjectKey key) {
        Experiment experiment = experiments.get(key);
        return experiment == null || experiment.isDeleting() ? Result.DONE : reconciler.reconcile(experiment);
    }

    @Override
    public void close() {
        controller.close();
        recorder.close();
    }
}
