package dev.proa.server.encryption;

import dev.proa.server.metrics.Hashes;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The metrics of encryption at rest, under Kubernetes' names. They count from when they are made, and are shown once they are registered. */
public final class EncryptionMetrics {
    private static final int BUCKETS = 25;
    private static final double FIRST_BUCKET = 5e-6;
    private static final int MOST_USES = 200;

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
    private final Counter keyUses = Counter.builder()
            .name("apiserver_envelope_encryption_key_id_hash_total")
            .help("Number of times a keyID is used split by transformation type, provider, and apiserver identity.")
            .labelNames("transformation_type", "provider_name", "key_id_hash", "apiserver_id_hash")
            .build();
    private final Gauge keyUseTimes = Gauge.builder()
            .name("apiserver_envelope_encryption_key_id_hash_last_timestamp_seconds")
            .help("The last time in seconds when a keyID was used.")
            .labelNames("transformation_type", "provider_name", "key_id_hash", "apiserver_id_hash")
            .build();
    private final Counter invalidKeyIds = Counter.builder()
            .name("apiserver_envelope_encryption_invalid_key_id_from_status_total")
            .help("Number of times an invalid keyID is returned by the Status RPC call split by error.")
            .labelNames("provider_name", "error")
            .build();
    private final Gauge sources = Gauge.builder()
            .name("apiserver_envelope_encryption_dek_source_cache_size")
            .help(
                    "Number of records in data encryption key (DEK) source cache. On a restart, this value is an approximation of the number of decrypt RPC calls the server will make to the KMS plugin.")
            .labelNames("provider_name")
            .build();

    /** The keys that were used last, and their hashes; older ones are not shown any more. Guards itself. */
    private final Map<Use, String> uses = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Use, String> eldest) {
            boolean surplus = size() > MOST_USES;
            if (surplus) {
                forget(eldest.getKey(), eldest.getValue());
            }
            return surplus;
        }
    };

    /**
     * What a key is used for.
     *
     * @param type {@code to_storage} or {@code from_storage}; empty when a key service says that it encrypts by it
     */
    private record Use(String type, String provider, String keyId) {}

    private void forget(Use use, String hash) {
        if (use.type().isEmpty()) {
            keyIds.remove(use.provider(), hash, Hashes.SERVER);
        } else {
            keyUses.remove(use.type(), use.provider(), hash, Hashes.SERVER);
            keyUseTimes.remove(use.type(), use.provider(), hash, Hashes.SERVER);
        }
    }

    /** A key service was asked. */
    void asked(String provider, String method, String code, long nanos) {
        calls.labelValues(provider, method, code).observe(nanos / 1e9);
    }

    /** A key service said by which key it encrypts. */
    void keyId(String provider, String keyId, long seconds) {
        synchronized (uses) {
            keyIds.labelValues(provider, hash(new Use("", provider, keyId)), Hashes.SERVER)
                    .set(seconds);
        }
    }

    /**
     * A value was transformed by a key of a service.
     *
     * @param type {@code to_storage} or {@code from_storage}
     */
    void used(String type, String provider, String keyId, long seconds) {
        synchronized (uses) {
            String hash = hash(new Use(type, provider, keyId));
            keyUses.labelValues(type, provider, hash, Hashes.SERVER).inc();
            keyUseTimes.labelValues(type, provider, hash, Hashes.SERVER).set(seconds);
        }
    }

    private String hash(Use use) {
        return uses.computeIfAbsent(use, key -> Hashes.sha256(key.keyId()));
    }

    /** A key service said that it encrypts by a key whose id cannot be used. */
    void invalidKeyId(String provider, String keyId) {
        invalidKeyIds
                .labelValues(provider, keyId.isEmpty() ? "empty" : "too_long")
                .inc();
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
        registry.register(keyUses);
        registry.register(keyUseTimes);
        registry.register(invalidKeyIds);
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
