package dev.proa.server.authorization;

import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import java.util.Set;

/** Allows everybody everything on some paths that are no resources, as {@code --authorization-always-allow-paths} of kube-apiserver. */
public final class PathAuthorizer implements Authorizer {
    private static final Decision ALLOWED = Decision.allow("");

    private final Set<String> paths;

    public PathAuthorizer(String... paths) {
        this.paths = Set.of(paths);
    }

    @Override
    public Decision authorize(AuthorizationAttributes attributes) {
        return !attributes.isResource() && paths.contains(attributes.path()) ? ALLOWED : Decision.NO_OPINION;
    }
}
