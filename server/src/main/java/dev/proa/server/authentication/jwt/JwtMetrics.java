package dev.proa.server.authentication.jwt;

import dev.proa.server.metrics.Hashes;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The metrics of issuers and of their configuration, under Kubernetes' names. Safe for any thread. */
final class JwtMetrics {
    private final InstantSource clock;
    private final String server;
    private final Histogram latency;
    private final Gauge fetchTimes;
    private final Gauge keySets;
    private final io.prometheus.metrics.core.metrics.Counter reloads;
    private final Gauge reloadTimes;
    private final Gauge configuration;
    private final Map<String, String> hashes = new ConcurrentHashMap<>();

    /** @param server names this API server among others */
    JwtMetrics(String server, PrometheusRegistry registry, InstantSource clock) {
        this.clock = clock;
        this.server = Hashes.sha256(server);
        latency = Histogram.builder()
                .name("apiserver_authentication_jwt_authenticator_latency_seconds")
                .help("Latency of jwt authentication operations in seconds. This is the time spent authenticating a"
                        + " token for cache miss only (i.e. when the token is not found in the cache).")
                .labelNames("result", "jwt_issuer_hash")
                .classicOnly()
                .classicUpperBounds(.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10)
                .register(registry);
        fetchTimes = Gauge.builder()
                .name("apiserver_authentication_jwt_authenticator_jwks_fetch_last_timestamp_seconds")
                .help("Timestamp of the last successful or failed JWKS fetch split by result, api server identity and"
                        + " jwt issuer for the JWT authenticator.")
                .labelNames("result", "jwt_issuer_hash", "apiserver_id_hash")
                .register(registry);
        keySets = Gauge.builder()
                .name("apiserver_authentication_jwt_authenticator_jwks_fetch_last_key_set_info")
                .help("Information about the last JWKS fetched by the JWT authenticator with hash as label, split by"
                        + " api server identity and jwt issuer.")
                .labelNames("jwt_issuer_hash", "apiserver_id_hash", "hash")
                .register(registry);
        reloads = io.prometheus.metrics.core.metrics.Counter.builder()
                .name("apiserver_authentication_config_controller_automatic_reloads_total")
                .help("Total number of automatic reloads of authentication configuration split by status and apiserver"
                        + " identity.")
                .labelNames("status", "apiserver_id_hash")
                .register(registry);
        reloadTimes = Gauge.builder()
                .name("apiserver_authentication_config_controller_automatic_reload_last_timestamp_seconds")
                .help("Timestamp of the last automatic reload of authentication configuration split by status and"
                        + " apiserver identity.")
                .labelNames("status", "apiserver_id_hash")
                .register(registry);
        configuration = Gauge.builder()
                .name("apiserver_authentication_config_controller_last_config_info")
                .help("Information about the last applied authentication configuration with hash as label, split by"
                        + " apiserver identity.")
                .labelNames("apiserver_id_hash", "hash")
                .register(registry);
    }

    private String hashOf(String issuer) {
        return hashes.computeIfAbsent(issuer, Hashes::sha256);
    }

    private double now() {
        return clock.millis() / 1e3;
    }

    void authenticated(String issuer, boolean success, long nanos) {
        latency.labelValues(success ? "success" : "failure", hashOf(issuer)).observe(nanos / 1e9);
    }

    void fetched(String issuer, byte[] keySet) {
        String name = hashOf(issuer);
        fetchTimes.labelValues("success", name, server).set(now());
        forgetKeySets(name);
        keySets.labelValues(name, server, Hashes.sha256(keySet)).set(1);
    }

    private void forgetKeySets(String issuerHash) {
        keySets.collect().getDataPoints().forEach(point -> {
            if (issuerHash.equals(point.getLabels().get("jwt_issuer_hash"))) {
                keySets.remove(
                        issuerHash, server, String.valueOf(point.getLabels().get("hash")));
            }
        });
    }

    void fetchFailed(String issuer) {
        fetchTimes.labelValues("failure", hashOf(issuer), server).set(now());
    }

    /** An issuer counts no more. */
    void forget(String issuer) {
        String name = hashOf(issuer);
        fetchTimes.remove("success", name, server);
        fetchTimes.remove("failure", name, server);
        forgetKeySets(name);
        hashes.remove(issuer);
    }

    void reloaded(boolean success) {
        String status = success ? "success" : "failure";
        reloads.labelValues(status, server).inc();
        reloadTimes.labelValues(status, server).set(now());
    }

    void configured(byte[] file) {
        configuration.clear();
        configuration.labelValues(server, Hashes.sha256(file)).set(1);
    }
}
