package dev.proa.delivery.analysis;

import dev.proa.api.core.v1.Secret;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.AnalysisRunStatus;
import dev.proa.delivery.argo.Argument;
import dev.proa.delivery.argo.DryRun;
import dev.proa.delivery.argo.Measurement;
import dev.proa.delivery.argo.MeasurementRetention;
import dev.proa.delivery.argo.Metric;
import dev.proa.delivery.argo.MetricResult;
import dev.proa.delivery.argo.SecretKeyRef;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Takes the measurements of a run that are due, those of different metrics at the same time. */
final class Measuring {
    private static final int KEPT = 10;
    private static final String REDACTED = "*****";

    private final Client client;
    private final Providers providers;
    private final Clock clock;

    /**
     * What came of it.
     *
     * @param next when the run is to be looked at again; null for not before something changes
     */
    record Measured(Assessment.Assessed assessed, @Nullable Instant next) {}

    /** The arguments of a run with their secrets, and these secrets. */
    private record Secrets(List<Argument> arguments, List<String> values) {}

    Measuring(Client client, Providers providers, Clock clock) {
        this.client = client;
        this.providers = providers;
        this.clock = clock;
    }

    Measured measure(AnalysisRun run) throws InterruptedException {
        List<Metric> metrics;
        Map<String, Integer> dryRun;
        Map<String, Integer> retention;
        try {
            metrics = MetricArguments.withoutSecrets(
                    run.spec().metrics(), run.spec().args());
        } catch (AnalysisException e) {
            return failed(run, "Unable to resolve metric arguments: " + e.getMessage());
        }
        try {
            MetricValidation.check(metrics);
            dryRun = MetricValidation.matched(
                    "dryRun",
                    run.spec().dryRun().stream().map(DryRun::metricName).toList(),
                    metrics);
            retention = MetricValidation.matched(
                    "measurementRetention",
                    run.spec().measurementRetention().stream()
                            .map(MeasurementRetention::metricName)
                            .toList(),
                    metrics);
        } catch (AnalysisException e) {
            return failed(run, "Analysis spec invalid: " + e.getMessage());
        }
        List<RunPlan.Task> due = RunPlan.due(run, metrics, clock.instant(), this::hasEnded);
        AnalysisRun measured;
        try {
            measured = due.isEmpty() ? run : take(run, due, dryRun);
        } catch (AnalysisException e) {
            return failed(run, "Unable to resolve metric arguments: " + e.getMessage());
        }
        Instant now = clock.instant();
        Assessment.Assessed assessed = Assessment.assess(measured, metrics, dryRun.keySet(), now);
        AnalysisRunStatus status = trimmed(run, assessed.status(), metrics, retention);
        return new Measured(
                new Assessment.Assessed(status, assessed.events()),
                AnalysisPhases.isEnd(status.phase()) ? null : RunPlan.next(status, metrics, now));
    }

    private Measured failed(AnalysisRun run, String message) {
        return new Measured(Assessment.error(run, message, clock.instant()), null);
    }

    private boolean hasEnded(Measurement measurement) {
        return providers.fields().values().stream().anyMatch(provider -> provider.hasEnded(measurement));
    }

    private AnalysisRun take(AnalysisRun run, List<RunPlan.Task> due, Map<String, Integer> dryRun)
            throws AnalysisException, InterruptedException {
        Secrets secrets = secrets(run);
        List<Callable<MetricResult>> tasks = new ArrayList<>();
        for (RunPlan.Task task : due) {
            Metric metric = MetricArguments.resolve(run.spec().metrics().get(task.metric()), secrets.arguments);
            boolean dry = dryRun.containsKey(metric.name());
            tasks.add(() -> take(run, metric, task.incomplete(), dry, secrets.values));
        }
        AnalysisRunStatus status = run.status();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<MetricResult> result : threads.invokeAll(tasks)) {
                status = Results.with(status, result.get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a measurement failed", e.getCause());
        }
        return run.withStatus(status);
    }

