package dev.proa.server.authentication.jwt;

import com.nimbusds.jose.JWSObject;
import dev.proa.api.codec.GoText;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Gets a claim that an issuer keeps elsewhere (OpenID Connect Core 1.0, section 5.6.2): the token names the place, from where another token comes
 * that has it.
 */
final class DistributedClaims {
    private static final int MOST_ISSUERS = 16;

    private final String claim;
    private final IssuerClient client;
    private final TokenCheck check;
    private final Function<String, Provider> maker;
    private final Map<String, Provider> providers = new ConcurrentHashMap<>();

    /** @param maker makes the provider of an issuer */
    DistributedClaims(String claim, IssuerClient client, TokenCheck check, Function<String, Provider> maker) {
        this.claim = claim;
        this.client = client;
        this.check = check;
        this.maker = maker;
    }

    /** The claims with the one that is elsewhere, if the token says that it is. */
    MapValue expand(MapValue claims, Instant now) throws InvalidToken {
        String source = claims.map("_claim_names").string(claim);
        if (claims.has(claim) || source.isEmpty()) {
            return claims;
        }
        MapValue sources = claims.map("_claim_sources");
        if (!sources.has(source)) {
            throw new InvalidToken(
                    "id token _claim_names contained a source " + source + " missing in _claims_sources");
        }
        MapValue place = sources.map(source);
        String url = place.string("endpoint");
        return url.isEmpty() ? claims : claims.with(claim, claim(url, place.string("access_token"), now));
    }

    private Object claim(String url, String accessToken, Instant now) throws InvalidToken {
        JWSObject token = TokenCheck.parse(fetch(url, accessToken));
        String issuer = TokenCheck.issuer(token);
        Provider provider = provider(issuer);
        if (!provider.problem().isEmpty()) {
            throw new InvalidToken("verifying untrusted issuer " + issuer
                    + " failed: verifier not initialized for issuer: " + GoText.quote(issuer));
        }
        MapValue claims = check.claims(token, provider, now);
        Object value = claims.get(claim);
        if (value == null) {
            throw new InvalidToken("jwt returned by distributed claim endpoint " + GoText.quote(url)
                    + " did not contain claim: " + claim);
        }
        return value;
    }

    private Provider provider(String issuer) throws InvalidToken {
        if (!issuer.startsWith("https://") || providers.size() >= MOST_ISSUERS && !providers.containsKey(issuer)) {
            throw new InvalidToken("the issuer " + GoText.quote(issuer) + " of a distributed claim is not asked");
        }
        return providers.computeIfAbsent(issuer, maker);
    }

    private String fetch(String url, String accessToken) throws InvalidToken {
        String where = "while getting distributed claim " + GoText.quote(claim) + ": ";
        try {
            HttpResponse<byte[]> answer = client.get(url, accessToken);
            if (answer.statusCode() < 200 || answer.statusCode() > 226) {
                throw new InvalidToken(where + "error while getting distributed claim JWT: " + answer.statusCode());
            }
            return new String(answer.body(), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new InvalidToken(where + e.getMessage());
        }
    }
}
