package dev.proa.delivery.analysis;

import dev.proa.api.batch.v1.Job;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.ObjectKey;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.client.supervision.Supervisor;
import dev.proa.delivery.argo.AnalysisRun;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Carries out AnalysisRuns: takes their measurements, writes their status, and deletes them when their time is over. */
public final class AnalysisRunController implements AutoCloseable {
    /** A measurement may take minutes, so others must not wait for it. */
    private static final int WORKERS = 50;

    private final Informer<AnalysisRun> runs;
    private final EventRecorder recorder;
    private final MetricHttp http;
    private final AnalysisRunReconciler reconciler;
    private final Controller<ObjectKey> controller;

    /**
     * A controller that {@link #start} starts.
     *
     * @param informers are started after this
     * @param requests what the entry proxy has counted
     */
    public AnalysisRunController(
            Client client, InformerFactory informers, Supervisor supervisor, Clock clock, RequestReader requests) {
        this.runs = informers.informer(AnalysisRun.KIND);
        this.recorder = new EventRecorder(client, supervisor, clock, "rollouts-controller", "");
        this.http = new MetricHttp(new ServiceAddresses(client).andThen(new ForbiddenAddresses())::apply);
        Informer<Job> jobs = informers.informer(Job.KIND, "", ListOptions.labels(JobProvider.UID));
        this.reconciler =
                new AnalysisRunReconciler(client, recorder, providers(client, http, jobs, clock, requests), clock);
        runs.addHandler(new EventHandler<>() {
            @Override
            public void deleted(AnalysisRun last) {
                reconciler.forget(last);
            }
        });
        this.controller = Controller.<ObjectKey>named("analysisrun-controller", supervisor, clock, this::reconcile)
                .workers(WORKERS)
                .watch(runs, run -> ObjectKey.of(run.value()))
                .watch(jobs, AnalysisRunController::runOf);
    }

    /** All providers that there are. */
    static Providers providers(
            Client client, MetricHttp http, Informer<Job> jobs, Clock clock, RequestReader requests) {
        return new Providers(
                Map.of(
                        "prometheus", new PrometheusProvider(http, clock),
                        "web", new WebProvider(http, clock),
                        "job", new JobProvider(client, jobs, clock)),
                Map.of(RequestsProvider.NAME, new RequestsProvider(requests, clock)));
    }

    private static @Nullable ObjectKey runOf(Job job) {
        String name = job.metadata().annotations().getOrDefault(JobProvider.RUN, "");
        return name.isEmpty() ? null : new ObjectKey(job.namespace(), name);
    }

    /** Starts the workers, which wait for the informers. */
    public void start() {
        controller.start();
    }

    /** Its queue and workers, for tests and metrics. */
    public Controller<ObjectKey> controller() {
        return controller;
    }

    private Result reconcile(ObjectKey key) throws InterruptedException {
        AnalysisRun run = runs.get(key);
        return run == null || run.isDeleting() ? Result.DONE : reconciler.reconcile(run);
    }

    @Override
    public void close() {
        controller.close();
        recorder.close();
        http.close();
    }
}
