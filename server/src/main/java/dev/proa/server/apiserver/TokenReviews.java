package dev.proa.server.apiserver;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.Credentials;
import java.util.List;

/** Answers token reviews: whose a token is, as if a request had it. */
final class TokenReviews {
    private final Authenticator authenticator;
    private final List<String> ownAudiences;

    /** @param ownAudiences for whom a token has to be when the review does not say */
    TokenReviews(Authenticator authenticator, List<String> ownAudiences) {
        this.authenticator = authenticator;
        this.ownAudiences = ownAudiences;
    }

    /** The status of a review. */
    MapValue status(MapValue spec) {
        String token = spec.string("token");
        if (token.isEmpty()) {
            throw StatusException.badRequest("token is required for TokenReview in authentication");
        }
        List<String> audiences = Reviews.strings(spec.list("audiences"));
        Credentials credentials = Credentials.ofToken(token, audiences.isEmpty() ? ownAudiences : audiences);
        // No token is a request without credentials, which might be one of system:anonymous.
        Authentication answer =
                credentials.bearerToken() == null ? Authentication.NO_OPINION : authenticator.authenticate(credentials);
        return switch (answer) {
            case Authentication.Authenticated known ->
                MapValue.of(
                        "audiences",
                        ListValue.copyOf(known.audiences()),
                        "authenticated",
                        true,
                        "user",
                        known.user().toValue());
            case Authentication.Invalid invalid -> unknown(invalid.reason());
            case Authentication.NoOpinion none -> unknown("invalid bearer token");
        };
    }

    private static MapValue unknown(String why) {
        return MapValue.of("error", why, "user", MapValue.EMPTY);
    }
}
