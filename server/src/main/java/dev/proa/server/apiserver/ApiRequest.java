package dev.proa.server.apiserver;

import dev.proa.server.auth.UserInfo;
import org.jspecify.annotations.Nullable;

/**
 * An authenticated request, over HTTP or of this JVM.
 *
 * @param method of HTTP
 * @param info what its method and path mean
 * @param body what was sent
 * @param accept the {@code Accept} header; empty for JSON
 * @param user who asks
 * @param userAgent with what program, as its client says; may be empty
 * @param deletesWithoutAdmission whether admission is not asked about what it deletes, since the server itself does so; it is about
 *     everything else
 */
public record ApiRequest(
        String method,
        RequestInfo info,
        Query query,
        Body body,
        String accept,
        UserInfo user,
        String userAgent,
        boolean deletesWithoutAdmission) {

    /** A request that admission is asked about. */
    public ApiRequest(
            String method, RequestInfo info, Query query, Body body, String accept, UserInfo user, String userAgent) {
        this(method, info, query, body, accept, user, userAgent, false);
    }

    /** A request whose client does not say what it is. */
    public ApiRequest(String method, RequestInfo info, Query query, Body body, String accept, UserInfo user) {
        this(method, info, query, body, accept, user, "");
    }

    /** The body of a request. */
    public sealed interface Body {
        Body NONE = new Bytes(new byte[0], "");

        /** The media type; empty when none is given. */
        String contentType();

        boolean isEmpty();
    }

    /** A body that arrived by HTTP. */
    public record Bytes(byte[] bytes, String contentType) implements Body {
        @Override
        public boolean isEmpty() {
            return bytes.length == 0;
        }
    }

    /** A body of the same JVM, by reference. */
    public record Value(@Nullable Object value, String contentType) implements Body {
        @Override
        public boolean isEmpty() {
            return value == null;
        }
    }

    /** A copy with what the client says that it is. */
    public ApiRequest from(String agent) {
        return new ApiRequest(method, info, query, body, accept, user, agent, deletesWithoutAdmission);
    }

    /** A copy that is made as another user. */
    public ApiRequest as(UserInfo other) {
        return new ApiRequest(method, info, query, body, accept, other, userAgent, deletesWithoutAdmission);
    }

    /** A copy with a body. */
    public ApiRequest with(Body content) {
        return new ApiRequest(method, info, query, content, accept, user, userAgent, deletesWithoutAdmission);
    }

    /** A copy whose deletions admission is not asked about. */
    public ApiRequest withoutAdmission() {
        return new ApiRequest(method, info, query, body, accept, user, userAgent, true);
    }

    /**
     * A request of the same JVM, by a verb of Kubernetes.
     *
     * @param path from the root, percent-encoded where a segment needs it
     */
    public static ApiRequest of(
            String verb, String path, Query query, @Nullable Object body, @Nullable String contentType, UserInfo user) {
        String method = switch (verb) {
            case "create" -> "POST";
            case "update" -> "PUT";
            case "patch" -> "PATCH";
            case "delete", "deletecollection" -> "DELETE";
            default -> "GET";
        };
        Body content = body == null && contentType == null
                ? Body.NONE
                : new Value(body, contentType == null ? "application/json" : contentType);
        return new ApiRequest(method, RequestInfo.parse(method, path, query), query, content, "", user);
    }
}
