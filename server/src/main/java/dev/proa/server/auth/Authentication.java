package dev.proa.server.auth;

/** What an {@link Authenticator} says of a request. */
public sealed interface Authentication {
    /** The request has no credentials of this kind. */
    Authentication NO_OPINION = new NoOpinion();

    /** The credentials are those of a user. */
    record Authenticated(UserInfo user) implements Authentication {}

    /**
     * There are credentials of this kind, and they are not valid.
     *
     * @param reason for the log
     */
    record Invalid(String reason) implements Authentication {}

    /** See {@link #NO_OPINION}. */
    record NoOpinion() implements Authentication {}
}
