package dev.proa.server.authorization.rbac;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.Resource;
import java.util.Locale;

/**
 * A role that a binding refers to and that is not there.
 *
 * @param kind {@code Role} or {@code ClusterRole}
 */
public record MissingRole(String kind, String name) {

    /** How an authorizer says it. */
    public String message() {
        return message(new Resource("rbac.authorization.k8s.io", kind.toLowerCase(Locale.ROOT)));
    }

    /** How a write says it, which calls the role by the resource that is being written. */
    public String message(Resource resource) {
        return resource + " " + GoText.quote(name) + " not found";
    }
}
