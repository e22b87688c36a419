package dev.proa.embedded;

import dev.proa.embedded.ApiServerOptions.Form;
import dev.proa.server.aggregator.FrontProxy;
import dev.proa.server.authentication.AuthenticationOptions;
import dev.proa.server.authentication.RequestHeaderOptions;
import dev.proa.server.authentication.ServiceAccountSettings;
import dev.proa.server.authentication.ServiceAccountTokens;
import dev.proa.server.authentication.jwt.AuthenticationConfiguration;
import dev.proa.server.authentication.jwt.JwtAuthenticators;
import dev.proa.server.authentication.webhook.TokenReviewWebhook;
import dev.proa.server.pki.Pki;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The flags of kube-apiserver about authentication. */
final class AuthenticationFlags {
    /** What they are called, and what their values are. */
    static final Map<String, Form> KNOWN = Map.ofEntries(
            Map.entry("anonymous-auth", Form.BOOLEAN),
            Map.entry("api-audiences", Form.LIST),
            Map.entry("authentication-config", Form.FILE),
            Map.entry("authentication-token-webhook-cache-ttl", Form.DURATION),
            Map.entry("authentication-token-webhook-config-file", Form.FILE),
            Map.entry("authentication-token-webhook-version", Form.TEXT),
            Map.entry("client-ca-file", Form.FILE),
            Map.entry("enable-bootstrap-token-auth", Form.BOOLEAN),
            Map.entry("oidc-ca-file", Form.FILE),
            Map.entry("oidc-client-id", Form.TEXT),
            Map.entry("oidc-groups-claim", Form.TEXT),
            Map.entry("oidc-groups-prefix", Form.TEXT),
            Map.entry("oidc-issuer-url", Form.TEXT),
            Map.entry("oidc-required-claim", Form.LIST),
            Map.entry("oidc-signing-algs", Form.LIST),
            Map.entry("oidc-username-claim", Form.TEXT),
            Map.entry("oidc-username-prefix", Form.TEXT),
            Map.entry("requestheader-allowed-names", Form.LIST),
            Map.entry("requestheader-client-ca-file", Form.FILE),
            Map.entry("requestheader-extra-headers-prefix", Form.LIST),
            Map.entry("requestheader-group-headers", Form.LIST),
            Map.entry("requestheader-uid-headers", Form.LIST),
            Map.entry("requestheader-username-headers", Form.LIST),
            Map.entry("service-account-extend-token-expiration", Form.BOOLEAN),
            Map.entry("service-account-issuer", Form.LIST),
            Map.entry("service-account-jwks-uri", Form.TEXT),
            Map.entry("service-account-key-file", Form.LIST),
            Map.entry("service-account-max-token-expiration", Form.DURATION),
            Map.entry("service-account-signing-key-file", Form.FILE),
            Map.entry("token-auth-file", Form.FILE));

    private AuthenticationFlags() {}

    /** @throws IllegalArgumentException when flags do not fit together; the message says which */
    static AuthenticationOptions options(ApiServerOptions flags) {
        return new AuthenticationOptions(
                flags.file("client-ca-file"),
                flags.file("requestheader-client-ca-file"),
                requestHeaders(flags),
                flags.text("anonymous-auth").map(Boolean::parseBoolean),
                issuers(flags),
                flags.file("authentication-token-webhook-config-file")
                        .map(file -> new TokenReviewWebhook.Settings(
                                file,
                                flags.text("authentication-token-webhook-version")
                                        .orElse("v1beta1"),
                                flags.duration("authentication-token-webhook-cache-ttl", Duration.ofMinutes(2)))),
                flags.bool("enable-bootstrap-token-auth", true),
                flags.file("token-auth-file"),
                accounts(flags),
                flags.file("service-account-signing-key-file"),
                flags.list("service-account-key-file").stream().map(Path::of).toList());
    }

    private static JwtAuthenticators.Settings issuers(ApiServerOptions flags) {
        Optional<Path> file = flags.file("authentication-config");
        AuthenticationConfiguration oidc = OidcFlags.configuration(flags);
        List<String> algorithms =
                file.isPresent() ? JwtAuthenticators.ALGORITHMS : or(flags.list("oidc-signing-algs"), List.of("RS256"));
        List<String> own = or(flags.list("service-account-issuer"), List.of(ServiceAccountTokens.ISSUER));
        return new JwtAuthenticators.Settings(file, oidc, algorithms, Set.copyOf(own), "apiserver");
    }

    /** Without flags, the cluster's own front proxy is known, by the headers that it is told to use. */
    private static RequestHeaderOptions requestHeaders(ApiServerOptions flags) {
        boolean own = flags.file("requestheader-client-ca-file").isEmpty();
        return new RequestHeaderOptions(
                or(flags.list("requestheader-allowed-names"), own ? List.of(Pki.FRONT_PROXY) : List.of()),
                or(flags.list("requestheader-username-headers"), List.of(FrontProxy.USER)),
                or(flags.list("requestheader-uid-headers"), List.of(FrontProxy.UID)),
                or(flags.list("requestheader-group-headers"), List.of(FrontProxy.GROUP)),
                or(flags.list("requestheader-extra-headers-prefix"), List.of(FrontProxy.EXTRA)));
    }

    private static ServiceAccountSettings accounts(ApiServerOptions flags) {
        List<String> issuers = or(flags.list("service-account-issuer"), List.of(ServiceAccountTokens.ISSUER));
        return new ServiceAccountSettings(
                issuers,
                or(flags.list("api-audiences"), issuers),
                flags.text("service-account-jwks-uri").orElse(""),
                flags.duration("service-account-max-token-expiration", Duration.ZERO),
                flags.bool("service-account-extend-token-expiration", true));
    }

    private static List<String> or(List<String> given, List<String> usual) {
        return given.isEmpty() ? usual : given;
    }
}
