package dev.proa.server.authentication;

import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.TokenAuthenticator;
import dev.proa.server.authentication.jwt.AuthenticationConfiguration.Anonymous;
import dev.proa.server.authentication.jwt.JwtAuthenticators;
import dev.proa.server.authentication.webhook.TokenReviewWebhook;
import dev.proa.server.pki.Pki;
import dev.proa.server.store.Store;
import dev.proa.server.webhook.Retries;
import dev.proa.server.webhook.WebhookClient;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * The authenticators of an API server, in the order of kube-apiserver: front proxies, client certificates, then tokens (of the static file, of service
 * accounts, bootstrap tokens, of other issuers, those that a webhook knows), by header or by the subprotocol of a WebSocket. Who has no credentials at all is {@code system:anonymous}.
 */
public final class Authenticators implements AutoCloseable {
    /** Before a webhook that failed is asked again, as in kube-apiserver. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final ServiceAccountTokens accounts;
    private final JwtAuthenticators issuers;
    private final CachedTokens remote;
    private final ReloadedAuthorities clients;
    private final ReloadedAuthorities proxies;
    private final Authenticator all;
    private final Authenticator measured;
    private final RequestHeaderOptions requestHeaders;

    /**
     * What authenticators need.
     *
     * @param webhooks calls the webhook that knows tokens
     * @param store where service accounts, and secrets with tokens, are looked up
     * @param registry for metrics
     */
    public record Parts(
            Pki pki, Store store, WebhookClient webhooks, InstantSource clock, PrometheusRegistry registry) {}

    /**
     * Makes them.
     *
     * @throws IllegalArgumentException when a file of the options is not as it should be; the message says which
     * @throws java.io.UncheckedIOException when one cannot be read
     */
    public Authenticators(AuthenticationOptions options, Parts parts) {
        accounts = new ServiceAccountTokens(
                keys(options, parts.pki()), options.accounts(), parts.store(), parts.clock(), parts.registry());
        clients = new ReloadedAuthorities(List.of(parts.pki().authority()), options.clientCaFile());
        proxies = new ReloadedAuthorities(
                options.requestHeaderCaFile().isPresent()
                        ? List.of()
                        : List.of(parts.pki().frontProxyAuthority().certificate()),
                options.requestHeaderCaFile());
        requestHeaders = options.requestHeaders();
        checkOverlap(options);
        List<String> own = options.accounts().audiences();
        List<TokenAuthenticator> tokens = new ArrayList<>();
        options.tokenFile().ifPresent(file -> tokens.add(new AudienceAgnostic(own, TokenFile.read(file))));
        tokens.add(accounts);
        if (options.bootstrapTokens()) {
            tokens.add(new AudienceAgnostic(own, new BootstrapTokens(parts.store(), parts.clock())));
        }
        CachedTokens.Metrics caches = new CachedTokens.Metrics(parts.registry());
        issuers = new JwtAuthenticators(options.issuers(), parts.clock(), parts.registry(), this::forgetRemote);
        List<TokenAuthenticator> elsewhere = new ArrayList<>();
        if (options.issuers().isConfigured()) {
            elsewhere.add(new AudienceAgnostic(own, issuers));
        }
        options.webhook().ifPresent(settings -> {
            TokenReviewWebhook hook = new TokenReviewWebhook(settings, parts.webhooks(), own, new Retries(PAUSE));
            Duration life = settings.cacheTtl();
            elsewhere.add(new CachedTokens(hook, own, life, life, false, parts.clock(), caches));
        });
        remote = new CachedTokens(
                new TokenChain(own, elsewhere),
                own,
                AuthenticationOptions.TOKENS_KEPT,
                Duration.ZERO,
                false,
                parts.clock(),
                caches);
        if (!elsewhere.isEmpty()) {
            tokens.add(remote);
        }
        TokenChain chain = new TokenChain(own, tokens);
        Authenticator known = new AuthenticatedGroup(UnionAuthenticator.of(
                new FrontProxyAuthenticator(proxies::current, requestHeaders, parts.clock()),
                new CertificateAuthenticator(clients::current, parts.clock()),
                new BearerTokenAuthenticator(chain),
                new WebSocketTokenAuthenticator(chain)));
        all = withAnonymous(known, options);
        measured = new MeasuredAuthenticator(all, parts.clock(), parts.registry());
    }

