package dev.proa.delivery.analysis;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.analysis.expression.Expression;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.Measurement;
import dev.proa.delivery.argo.Metric;
import dev.proa.delivery.sequential.CanaryTest;
import dev.proa.delivery.sequential.RequestCounts;
import dev.proa.delivery.sequential.Settings;
import dev.proa.delivery.sequential.Verdict;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The requests that the entry proxy has counted, judged by the {@linkplain CanaryTest sequential test}:
 *
 * <pre>{@code
 * provider:
 *   plugin:
 *     proa:
 *       service: hello                     # the Service that the proxy enters
 *       stable: "{{args.stable-hash}}"     # hashes of the pod templates
 *       canary: "{{args.canary-hash}}"
 *       alpha: 0.01                        # these are the defaults
 *       errorTolerance: 1.2
 *       latencyTolerance: 1.25
 *       minRequests: 100                   # of the canary, before a measurement ends well
 * }</pre>
 *
 * Without conditions a measurement fails once the canary is found to be worse. Conditions get an object with {@code worse}, {@code evidence},
 * {@code stable} and {@code canary}, each of these with {@code requests} and {@code errors}. The test goes on over all measurements of a run,
 * and begins anew when the process does, as the counters do.
 */
final class RequestsProvider implements Provider {
    /** Its name among plugins. */
    static final String NAME = "proa";

    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final int LEAST = 100;

    private final RequestReader reader;
    private final InstantSource clock;
    private final ConcurrentMap<Key, Progress> tests = new ConcurrentHashMap<>();

    private record Key(String run, String metric) {}

    /** A test, what was read last, and what came since its start. */
    private record Progress(CanaryTest test, Pair first, Pair last) {}

    private record Pair(RequestCounts stable, RequestCounts canary) {}

    RequestsProvider(RequestReader reader, InstantSource clock) {
        this.reader = reader;
        this.clock = clock;
    }

    @Override
    public Measurement run(AnalysisRun run, Metric metric, Measurement begun) throws AnalysisException {
        return resume(run, metric, begun);
    }

    @Override
    public Measurement resume(AnalysisRun run, Metric metric, Measurement measurement) throws AnalysisException {
        MapValue configuration = metric.provider().plugin().map(NAME);
        Settings settings = settings(configuration);
        Pair now = new Pair(read(run, configuration, "stable"), read(run, configuration, "canary"));
        Progress progress = tests.compute(
                new Key(run.uid(), metric.name()),
                (key, before) -> before == null
                        ? new Progress(CanaryTest.begin(settings, now.stable.bounds()), now, now)
                        : new Progress(
                                before.test.after(
                                        now.stable.since(before.last.stable), now.canary.since(before.last.canary)),
                                before.first,
                                now));
        return measured(metric, configuration, progress, measurement);
    }

    private RequestCounts read(AnalysisRun run, MapValue configuration, String version) throws AnalysisException {
        String service = configuration.string("service");
        String hash = configuration.string(version);
        if (service.isEmpty() || hash.isEmpty()) {
            throw new AnalysisException("provider proa needs service, stable and canary, but "
                    + (service.isEmpty() ? "service" : version) + " is empty");
        }
        return reader.read(run.namespace(), service, hash);
    }

    private Measurement measured(Metric metric, MapValue configuration, Progress progress, Measurement measurement)
            throws AnalysisException {
        Verdict verdict = progress.test.verdict();
        RequestCounts stable = progress.last.stable.since(progress.first.stable);
        RequestCounts canary = progress.last.canary.since(progress.first.canary);
        boolean worse = !(verdict instanceof Verdict.NotWorse);
        MapValue result = MapValue.of(
                "worse",
                worse,
                "evidence",
                Math.min(verdict.evidence(), 1e9),
                "stable",
                counts(stable),
                "canary",
                counts(canary));
        Measurement told = measurement.withText(Json.toString(result)).withMessage(message(verdict, stable, canary));
        long least = (long) number(configuration, "minRequests", LEAST);
        if (!worse && canary.requests() < least) {
            return told.withPhase(AnalysisPhases.RUNNING)
                    .withMessage("waiting for requests of the canary: " + canary.requests() + " of " + least)
                    .withResumeAt(clock.instant().plus(LOOK));
        }
        boolean conditions = !metric.successCondition().isEmpty()
                || !metric.failureCondition().isEmpty();
        return told.withPhase(
                conditions
                        ? Conditions.judge(metric, Expression.variable(result), clock)
                        : worse ? AnalysisPhases.FAILED : AnalysisPhases.SUCCESSFUL);
    }

    private static MapValue counts(RequestCounts counts) {
        return MapValue.of("requests", counts.requests(), "errors", counts.errors());
    }

    private static String message(Verdict verdict, RequestCounts stable, RequestCounts canary) {
        String counts = "%d of %d requests failed at the canary, %d of %d at the stable version"
                .formatted(canary.errors(), canary.requests(), stable.errors(), stable.requests());
        return switch (verdict) {
            case Verdict.MoreErrors more -> "the canary has more errors: " + counts;
            case Verdict.Slower slower ->
                String.format(
                        Locale.ROOT,
                        "the canary is slower: too many of its %d answers take more than %s s",
                        canary.requests(),
                        slower.bound());
            case Verdict.NotWorse not -> "the canary is not worse than chance allows: " + counts;
        };
    }

    private static Settings settings(MapValue configuration) throws AnalysisException {
        try {
            return new Settings(
                    number(configuration, "alpha", Settings.DEFAULT.alpha()),
                    number(configuration, "errorTolerance", Settings.DEFAULT.errorTolerance()),
                    number(configuration, "latencyTolerance", Settings.DEFAULT.latencyTolerance()));
        } catch (IllegalArgumentException e) {
            throw new AnalysisException("provider proa: " + e.getMessage());
        }
    }

    /** A number, which an argument may have made a text. */
    private static double number(MapValue configuration, String name, double otherwise) throws AnalysisException {
        @Nullable Object value = configuration.get(name);
        try {
            return switch (value) {
                case null -> otherwise;
                case Number number -> number.doubleValue();
                default -> Double.parseDouble(value.toString());
            };
        } catch (NumberFormatException e) {
            throw new AnalysisException("provider proa: " + name + " must be a number, but is \"" + value + "\"");
        }
    }

    @Override
    public void forget(String runUid) {
        tests.keySet().removeIf(key -> key.run.equals(runUid));
    }
}
