package dev.proa.server.authentication.jwt;

import com.nimbusds.jose.JWSObject;
import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens of an issuer are valid at all.
 *
 * @param algorithms by which tokens may be signed; all of them are asymmetric
 * @param audiences a token has to be for one of them
 */
record TokenCheck(List<String> algorithms, List<String> audiences) {
    /** How far the clock of an issuer may be ahead. */
    private static final Duration LEEWAY = Duration.ofMinutes(1);

    private static final String GOOGLE = "accounts.google.com";

    /** The issuer that a token names, which nobody has checked; empty when it names none. */
    static String issuer(JWSObject token) {
        try {
            String issuer = Json.decodeMap(token.getPayload().toBytes()).string("iss");
            return issuer.equals(GOOGLE) ? "https://" + GOOGLE : issuer;
        } catch (DecodeException e) {
            return "";
        }
    }

    static JWSObject parse(String token) throws InvalidToken {
        try {
            return JWSObject.parse(token);
        } catch (ParseException e) {
            throw new InvalidToken("oidc: malformed jwt");
        }
    }

    /** The claims of a token. */
    MapValue claims(JWSObject token, Provider provider, Instant now) throws InvalidToken {
        String algorithm = token.getHeader().getAlgorithm().getName();
        if (!algorithms.contains(algorithm)) {
            throw new InvalidToken("oidc: id token signed with unsupported algorithm, expected " + quoted(algorithms)
                    + " got " + GoText.quote(algorithm));
        }
        String problem = provider.verify(token);
        if (!problem.isEmpty()) {
            throw new InvalidToken("failed to verify signature: " + problem);
        }
        MapValue claims;
        try {
            claims = Json.decodeMap(token.getPayload().toBytes());
        } catch (DecodeException e) {
            throw new InvalidToken("oidc: failed to unmarshal claims: " + e.getMessage());
        }
        List<String> forWhom = audiences(claims);
        if (forWhom.stream().noneMatch(audiences::contains)) {
            throw new InvalidToken(
                    audiences.size() == 1
                            ? "oidc: expected audience " + GoText.quote(audiences.getFirst()) + " got "
                                    + quoted(forWhom)
                            : "oidc: expected audience in "
                                    + quoted(audiences.stream().sorted().toList()) + " got " + quoted(forWhom));
        }
        double seconds = now.toEpochMilli() / 1e3;
        double expiry = number(claims.get("exp"));
        if (expiry < seconds) {
            throw new InvalidToken(
                    "oidc: token is expired (Token Expiry: " + Instant.ofEpochSecond((long) expiry) + ")");
        }
        if (claims.has("nbf") && seconds + LEEWAY.toSeconds() < number(claims.get("nbf"))) {
            throw new InvalidToken("oidc: current time " + now + " before the nbf (not before) time: "
                    + Instant.ofEpochSecond((long) number(claims.get("nbf"))));
        }
        return claims;
    }

    /** A time in seconds since 1970; long ago when there is none. */
    private static double number(@Nullable Object claim) {
        return claim instanceof Number number ? number.doubleValue() : 0;
    }

    private static List<String> audiences(MapValue claims) {
        List<String> audiences = new ArrayList<>();
        if (claims.get("aud") instanceof String only) {
            audiences.add(only);
        }
        for (Object audience : claims.list("aud")) {
            if (audience instanceof String name) {
                audiences.add(name);
            }
        }
        return audiences;
    }

    private static String quoted(List<String> texts) {
        return texts.stream().map(GoText::quote).collect(Collectors.joining(" ", "[", "]"));
    }
}
