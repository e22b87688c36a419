package dev.proa.server.apiserver;

import dev.proa.api.status.StatusException;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;

/** Rights that a request needs beyond that for its own verb, since it turns out to do more. */
final class Rights {
    private final Authorizer authorizer;

    Rights(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    /**
     * Requires the right to create what the request is about: an update or an apply of what is not there creates it.
     *
     * @throws StatusException (Forbidden) when the user may not
     */
    void requireCreate(Call call) {
        AuthorizationAttributes attributes = create(call);
        Authorizer.Decision decision = authorizer.authorize(attributes);
        if (!decision.allowed()) {
            throw Forbidden.of(attributes, decision.reason());
        }
    }

    /**
     * Requires the right to create a stream: WebSockets open streams by GET, and who may only read must not run commands
     * ({@code AuthorizePodWebsocketUpgradeCreatePermission}).
     *
     * @throws StatusException (Forbidden) when the user may not
     */
    void requireStream(Call call) {
        if (call.info.verb().equals("create")) {
            return; // it was authorized as that
        }
        Authorizer.Decision decision = authorizer.authorize(create(call));
        if (!decision.allowed()) {
            throw StatusException.forbidden(call.endpoint.resource(), call.info.name(), decision.reason());
        }
    }

    private static AuthorizationAttributes create(Call call) {
        RequestInfo info = call.info;
        return new AuthorizationAttributes(
                call.request.user(),
                "create",
                info.group(),
                info.version(),
                info.resource(),
                info.subresource(),
                info.namespace(),
                info.name(),
                "");
    }
}
