package dev.proa.server.apiserver;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;

/** The error for a request that is not authorized: 403, or 500 when an authorizer could not say. */
final class Forbidden {
    private Forbidden() {}

    static StatusException of(AuthorizationAttributes attributes, Authorizer.Decision decision) {
        return decision.error().isEmpty()
                ? of(attributes, decision.reason())
                : StatusException.internalError(decision.error());
    }

    static StatusException of(AuthorizationAttributes attributes, String reason) {
        String user = "User " + GoText.quote(attributes.user().name()) + " cannot " + attributes.verb();
        String why = reason.isEmpty() ? "" : ": " + reason;
        if (!attributes.isResource()) {
            return StatusException.forbidden(
                    Resource.NONE, "", user + " path " + GoText.quote(attributes.path()) + why);
        }
        String where = attributes.namespace().isEmpty()
                ? " at the cluster scope"
                : " in the namespace " + GoText.quote(attributes.namespace());
        return StatusException.forbidden(
                new Resource(attributes.group(), attributes.resource()),
                attributes.name(),
                user + " resource " + GoText.quote(attributes.resourceAndSubresource()) + " in API group "
                        + GoText.quote(attributes.group()) + where + why);
    }
}
