package dev.proa.registry;

import dev.proa.image.Reference;
import dev.proa.registry.RegistryAccess.Action;
import java.util.List;

/**
 * Who makes a request, and for which registry.
 *
 * @param ownHost by which the names of this registry's own repositories begin in the store
 * @param mirrored the host that the registry is asked to be a mirror of; empty for its own
 */
record Caller(Identity identity, RegistryAccess access, String ownHost, String mirrored) {

    /** A repository's name, once it is known that it may be used so. */
    Reference repository(String path, Action action) {
        Reference name = Repositories.name(host(), path);
        require(action, path);
        return name;
    }

    /** Whether the registry's own repositories are meant. */
    boolean isOwn() {
        return mirrored.isEmpty();
    }

    boolean may(Action action, String path) {
        return access.may(identity, action, mirrored, path);
    }

    private void require(Action action, String path) {
        if (!mirrored.isEmpty() && action != Action.PULL) {
            throw new RegistryException(
                    ErrorCode.UNSUPPORTED, "images of " + mirrored + " can only be pulled here, not changed");
        }
        if (!may(action, path)) {
            throw identity.isAnonymous()
                    ? new RegistryException(ErrorCode.UNAUTHORIZED, "log in first")
                    : new RegistryException(
                            ErrorCode.DENIED, identity.name() + " may not " + verb(action) + " in " + path);
        }
    }

    private static String verb(Action action) {
        return switch (action) {
            case PULL -> "pull";
            case PUSH -> "push";
            case DELETE -> "delete";
        };
    }

    /** By which the names of the repositories that are meant begin in the store. */
    String host() {
        return mirrored.isEmpty() ? ownHost : mirrored;
    }

    /** The path of a URL in this registry. */
    static String url(Reference repository, Object... parts) {
        return "/v2/" + repository.repository() + "/"
                + String.join("/", List.of(parts).stream().map(Object::toString).toList());
    }
}
