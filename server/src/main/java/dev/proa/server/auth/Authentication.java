package dev.proa.server.auth;

import java.util.List;
import java.util.Map;

/** What an {@link Authenticator} says of a request. */
public sealed interface Authentication {
    /** The request has no credentials of this kind. */
    Authentication NO_OPINION = new NoOpinion();

    /**
     * The credentials are those of a user.
     *
     * @param audiences those of the wanted audiences that the credentials are for; empty when they are for none in particular
     * @param annotations what the audit log says of the credentials, by name
     * @param warnings for the client
     */
    record Authenticated(UserInfo user, List<String> audiences, Map<String, String> annotations, List<String> warnings)
            implements Authentication {

        public Authenticated {
            audiences = List.copyOf(audiences);
            annotations = Map.copyOf(annotations);
            warnings = List.copyOf(warnings);
        }

        public Authenticated(UserInfo user) {
            this(user, List.of(), Map.of(), List.of());
        }

        public Authenticated(UserInfo user, List<String> audiences) {
            this(user, audiences, Map.of(), List.of());
        }

        /** The same with another user. */
        public Authenticated with(UserInfo other) {
            return new Authenticated(other, audiences, annotations, warnings);
        }

        /** The same for these audiences. */
        public Authenticated forAudiences(List<String> others) {
            return new Authenticated(user, others, annotations, warnings);
        }
    }

    /**
     * There are credentials of this kind, and they are not valid.
     *
     * @param reason for the log, and for whoever has a token reviewed; without any secret
     */
    record Invalid(String reason) implements Authentication {}

    /** See {@link #NO_OPINION}. */
    record NoOpinion() implements Authentication {}
}
