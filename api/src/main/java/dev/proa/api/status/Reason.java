package dev.proa.api.status;

/** The machine-readable reason of a failed request, with its usual HTTP status code. */
public enum Reason {
    /** No reason is given. */
    Unknown(500),
    Unauthorized(401),
    Forbidden(403),
    NotFound(404),
    AlreadyExists(409),
    Conflict(409),
    /** The resource existed and will not come back. */
    Gone(410),
    Invalid(422),
    /** The server cannot complete the request now; the client may retry. */
    ServerTimeout(500),
    StoreReadError(500),
    /** The request took too long; it may still complete. */
    Timeout(504),
    TooManyRequests(429),
    BadRequest(400),
    MethodNotAllowed(405),
    NotAcceptable(406),
    RequestEntityTooLarge(413),
    UnsupportedMediaType(415),
    InternalError(500),
    /** The requested revision was compacted; the client must list again. */
    Expired(410),
    ServiceUnavailable(503);

    private final int code;

    Reason(int code) {
        this.code = code;
    }

    /** The HTTP status code. */
    public int code() {
        return code;
    }
}
