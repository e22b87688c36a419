package dev.proa.server.authentication;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.ClientCertificate;
import dev.proa.server.auth.Credentials;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.InstantSource;

/** Counts the requests that are authenticated and how long that takes, under Kubernetes' names. Connections without a request do not count. */
final class MeasuredAuthenticator implements Authenticator {
    private static final int BUCKETS = 15;
    /** From half an hour to a year. */
    private static final double[] EXPIRATIONS = {
        0,
        1_800,
        3_600,
        7_200,
        21_600,
        43_200,
        86_400,
        172_800,
        345_600,
        604_800,
        2_592_000,
        7_776_000,
        15_552_000,
        31_104_000
    };

    private final Authenticator authenticator;
    private final InstantSource clock;
    private final Gauge users;
    private final Histogram expirations;
    private final Outcome success;
    private final Outcome failure;
    private final Outcome error;

    private record Outcome(GaugeDataPoint attempts, DistributionDataPoint durations) {
        void took(long from) {
            attempts.inc();
            durations.observe((System.nanoTime() - from) / 1e9);
        }
    }

    MeasuredAuthenticator(Authenticator authenticator, InstantSource clock, PrometheusRegistry registry) {
        this.authenticator = authenticator;
        this.clock = clock;
        // These are counters; but a counter of this library is named ..._total, which those of Kubernetes are not.
        users = Gauge.builder()
                .name("authenticated_user_requests")
                .help("Counter of authenticated requests broken out by username.")
                .labelNames("username")
                .register(registry);
        Gauge attempts = Gauge.builder()
                .name("authentication_attempts")
                .help("Counter of authenticated attempts.")
                .labelNames("result")
                .register(registry);
        double[] bounds = new double[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            bounds[i] = 0.001 * (1 << i);
        }
        Histogram durations = Histogram.builder()
                .name("authentication_duration_seconds")
                .help("Authentication duration in seconds broken out by result.")
                .labelNames("result")
                .classicOnly()
                .classicUpperBounds(bounds)
                .register(registry);
        expirations = Histogram.builder()
                .name("apiserver_client_certificate_expiration_seconds")
                .help("Distribution of the remaining lifetime on the certificate used to authenticate a request.")
                .classicOnly()
                .classicUpperBounds(EXPIRATIONS)
                .register(registry);
        success = new Outcome(attempts.labelValues("success"), durations.labelValues("success"));
        failure = new Outcome(attempts.labelValues("failure"), durations.labelValues("failure"));
        error = new Outcome(attempts.labelValues("error"), durations.labelValues("error"));
    }

    @Override
    public Authentication authenticate(Credentials credentials) {
        if (credentials.path().isEmpty()) {
            return authenticator.authenticate(credentials);
        }
        ClientCertificate certificate = credentials.certificate();
        if (certificate != null) {
            expirations.observe((certificate.certificate().getNotAfter().getTime() - clock.millis()) / 1e3);
        }
        long from = System.nanoTime();
        Authentication answer = authenticator.authenticate(credentials);
        switch (answer) {
            case Authentication.Authenticated known -> {
                users.labelValues(shortened(known.user().name())).inc();
                success.took(from);
            }
            case Authentication.Invalid invalid -> error.took(from);
            case Authentication.NoOpinion none -> failure.took(from);
        }
        return answer;
    }

    /** A label has few values. */
    private static String shortened(String name) {
        return switch (name) {
            case "admin", "client", "kube_proxy", "kubelet", "system:serviceaccount:kube-system:default" -> name;
            default -> name.indexOf('@') >= 0 ? "email_id" : "other";
        };
    }

    @Override
    public boolean mayBlock(Credentials credentials) {
        return authenticator.mayBlock(credentials);
    }
}