    /** Otherwise any client could speak for everybody. */
    private void checkOverlap(AuthenticationOptions options) {
        if (options.requestHeaderCaFile().isPresent()
                && requestHeaders.allowedNames().isEmpty()
                && !Collections.disjoint(clientAuthorities(), proxyAuthorities())) {
            throw new IllegalArgumentException(
                    "--requestheader-client-ca-file and --client-ca-file contain overlapping certificates;"
                            + " --requestheader-allowed-names must be specified to ensure regular client certificates"
                            + " cannot set authenticating proxy headers for arbitrary users");
        }
    }

    private Authenticator withAnonymous(Authenticator known, AuthenticationOptions options) {
        if (issuers.anonymous().isPresent() && options.anonymous().isPresent()) {
            throw new IllegalArgumentException(
                    "anonymous: Forbidden: --anonymous-auth flag cannot be set when anonymous"
                            + " field is configured in authentication configuration file");
        }
        Anonymous anonymous =
                issuers.anonymous().orElse(new Anonymous(options.anonymous().orElse(true), Set.of()));
        return anonymous.enabled()
                ? UnionAuthenticator.failingOnInvalid(known, new AnonymousAuthenticator(anonymous.paths()))
                : known;
    }

    private void forgetRemote() {
        remote.clear();
    }

    private static ServiceAccountKeys keys(AuthenticationOptions options, Pki pki) {
        List<Path> files = options.keyFiles();
        return options.signingKeyFile()
                .map(file -> ServiceAccountKeys.read(file, files))
                .orElseGet(() -> ServiceAccountKeys.of(pki.serviceAccountKey(), files));
    }

    /** Client certificates, then bearer tokens of service accounts; a request without credentials is made by {@code system:anonymous}. */
    public static Authenticator standard(X509Certificate authority, ServiceAccountTokens tokens, InstantSource clock) {
        return UnionAuthenticator.failingOnInvalid(
                UnionAuthenticator.of(new CertificateAuthenticator(authority, clock), ofTokens(tokens)),
                new AnonymousAuthenticator());
    }

    /** Bearer tokens of service accounts alone. */
    public static Authenticator ofTokens(ServiceAccountTokens tokens) {
        return new BearerTokenAuthenticator(new TokenChain(tokens.settings().audiences(), List.of(tokens)));
    }

    /** Finds out who makes a request. */
    public Authenticator authenticator() {
        return all;
    }

    /** The same, and counts requests; for those that arrive over the network. */
    public Authenticator measured() {
        return measured;
    }

    public ServiceAccountTokens accounts() {
        return accounts;
    }

    /** The authorities whose certificates clients and front proxies may show now. */
    public List<X509Certificate> authorities() {
        List<X509Certificate> both = new ArrayList<>(clients.current().authorities());
        both.addAll(proxies.current().authorities());
        return both;
    }

    /** The authorities of client certificates now. */
    public List<X509Certificate> clientAuthorities() {
        return clients.current().authorities();
    }

    /** The authorities of front proxies now. */
    public List<X509Certificate> proxyAuthorities() {
        return proxies.current().authorities();
    }

    public RequestHeaderOptions requestHeaders() {
        return requestHeaders;
    }

    /** Whether there are files that are read again when they change. */
    public boolean hasFiles() {
        return clients.hasFile() || proxies.hasFile() || issuers.hasFile();
    }

    /** Reads the configuration of issuers again, and waits for them if it has changed. Call it every few seconds. */
    public void reloadIssuers() {
        issuers.reload();
    }

    /** Reads files again that may have changed. What cannot be used stays as it was, and is logged. Call it every few seconds. */
    public void reload() {
        clients.reload();
        proxies.reload();
    }

    @Override
    public void close() {
        issuers.close();
    }
}