    private MetricResult take(
            AnalysisRun run, Metric metric, @Nullable Measurement incomplete, boolean dry, List<String> secrets)
            throws InterruptedException {
        MetricResult before = Results.find(run.status(), metric.name());
        Measurement begun =
                incomplete != null ? incomplete : new Measurement(MapValue.EMPTY).withStartedAt(clock.instant());
        Map<String, String> metadata = Map.of();
        Measurement taken;
        try {
            Provider provider = providers.of(metric.provider());
            metadata = provider.metadata(metric);
            taken = take(provider, run, metric, begun, incomplete != null);
        } catch (AnalysisException | StatusException | TransportException e) {
            taken = begun.withPhase(AnalysisPhases.ERROR).withMessage(String.valueOf(e.getMessage()));
        }
        String message = taken.message();
        for (String secret : secrets) {
            message = secret.isEmpty() ? message : message.replace(secret, REDACTED);
        }
        taken = message.isEmpty() ? taken : taken.withMessage(message);
        MetricResult result = before != null ? before : begin(metric, dry, redacted(metadata, secrets));
        return Results.with(result, taken, incomplete != null, clock.instant());
    }

    private static Map<String, String> redacted(Map<String, String> metadata, List<String> secrets) {
        Map<String, String> shown = new HashMap<>(metadata);
        for (String secret : secrets) {
            shown.replaceAll((name, value) -> secret.isEmpty() ? value : value.replace(secret, REDACTED));
        }
        return shown;
    }

    private static MetricResult begin(Metric metric, boolean dry, Map<String, String> metadata) {
        MetricResult result = new MetricResult(MapValue.of("name", metric.name(), "phase", AnalysisPhases.RUNNING));
        result = dry ? result.withDryRun(true) : result;
        return metadata.isEmpty() ? result : result.withMetadata(metadata);
    }

    private static Measurement take(
            Provider provider, AnalysisRun run, Metric metric, Measurement measurement, boolean resumed)
            throws AnalysisException, InterruptedException {
        if (!resumed) {
            return provider.run(run, metric, measurement);
        }
        if (!Results.isTerminating(run)) {
            return provider.resume(run, metric, measurement);
        }
        Measurement ended = provider.terminate(run, metric, measurement);
        boolean bad =
                ended.phase().equals(AnalysisPhases.ERROR) || ended.phase().equals(AnalysisPhases.FAILED);
        return bad ? ended : ended.withMessage("Metric Terminated");
    }

    private Secrets secrets(AnalysisRun run) throws AnalysisException {
        List<Argument> arguments = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (Argument argument : run.spec().args()) {
            SecretKeyRef reference = MetricArguments.secret(argument);
            if (reference == null) {
                arguments.add(argument);
                continue;
            }
            Secret secret = client.resource(Secret.KIND).in(run.namespace()).find(reference.name());
            if (secret == null) {
                throw new AnalysisException("secrets \"" + reference.name() + "\" not found");
            }
            byte[] content = secret.data().get(reference.key());
            if (content == null) {
                throw new AnalysisException(
                        "key '" + reference.key() + "' does not exist in secret '" + reference.name() + "'");
            }
            String text = new String(content, StandardCharsets.UTF_8);
            values.add(text);
            arguments.add(argument.withText(text));
        }
        return new Secrets(arguments, values);
    }

    /** Keeps the last measurements only. */
    private AnalysisRunStatus trimmed(
            AnalysisRun run, AnalysisRunStatus status, List<Metric> metrics, Map<String, Integer> retention) {
        AnalysisRunStatus trimmed = status;
        for (Metric metric : metrics) {
            MetricResult result = Results.find(status, metric.name());
            Integer rule = retention.get(metric.name());
            int limit = rule == null
                    ? 0
                    : run.spec().measurementRetention().get(rule).limit();
            int kept = limit > 0 ? limit : KEPT;
            if (result != null && result.measurements().size() > kept) {
                int size = result.measurements().size();
                List<Measurement> last = result.measurements().subList(size - kept, size);
                trimmed = Results.with(trimmed, result.withMeasurements(List.copyOf(last)));
                collectGarbage(run, metric, kept);
            }
        }
        return trimmed;
    }

    private void collectGarbage(AnalysisRun run, Metric metric, int kept) {
        try {
            providers.of(metric.provider()).collectGarbage(run, metric, kept);
        } catch (AnalysisException e) {
            // a provider that there is not has left nothing behind
        }
    }
}
