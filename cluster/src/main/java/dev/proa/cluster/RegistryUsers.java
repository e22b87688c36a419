package dev.proa.cluster;

import dev.proa.registry.Identity;
import dev.proa.registry.RegistryAccess;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.ClientCertificate;
import dev.proa.server.auth.Credentials;
import dev.proa.server.auth.NodeIdentity;
import dev.proa.server.auth.UserInfo;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lets the cluster's users into its registry: by client certificate, or by the token of a service account (as bearer token, or as
 * password of the Basic scheme with any user name). Nodes may pull everything. What others may do is asked of the cluster's authorizer, as if it were
 * about the resource {@code repositories} in group {@code registry.proa.dev}:
 *
 * <pre>
 *   pull, push, delete             verb get, update, delete
 *   localhost:5001/team/app        namespace team, name app
 *   localhost:5001/app             no namespace, name app
 *   images of another registry     no namespace, name docker.io/library/app (only to pull)
 * </pre>
 *
 * <p>Anonymous requests are let in only from this machine, only when that was asked for, and only to the registry's own repositories: there they may do
 * everything.
 */
final class RegistryUsers implements RegistryAccess {
    static final String GROUP = "registry.proa.dev";
    static final String RESOURCE = "repositories";
    private static final String VERSION = "v1";

    private final Authenticator authenticator;
    private final Authorizer authorizer;
    private final boolean anonymous;

    /** @param anonymous whether requests without credentials are let in from this machine */
    RegistryUsers(Authenticator authenticator, Authorizer authorizer, boolean anonymous) {
        this.authenticator = authenticator;
        this.authorizer = authorizer;
        this.anonymous = anonymous;
    }

    private record User(UserInfo info) implements Identity {
        @Override
        public String name() {
            return info.name();
        }

        @Override
        public boolean isAnonymous() {
            return info.equals(UserInfo.ANONYMOUS);
        }
    }

    @Override
    public Optional<Identity> authenticate(Presented presented) {
        X509Certificate certificate = presented.certificate();
        Credentials credentials = new Credentials(
                certificate == null ? null : new ClientCertificate(certificate),
                header -> header(presented.token(), header));
        if (!(authenticator.authenticate(credentials) instanceof Authentication.Authenticated proof)) {
            return Optional.empty();
        }
        User user = new User(proof.user());
        return user.isAnonymous() && !(anonymous && presented.loopback()) ? Optional.empty() : Optional.of(user);
    }

    private static @Nullable String header(@Nullable String token, String name) {
        return token != null && name.equalsIgnoreCase("Authorization") ? "Bearer " + token : null;
    }

    private static boolean isNode(UserInfo user) {
        String node = NodeIdentity.nodeOf(user);
        return node != null && !node.isEmpty();
    }

    @Override
    public boolean may(Identity who, Action action, String host, String repository) {
        UserInfo user = ((User) who).info();
        if (who.isAnonymous()) {
            return host.isEmpty();
        }
        if (action == Action.PULL && isNode(user)) {
            return true;
        }
        int slash = host.isEmpty() ? repository.indexOf('/') : -1;
        String namespace = slash < 0 ? "" : repository.substring(0, slash);
        String name = host.isEmpty() ? repository.substring(slash + 1) : host + "/" + repository;
        String verb = switch (action) {
            case PULL -> "get";
            case PUSH -> "update";
            case DELETE -> "delete";
        };
        return authorizer
                .authorize(new AuthorizationAttributes(user, verb, GROUP, VERSION, RESOURCE, "", namespace, name, ""))
                .allowed();
    }
}
