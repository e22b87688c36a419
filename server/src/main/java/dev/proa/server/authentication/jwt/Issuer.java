package dev.proa.server.authentication.jwt;

import java.util.List;
import java.util.Optional;

/**
 * An issuer whose tokens count, and what their claims mean: a {@code JWTAuthenticator}.
 *
 * @param url the issuer's name, below which its discovery document is
 * @param discoveryUrl where that document is instead; empty for the usual place
 * @param certificateAuthority certificates in PEM by which the issuer's server is trusted; empty for those that Java trusts
 * @param audiences a token has to be for one of them
 * @param audienceMatchPolicy empty or {@code MatchAny}
 * @param egressSelectorType as given; there are no egress selectors here
 */
public record Issuer(
        String url,
        String discoveryUrl,
        String certificateAuthority,
        List<String> audiences,
        String audienceMatchPolicy,
        String egressSelectorType,
        Mapping username,
        Mapping groups,
        Mapping uid,
        List<Fact> extra,
        List<ClaimRule> claimRules,
        List<UserRule> userRules) {

    public Issuer {
        audiences = List.copyOf(audiences);
        extra = List.copyOf(extra);
        claimRules = List.copyOf(claimRules);
        userRules = List.copyOf(userRules);
    }

    /**
     * Where something of the user comes from: a claim, or an expression over the claims. Both may be empty.
     *
     * @param prefix stands before the value of the claim
     */
    public record Mapping(String claim, Optional<String> prefix, String expression) {
        public static final Mapping NONE = new Mapping("", Optional.empty(), "");
    }

    /** A further fact about the user, by the expression for its values. */
    public record Fact(String key, String expression) {}

    /** A claim that has to have a value, or an expression that has to hold for the claims. */
    public record ClaimRule(String claim, String requiredValue, String expression, String message) {}

    /** An expression that has to hold for the user. */
    public record UserRule(String expression, String message) {}
}
