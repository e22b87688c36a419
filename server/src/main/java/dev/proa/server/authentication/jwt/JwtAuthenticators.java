package dev.proa.server.authentication.jwt;

import com.nimbusds.jose.JWSObject;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.TokenAuthenticator;
import dev.proa.server.configuration.ReloadedFile;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Tells whose the tokens of the configured issuers are. The file with the configuration is read again when it changes: a new one counts once it has no
 * errors and all of its issuers answer.
 */
public final class JwtAuthenticators implements TokenAuthenticator, AutoCloseable {
    /** All algorithms by which a token may be signed. */
    public static final List<String> ALGORITHMS =
            List.of("ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512");

    private final Optional<ReloadedFile<AuthenticationConfiguration>> file;
    private final List<String> algorithms;
    private final Set<String> disallowed;
    private final InstantSource clock;
    private final JwtMetrics metrics;
    private final Runnable changed;
    private final Optional<AuthenticationConfiguration.Anonymous> anonymous;
    private volatile List<JwtAuthenticator> issuers;

    /**
     * Where the configuration is.
     *
     * @param file that of {@code --authentication-config}
     * @param flags what other flags say in its place
     * @param algorithms by which tokens may be signed
     * @param disallowed the issuers of service account tokens
     * @param server names this API server in metrics
     */
    public record Settings(
            Optional<Path> file,
            AuthenticationConfiguration flags,
            List<String> algorithms,
            Set<String> disallowed,
            String server) {
        public Settings {
            algorithms = List.copyOf(algorithms);
            disallowed = Set.copyOf(disallowed);
            if (file.isPresent() && !flags.issuers().isEmpty()) {
                throw new IllegalArgumentException(
                        "authentication-config file and oidc-* flags are mutually exclusive");
            }
            for (String algorithm : algorithms) {
                if (!ALGORITHMS.contains(algorithm)) {
                    throw new IllegalArgumentException("oidc: unsupported signing alg: \"" + algorithm + "\"");
                }
            }
        }

        /** Whether there are issuers, or there may be some one day. */
        public boolean isConfigured() {
            return file.isPresent() || !flags.issuers().isEmpty();
        }
    }

    /**
     * Reads the configuration.
     *
     * @param changed is called when other issuers count
     * @throws IllegalArgumentException when it has errors; the message has all of them
     * @throws UncheckedIOException when it cannot be read
     */
    public JwtAuthenticators(Settings settings, InstantSource clock, PrometheusRegistry registry, Runnable changed) {
        file = settings.file()
                .map(path -> new ReloadedFile<>(
                        path, true, text -> AuthenticationConfiguration.parse(path.toString(), text)));
        algorithms = settings.algorithms();
        disallowed = settings.disallowed();
        this.clock = clock;
        this.changed = changed;
        metrics = new JwtMetrics(settings.server(), registry, clock);
        AuthenticationConfiguration configuration =
                file.map(ReloadedFile::first).orElse(settings.flags());
        anonymous = configuration.anonymous();
        try {
            issuers = made(configuration);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("invalid authentication configuration: " + e.getMessage(), e);
        }
        file.ifPresent(from -> metrics.configured(from.text()));
    }

    private List<JwtAuthenticator> made(AuthenticationConfiguration configuration) {
        List<Expressions> expressions = IssuerCheck.check(configuration, disallowed);
        List<JwtAuthenticator> made = new ArrayList<>();
        for (int i = 0; i < expressions.size(); i++) {
            made.add(new JwtAuthenticator(
                    configuration.issuers().get(i), expressions.get(i), algorithms, clock, metrics));
        }
        return List.copyOf(made);
    }

    /** Whether the configuration is in a file. */
    public boolean hasFile() {
        return file.isPresent();
    }

    /** How requests without credentials are served, as the configuration says. It does not change. */
    public Optional<AuthenticationConfiguration.Anonymous> anonymous() {
        return anonymous;
    }

    @Override
    public Authentication authenticate(String token, List<String> audiences) {
        List<JwtAuthenticator> known = issuers;
        if (known.isEmpty()) {
            return Authentication.NO_OPINION;
        }
        try {
            JWSObject parsed = TokenCheck.parse(token);
            String issuer = TokenCheck.issuer(parsed);
            for (JwtAuthenticator candidate : known) {
                if (candidate.url().equals(issuer)) {
                    return user(candidate, parsed);
                }
            }
        } catch (InvalidToken e) {
            return Authentication.NO_OPINION; // a token of another form
        }
        return Authentication.NO_OPINION;
    }

    private static Authentication user(JwtAuthenticator issuer, JWSObject token) {
        try {
            return new Authentication.Authenticated(issuer.user(token));
        } catch (InvalidToken e) {
            return new Authentication.Invalid(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public boolean mayBlock(String token) {
        return !issuers.isEmpty();
    }

    /** Reads the file again. Blocks until the issuers of a new configuration have answered, or not. Call it every few seconds. */
    public synchronized void reload() {
        file.ifPresent(from -> {
            switch (from.reload(this::replace)) {
                case SAME -> {}
                case REPLACED -> metrics.reloaded(true);
                case FAILED -> metrics.reloaded(false);
            }
        });
    }

    /** A configuration with an issuer that does not answer is tried again the next time. */
    private void replace(AuthenticationConfiguration configuration, byte[] text) {
        if (!configuration.anonymous().equals(anonymous)) {
            throw new IllegalArgumentException("anonymous: Forbidden: changed from initial configuration file");
        }
        List<JwtAuthenticator> candidates = made(configuration);
        for (JwtAuthenticator candidate : candidates) {
            String problem = candidate.problem();
            if (!problem.isEmpty()) {
                candidates.forEach(JwtAuthenticator::close);
                throw new UncheckedIOException(new IOException(problem));
            }
        }
        List<JwtAuthenticator> before = issuers;
        issuers = candidates;
        metrics.configured(text);
        changed.run();
        Set<String> gone = new HashSet<>();
        before.forEach(old -> gone.add(old.url()));
        candidates.forEach(candidate -> gone.remove(candidate.url()));
        gone.forEach(metrics::forget);
        before.forEach(JwtAuthenticator::close);
    }

    @Override
    public void close() {
        issuers.forEach(JwtAuthenticator::close);
    }
}
