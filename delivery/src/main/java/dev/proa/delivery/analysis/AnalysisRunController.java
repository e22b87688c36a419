package dev.proa.delivery.analysis;

import dev.proa.api.batch.v1.Job;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.ObjectKey;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.client.supervision.Supervisor;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.TtlStrategy;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Carries out AnalysisRuns: takes their measurements, writes their status, and deletes them when their time is over. */
public final class AnalysisRunController implements AutoCloseable {
    /** A measurement may take minutes, so others must not wait for it. */
    private static final int WORKERS = 50;

    private final Client client;
    private final Clock clock;
    private final Informer<AnalysisRun> runs;
    private final EventRecorder recorder;
    private final MetricHttp http;
    private final Providers providers;
    private final Measuring measuring;
    private final Controller<ObjectKey> controller;

    /**
     * A controller that {@link #start} starts.
     *
     * @param informers are started after this
     * @param requests what the entry proxy has counted
     */
    public AnalysisRunController(
            Client client, InformerFactory informers, Supervisor supervisor, Clock clock, RequestReader requests) {
        this.client = client;
        this.clock = clock;
        this.runs = informers.informer(AnalysisRun.KIND);
        this.recorder = new EventRecorder(client, supervisor, clock, "rollouts-controller", "");
        this.http = new MetricHttp(new ServiceAddresses(client));
        Informer<Job> jobs = informers.informer(Job.KIND, "", ListOptions.labels(JobProvider.UID));
        this.providers = new Providers(
                Map.of(
                        "prometheus", new PrometheusProvider(http, clock),
                        "web", new WebProvider(http, clock),
                        "job", new JobProvider(client, jobs, clock)),
                Map.of(RequestsProvider.NAME, new RequestsProvider(requests, clock)));
        this.measuring = new Measuring(client, providers, clock);
        this.controller = Controller.<ObjectKey>named("analysisrun-controller", supervisor, clock, this::reconcile)
                .workers(WORKERS)
                .watch(runs, run -> ObjectKey.of(run.value()))
                .watch(jobs, AnalysisRunController::runOf);
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
        if (run == null || run.isDeleting()) {
            return Result.DONE;
        }
        if (AnalysisPhases.isEnd(run.status().phase())) {
            providers.forget(run.uid());
            return expire(run);
        }
        Measuring.Measured measured = measuring.measure(run);
        Assessment.Assessed assessed = measured.assessed();
        if (!assessed.status().value().equals(run.status().value())) {
            client.resource(AnalysisRun.KIND).update(run.withStatus(assessed.status()));
            assessed.events()
                    .forEach(event -> recorder.event(
                            run,
                            event.warning() ? EventRecorder.WARNING : EventRecorder.NORMAL,
                            event.reason(),
                            event.message()));
        }
        Instant next = measured.next();
        return next == null ? Result.DONE : Result.after(Duration.between(clock.instant(), next));
    }

    /** Deletes a run once its {@code ttlStrategy} says so. */
    private Result expire(AnalysisRun run) {
        Instant at = expiry(run);
        if (at == null) {
            return Reconciler.Result.DONE;
        }
        Duration left = Duration.between(clock.instant(), at);
        if (left.isPositive()) {
            return Result.after(left);
        }
        client.resource(AnalysisRun.KIND).in(run.namespace()).delete(run.name());
        return Result.DONE;
    }

    /** When a run that has ended is deleted; null for never. */
    static @Nullable Instant expiry(AnalysisRun run) {
        TtlStrategy ttl = run.spec().ttlStrategy();
        Instant completed = run.status().completedAt();
        if (ttl == null || completed == null) {
            return null;
        }
        Integer own = switch (run.status().phase()) {
            case AnalysisPhases.SUCCESSFUL -> ttl.secondsAfterSuccess();
            case AnalysisPhases.FAILED -> ttl.secondsAfterFailure();
            default -> null;
        };
        Integer seconds = own != null ? own : ttl.secondsAfterCompletion();
        return seconds == null ? null : completed.plusSeconds(seconds);
    }

    @Override
    public void close() {
        controller.close();
        recorder.close();
        http.close();
    }
}
