package dev.proa.control.scheduler.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.function.Consumer;

/** Counters and durations of a scheduler, under the names, labels and buckets that kube-scheduler gives them. Thread-safe. */
public final class SchedulerMetrics {
    private static final int MOST_ATTEMPTS_TOLD = 15;

    private final Counter attempts;
    private final Histogram attemptDuration;
    private final Histogram algorithmDuration;
    private final Histogram pointDuration;
    private final Histogram permitWait;
    private final Histogram untilScheduled;
    private final Histogram attemptsUntilScheduled;
    private final Counter scheduledAfterFlush;
    private final Counter incoming;
    private final Counter preemptionAttempts;
    private final Histogram preemptionVictims;
    private final Counter evictions;
    private final Histogram evictionDuration;

    /** What came of an attempt. */
    public enum Result {
        SCHEDULED("scheduled"),
        UNSCHEDULABLE("unschedulable"),
        ERROR("error");

        private final String label;

        Result(String label) {
            this.label = label;
        }
    }

    /** @param registry has none of these metrics yet */
    public SchedulerMetrics(PrometheusRegistry registry) {
        attempts = Counter.builder()
                .name("scheduler_schedule_attempts_total")
                .help("Number of attempts to schedule pods, by the result. 'unschedulable' means a pod could not be"
                        + " scheduled, while 'error' means an internal scheduler problem.")
                .labelNames("result", "profile")
                .register(registry);
        attemptDuration = histogram("scheduling_attempt_duration_seconds", 0.001, 2, 15)
                .help("Duration of attempts to schedule a pod, with binding it.")
                .labelNames("result", "profile")
                .register(registry);
        algorithmDuration = histogram("scheduling_algorithm_duration_seconds", 0.001, 2, 15)
                .help("Duration of the choice of a node, or of room on one.")
                .register(registry);
        pointDuration = histogram("framework_extension_point_duration_seconds", 0.0001, 2, 12)
                .help("Duration of all plugins of an extension point together.")
                .labelNames("extension_point", "status", "profile")
                .register(registry);
        permitWait = histogram("permit_wait_duration_seconds", 0.001, 2, 15)
                .help("How long pods have waited for their permit.")
                .labelNames("result")
                .register(registry);
        untilScheduled = histogram("pod_scheduling_sli_duration_seconds", 0.01, 2, 20)
                .help("Duration from when a pod comes into the queue until it is bound, by the number of attempts.")
                .labelNames("attempts")
                .register(registry);
        attemptsUntilScheduled = histogram("pod_scheduling_attempts", 1, 2, 5)
                .help("Number of attempts that it took to schedule a pod.")
                .register(registry);
        scheduledAfterFlush = Counter.builder()
                .name("scheduler_pod_scheduled_after_flush_total")
                .help("Number of pods that were scheduled after no event but only time had brought them back.")
                .register(registry);
        incoming = Counter.builder()
                .name("scheduler_queue_incoming_pods_total")
                .help("Number of pods that came into each of the scheduling queues, by the event that brought them.")
                .labelNames("queue", "event")
                .register(registry);
        preemptionAttempts = Counter.builder()
                .name("scheduler_preemption_attempts_total")
                .help("Number of attempts to make room for a pod by preemption.")
                .register(registry);
        preemptionVictims = histogram("preemption_victims", 1, 2, 7)
                .help("Number of victims of a preemption.")
                .register(registry);
        evictions = Counter.builder()
                .name("scheduler_preemption_goroutines_execution_total")
                .help("Number of threads that evicted the victims of a preemption, by their result.")
                .labelNames("result")
                .register(registry);
        evictionDuration = histogram("preemption_goroutines_duration_seconds", 0.01, 2, 20)
                .help("Duration of threads that evicted the victims of a preemption.")
                .labelNames("result")
                .register(registry);
    }

    /** The buckets end at {@code first}, {@code first * factor} and so on, {@code count} of them. */
    private static Histogram.Builder histogram(String name, double first, double factor, int count) {
        return Histogram.builder()
                .name("scheduler_" + name)
                .classicOnly()
                .classicExponentialUpperBounds(first, factor, count);
    }

    /** Takes the values of a gauge when it is scraped. */
    @FunctionalInterface
    public interface Gauge {
        void set(double value, String... labels);
    }

    /** Registers a gauge, under {@code scheduler_} and a name, whose values are asked for when it is scraped. */
    public static void gauge(
            String name, String help, PrometheusRegistry registry, Consumer<Gauge> values, String... labels) {
        GaugeWithCallback.builder()
                .name("scheduler_" + name)
                .help(help)
                .labelNames(labels)
                .callback(callback -> values.accept(callback::call))
                .register(registry);
    }

    /** An attempt to schedule a pod has ended. */
    public void attempted(Result result, String profile, Duration took) {
        attempts.labelValues(result.label, profile).inc();
        attemptDuration.labelValues(result.label, profile).observe(seconds(took));
    }

    /** How many attempts have had this result. */
    public long attempts(Result result, String profile) {
        return attempts.labelValues(result.label, profile).getLongValue();
    }

    /** A node was chosen for a pod, or none was found and preemption was tried. */
    public void decided(Duration took) {
        algorithmDuration.observe(seconds(took));
    }

    /**
     * The plugins of an extension point have run.
     *
     * @param point as {@code PreFilter}
     * @param status the name of the code of the result, as {@code Success}
     */
    public void ran(String point, String status, String profile, Duration took) {
        pointDuration.labelValues(point, status, profile).observe(seconds(took));
    }

    /** A pod has waited for its permit. */
    public void waited(String status, Duration took) {
        permitWait.labelValues(status).observe(seconds(took));
    }

    /**
     * A pod was bound.
     *
     * @param tries how many attempts it took
     * @param took since it came into the queue for the first time
     * @param flushed whether only time had brought it back before the last attempt
     */
    public void scheduled(int tries, Duration took, boolean flushed) {
        String label = tries >= MOST_ATTEMPTS_TOLD ? MOST_ATTEMPTS_TOLD + "+" : Integer.toString(tries);
        untilScheduled.labelValues(label).observe(seconds(took));
        attemptsUntilScheduled.observe(tries);
        if (flushed) {
            scheduledAfterFlush.inc();
        }
    }

    /**
     * A pod came into a queue.
     *
     * @param queue {@code active}, {@code backoff} or {@code unschedulable}
     * @param event what brought it there
     */
    public void queued(String queue, String event) {
        incoming.labelValues(queue, event).inc();
    }

    /** It was tried to make room for a pod. */
    public void preemptionAttempted() {
        preemptionAttempts.inc();
    }

    /** Room is made for a pod. */
    public void preempting(int victims) {
        preemptionVictims.observe(victims);
    }

    /** A thread that evicted victims has ended. */
    public void evicted(boolean isSuccess, Duration took) {
        String result = isSuccess ? "success" : "error";
        evictions.labelValues(result).inc();
        evictionDuration.labelValues(result).observe(seconds(took));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
