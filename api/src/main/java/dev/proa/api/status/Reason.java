package dev.proa.api.status;

/** Why a request failed, for machines; each with its usual HTTP status code. */
public enum Reason {
    /** The reason is not given. */
    Unknown(500),
    Unauthorized(401),
    Forbidden(403),
    NotFound(404),
    AlreadyExists(409),
    Conflict(409),
    /** The resource was there and will not come back. */
    Gone(410),
    Invalid(422),
    /** The server could not do it now; the client may try again. */
    ServerTimeout(500),
    StoreReadError(500),
    /** It took too long, and may still happen. */
    Timeout(504),
    TooManyRequests(429),
    BadRequest(400),
    MethodNotAllowed(405),
    NotAcceptable(406),
    RequestEntityTooLarge(413),
    UnsupportedMediaType(415),
    InternalError(500),
    /** The asked revision was compacted; list anew. */
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
