package dev.proa.server.authentication;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Counts uses of service account tokens, under Kubernetes' names. */
final class TokenMetrics {
    final Counter legacy;
    final Counter stale;
    final Counter valid;
    final Counter manual;
    final Counter automatic;
    final Counter invalidated;

    TokenMetrics(PrometheusRegistry registry) {
        legacy = counter(registry, "legacy_tokens_total", "Cumulative legacy service account tokens used");
        stale = counter(registry, "stale_tokens_total", "Cumulative stale projected service account tokens used");
        valid = counter(registry, "valid_tokens_total", "Cumulative valid projected service account tokens used");
        manual = counter(registry, "legacy_manual_token_uses_total", "Cumulative manually created legacy tokens used");
        automatic = counter(registry, "legacy_auto_token_uses_total", "Cumulative auto-generated legacy tokens used");
        invalidated = counter(
                registry,
                "invalid_legacy_auto_token_uses_total",
                "Cumulative invalid auto-generated legacy tokens used");
    }

    private static Counter counter(PrometheusRegistry registry, String name, String help) {
        return Counter.builder().name("serviceaccount_" + name).help(help).register(registry);
    }
}
