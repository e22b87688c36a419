package dev.proa.server.authorization.configuration;

import dev.proa.server.metrics.Hashes;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.InstantSource;

/** The metrics {@code apiserver_authorization_config_controller_*}, under Kubernetes' names. Safe for any thread. */
final class ReloadMetrics {
    private static final String PREFIX = "apiserver_authorization_config_controller_";
    private static final double MILLIS = 1e3;

    private final Counter reloads;
    private final Gauge times;
    private final InstantSource clock;
    private volatile String inForce = "";

    ReloadMetrics(PrometheusRegistry registry, InstantSource clock) {
        this.clock = clock;
        reloads = Counter.builder()
                .name(PREFIX + "automatic_reloads_total")
                .help("Automatic reloads of the authorization configuration, by status and API server.")
                .labelNames("status", "apiserver_id_hash")
                .register(registry);
        times = Gauge.builder()
                .name(PREFIX + "automatic_reload_last_timestamp_seconds")
                .help("When the authorization configuration was last reloaded, by status and API server.")
                .labelNames("status", "apiserver_id_hash")
                .register(registry);
        GaugeWithCallback.builder()
                .name(PREFIX + "last_config_info")
                .help("The hash of the authorization configuration that is in force, by API server.")
                .labelNames("apiserver_id_hash", "hash")
                .callback(gauge -> {
                    if (!inForce.isEmpty()) {
                        gauge.call(1, Hashes.SERVER, inForce);
                    }
                })
                .register(registry);
    }

    /** A configuration is in force. */
    void inForce(byte[] text) {
        inForce = Hashes.sha256(text);
    }

    void succeeded(byte[] text) {
        count("success");
        inForce(text);
    }

    void failed() {
        count("failure");
    }

    private void count(String status) {
        reloads.labelValues(status, Hashes.SERVER).inc();
        times.labelValues(status, Hashes.SERVER).set(clock.instant().toEpochMilli() / MILLIS);
    }
}
