package dev.proa.server.authentication;

import dev.proa.http.Blocking;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.TokenAuthenticator;
import dev.proa.server.cache.TimedCache;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers for a while what others said of tokens, and asks them once for all who wait for the same token. Tokens themselves are not kept, only
 * their digests.
 */
public final class CachedTokens implements TokenAuthenticator {
    private static final int MOST = 32_768;
    /** An answer with less to live is not promised to an event loop, which must not wait when it is gone. */
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private final TokenAuthenticator tokens;
    private final Duration success;
    private final Duration failure;
    private final boolean remembersProblems;
    private final Metrics metrics;
    private final TokenDigest digest = new TokenDigest();
    private final TimedCache<Authentication> answers;
    private final Map<String, CompletableFuture<Authentication>> asked = new ConcurrentHashMap<>();
    private final List<String> usualAudiences;

    /** The metrics of all caches of an API server, under Kubernetes' names. */
    public static final class Metrics {
        private final Histogram durations;
        private final Counter requests;
        private final Counter fetches;
        private final Gauge active;

        public Metrics(PrometheusRegistry registry) {
            durations = Histogram.builder()
                    .name("authentication_token_cache_request_duration_seconds")
                    .labelNames("status")
                    .classicOnly()
                    .register(registry);
            requests = Counter.builder()
                    .name("authentication_token_cache_request_total")
                    .labelNames("status")
                    .register(registry);
            fetches = Counter.builder()
                    .name("authentication_token_cache_fetch_total")
                    .labelNames("status")
                    .register(registry);
            active = Gauge.builder()
                    .name("authentication_token_cache_active_fetch_count")
                    .labelNames("status")
                    .register(registry);
        }

        private void answered(boolean hit, long from) {
            String status = hit ? "hit" : "miss";
            requests.labelValues(status).inc();
            durations.labelValues(status).observe((System.nanoTime() - from) / 1e9);
        }
    }

    /**
     * @param usualAudiences with which requests ask
     * @param success how long users are remembered; zero for not at all
     * @param failure how long it is remembered that nobody knows a token; zero for not at all
     * @param remembersProblems whether that includes tokens that were found invalid
     */
    public CachedTokens(
            TokenAuthenticator tokens,
            List<String> usualAudiences,
            Duration success,
            Duration failure,
            boolean remembersProblems,
            InstantSource clock,
            Metrics metrics) {
        this.tokens = tokens;
        this.usualAudiences = List.copyOf(usualAudiences);
        this.success = success;
        this.failure = failure;
        this.remembersProblems = remembersProblems;
        this.answers = new TimedCache<>(MOST, clock);
        this.metrics = metrics;
    }

    private String key(String token, List<String> audiences) {
        List<String> parts = new ArrayList<>(audiences.size() + 1);
        parts.add(token);
        parts.addAll(audiences);
        return digest.of(parts.toArray(String[]::new));
    }

    @Override
    public Authentication authenticate(String token, List<String> audiences) {
        long from = System.nanoTime();
        String key = key(token, audiences);
        Authentication known = answers.get(key);
        if (known != null) {
            metrics.answered(true, from);
            return known;
        }
        Blocking.check();
        metrics.active.labelValues("blocked").inc();
        try {
            return ask(key, token, audiences);
        } finally {
            metrics.active.labelValues("blocked").dec();
            metrics.answered(false, from);
        }
    }

    private Authentication ask(String key, String token, List<String> audiences) {
        CompletableFuture<Authentication> mine = new CompletableFuture<>();
        CompletableFuture<Authentication> others = asked.putIfAbsent(key, mine);
        if (others != null) {
            return Blocking.join(others);
        }
        metrics.active.labelValues("in_flight").inc();
        try {
            Authentication answer = tokens.authenticate(token, audiences);
            metrics.fetches
                    .labelValues(answer instanceof Authentication.Invalid ? "error" : "ok")
                    .inc();
            keep(key, answer);
            mine.complete(answer);
            return answer;
        } catch (RuntimeException | Error e) {
            metrics.fetches.labelValues("error").inc();
            mine.completeExceptionally(e);
            throw e;
        } finally {
            metrics.active.labelValues("in_flight").dec();
            asked.remove(key, mine);
        }
    }

    private void keep(String key, Authentication answer) {
        Duration life = switch (answer) {
            case Authentication.Authenticated known -> success;
            case Authentication.Invalid invalid -> remembersProblems ? failure : Duration.ZERO;
            case Authentication.NoOpinion none -> failure;
        };
        answers.put(key, answer, life);
    }

    @Override
    public boolean mayBlock(String token) {
        return !answers.knows(key(token, usualAudiences), MARGIN);
    }

    /** Forgets everything: who is asked has changed. */
    public void clear() {
        answers.clear();
    }
}
