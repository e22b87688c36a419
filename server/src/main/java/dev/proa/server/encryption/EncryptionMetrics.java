package dev.proa.server.encryption;

import dev.proa.server.metrics.Hashes;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.jspecify.annotations.Nullable;

/** The metrics of encryption at rest, under Kubernetes' names. They count from when they are made, and are shown once they are registered. */
public final class EncryptionMetrics {
    private static final int BUCKETS = 25;
    private static final double FIRST_BUCKET = 5e-6;

    private final Histogram durations = Histogram.builder()
            .name("apiserver_storage_transformation_duration_seconds")
            .help("Latencies in seconds of value transformation operations.")
            .labelNames("transformation_type", "transformer_prefix")
            .classicOnly()
            .classicExponentialUpperBounds(FIRST_BUCKET, 2, BUCKETS)
            .build();
    private final Counter operations = Counter.builder()
            .name("apiserver_storage_transformation_operations_total")
            .help(
                    "Total number of transformations. Successful transformation will have a status 'OK' and a varied status string when the transformation fails.")
            .labelNames("resource", "transformation_type", "transformer_prefix", "status")
            .build();
    private final Counter reloads = Counter.builder()
            .name("apiserver_encryption_config_controller_automatic_reloads_total")
            .help(
                    "Total number of reload successes and failures of encryption configuration split by apiserver identity.")
            .labelNames("status", "apiserver_id_hash")
            .build();
    private final Gauge reloadTime = Gauge.builder()
            .name("apiserver_encryption_config_controller_automatic_reload_last_timestamp_seconds")
            .help(
                    "Timestamp of the last successful or failed automatic reload of encryption configuration split by apiserver identity.")
            .labelNames("status", "apiserver_id_hash")
            .build();
    private final Gauge configInfo = Gauge.builder()
            .name("apiserver_encryption_config_controller_last_config")
            .help(
                    "Information about the last applied encryption configuration with hash as label, split by apiserver identity.")
            .labelNames("apiserver_id_hash", "hash")
            .build();

    private final Histogram calls = Histogram.builder()
            .name("apiserver_envelope_encryption_kms_operations_latency_seconds")
            .help("KMS operation duration with gRPC error code status total.")
            .labelNames("provider_name", "method_name", "grpc_status_code")
            .classicOnly()
            .classicExponentialUpperBounds(1e-4, 2, 20)
            .build();
    private final Gauge keyIds = Gauge.builder()
            .name("apiserver_envelope_encryption_key_id_hash_status_last_timestamp_seconds")
            .help("The last time in seconds when a keyID was returned by the Status RPC call.")
            .labelNames("provider_name", "key_id_hash", "apiserver_id_hash")
            .build();
    private final Gauge sources = Gauge.builder()
            .name("apiserver_envelope_encryption_dek_source_cache_size")
            .help(
                    "Number of records in data encryption key (DEK) source cache. On a restart, this value is an approximation of the number of decrypt RPC calls the server will make to the KMS plugin.")
            .labelNames("provider_name")
            .build();

    /** A key service was asked. */
    void asked(String provider, String method, String code, long nanos) {
        calls.labelValues(provider, method, code).observe(nanos / 1e9);
    }

    /** A key service said by which key it encrypts. */
    void keyId(String provider, String keyId, long seconds) {
        keyIds.labelValues(provider, Hashes.sha256(keyId), Hashes.SERVER).set(seconds);
    }

    /** So many seeds of a key service are known. */
    void sources(String provider, int count) {
        sources.labelValues(provider).set(count);
    }

    /** Shows the metrics. */
    public void register(PrometheusRegistry registry) {
        registry.register(durations);
        registry.register(operations);
        registry.register(reloads);
        registry.register(reloadTime);
        registry.register(configInfo);
        registry.register(calls);
        registry.register(keyIds);
        registry.register(sources);
    }

    /** @param status a code of gRPC; null when it succeeded */
    void transformed(String resource, String type, String prefix, long nanos, @Nullable String status) {
        operations
                .labelValues(resource, type, prefix, status == null ? "OK" : status)
                .inc();
        if (status == null) {
            durations.labelValues(type, prefix).observe(nanos / 1e9);
        }
    }

    void loaded(String hash) {
        configInfo.clear();
        configInfo.labelValues(Hashes.SERVER, hash).set(1);
    }

    void reloaded(boolean success, long seconds) {
        String status = success ? "success" : "failure";
        reloads.labelValues(status, Hashes.SERVER).inc();
        reloadTime.labelValues(status, Hashes.SERVER).set(seconds);
    }
}
