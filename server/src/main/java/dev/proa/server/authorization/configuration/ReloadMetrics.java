package dev.proa.server.authorization.configuration;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;

/** The metrics {@code apiserver_authorization_config_controller_*}, under Kubernetes' names. Safe for any thread. */
final class ReloadMetrics {
    private static final String PREFIX = "apiserver_authorization_config_controller_";
    private static final String SERVER = hash("proa".getBytes(StandardCharsets.US_ASCII));
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
                        gauge.call(1, SERVER, inForce);
                    }
                })
                .register(registry);
    }

    private static String hash(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java has no SHA-256", e);
        }
    }

    /** A configuration is in force. */
    void inForce(byte[] text) {
        inForce = hash(text);
    }

    void succeeded(byte[] text) {
        count("success");
        inForce(text);
    }

    void failed() {
        count("failure");
    }

    private void count(String status) {
        reloads.labelValues(status, SERVER).inc();
        times.labelValues(status, SERVER).set(clock.instant().toEpochMilli() / MILLIS);
    }
}
