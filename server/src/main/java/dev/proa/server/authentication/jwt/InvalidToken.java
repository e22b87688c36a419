package dev.proa.server.authentication.jwt;

/** A token of an issuer that is not valid; the message says why, without the token. */
final class InvalidToken extends Exception {
    private static final long serialVersionUID = 1;

    InvalidToken(String message) {
        super(message, null, false, false);
    }
}
