package dev.proa.server.authentication;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How service account tokens are made and known, as the flags of kube-apiserver say.
 *
 * @param issuers the first is the issuer of new tokens, those of all are known ({@code --service-account-issuer})
 * @param audiences the API server's own names; a token for none in particular is for these ({@code --api-audiences})
 * @param jwksUri where the keys are, in the discovery document; empty for a path of this server ({@code --service-account-jwks-uri})
 * @param maxExpiration no token lives longer; zero for no limit ({@code --service-account-max-token-expiration})
 * @param extendExpiration whether tokens that admission puts into pods live for a year, with a warning in the audit log after their hour
 *     ({@code --service-account-extend-token-expiration})
 */
public record ServiceAccountSettings(
        List<String> issuers,
        List<String> audiences,
        String jwksUri,
        Duration maxExpiration,
        boolean extendExpiration) {
    /** As long as no flag says otherwise. */
    public static final ServiceAccountSettings STANDARD = new ServiceAccountSettings(
            List.of(ServiceAccountTokens.ISSUER), List.of(ServiceAccountTokens.ISSUER), "", Duration.ZERO, true);

    private static final Duration SHORTEST_MAX = Duration.ofHours(1);
    private static final Duration LONGEST_MAX = Duration.ofSeconds(1L << 32);

    public ServiceAccountSettings {
        issuers = List.copyOf(issuers);
        audiences = List.copyOf(audiences);
        if (issuers.isEmpty() || audiences.isEmpty()) {
            throw new IllegalArgumentException("service-account-issuer is a required flag");
        }
        Set<String> seen = new HashSet<>();
        for (String issuer : issuers) {
            if (issuer.isEmpty()) {
                throw new IllegalArgumentException("service-account-issuer should not be an empty string");
            }
            if (issuer.indexOf(':') >= 0) {
                url("service-account-issuer", issuer);
            }
            if (!seen.add(issuer)) {
                throw new IllegalArgumentException("service-account-issuer \"" + issuer + "\" is already specified");
            }
        }
        if (!jwksUri.isEmpty()
                && !"https".equals(url("service-account-jwks-uri", jwksUri).getScheme())) {
            throw new IllegalArgumentException("service-account-jwks-uri requires https scheme, parsed as: " + jwksUri);
        }
        if (!maxExpiration.isZero()
                && (maxExpiration.compareTo(SHORTEST_MAX) < 0 || maxExpiration.compareTo(LONGEST_MAX) > 0)) {
            throw new IllegalArgumentException(
                    "the service-account-max-token-expiration must be between 1 hour and 2^32 seconds");
        }
    }

    private static URI url(String flag, String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(flag + " \"" + text + "\" is not a valid URL: " + e.getMessage(), e);
        }
    }
}
