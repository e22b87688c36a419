package dev.proa.node.metrics;

import dev.proa.http.MetricsText;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Counts and times probes; what {@code /metrics/probes} serves. Thread-safe. */
public final class ProbeMetrics {
    private static final String SUCCESSFUL = "successful";
    private static final String FAILED = "failed";

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter results = Counter.builder()
            .name("prober_probe_total")
            .help("Cumulative number of a liveness, readiness or startup probe for a container by result.")
            .labelNames("probe_type", "result", "container", "pod", "namespace", "pod_uid")
            .register(registry);
    private final Histogram durations = Histograms.of(
            registry,
            "prober_probe_duration_seconds",
            "Duration in seconds for a probe response.",
            Histograms.DEFAULT,
            "probe_type",
            "container",
            "pod",
            "namespace");

    /**
     * What is probed, as labels.
     *
     * @param type {@code Startup}, {@code Liveness} or {@code Readiness}
     */
    public record Subject(String type, String container, String pod, String namespace, String podUid) {}

    /**
     * A probe has ended.
     *
     * @param nanos how long it took; as in Kubernetes, only counted for those that succeeded
     */
    public void probed(Subject subject, boolean success, long nanos) {
        results.labelValues(labels(subject, success ? SUCCESSFUL : FAILED)).inc();
        if (success) {
            durations.labelValues(durationLabels(subject)).observe(nanos / Histograms.NANOS);
        }
    }

    /** Forgets a probe that is not run any more. */
    public void forget(Subject subject) {
        results.remove(labels(subject, SUCCESSFUL));
        results.remove(labels(subject, FAILED));
        durations.remove(durationLabels(subject));
    }

    /** The metrics as text. */
    public byte[] text() {
        return MetricsText.of(registry);
    }

    private static String[] labels(Subject of, String result) {
        return new String[] {of.type, result, of.container, of.pod, of.namespace, of.podUid};
    }

    private static String[] durationLabels(Subject of) {
        return new String[] {of.type, of.container, of.pod, of.namespace};
    }
}
