package dev.proa.delivery.analysis;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.TtlStrategy;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Brings one AnalysisRun forward. */
final class AnalysisRunReconciler {
    private final Client client;
    private final EventRecorder recorder;
    private final Providers providers;
    private final Measuring measuring;
    private final Clock clock;

    AnalysisRunReconciler(Client client, EventRecorder recorder, Providers providers, Clock clock) {
        this.client = client;
        this.recorder = recorder;
        this.providers = providers;
        this.measuring = new Measuring(client, providers, clock);
        this.clock = clock;
    }

    Result reconcile(AnalysisRun run) throws InterruptedException {
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

    /** Forgets what was remembered of a run that is gone. */
    void forget(AnalysisRun run) {
        providers.forget(run.uid());
    }

    /** Deletes a run once its {@code ttlStrategy} says so. */
    private Result expire(AnalysisRun run) {
        Instant at = expiry(run);
        if (at == null) {
            return Result.DONE;
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
}
