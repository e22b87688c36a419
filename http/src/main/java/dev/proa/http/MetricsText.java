package dev.proa.http;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Metrics in the text format of Prometheus. */
public final class MetricsText {
    /** Its content type. */
    public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private MetricsText() {}

    /** All metrics of a registry. */
    public static byte[] of(PrometheusRegistry registry) {
        return of(registry.scrape());
    }

    /** Samples that have timestamps keep them. */
    public static byte[] of(MetricSnapshots snapshots) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 14);
        try {
            PrometheusTextFormatWriter.builder().setTimestampsInMs(true).build().write(out, snapshots);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
