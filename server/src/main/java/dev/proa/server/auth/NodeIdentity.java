package dev.proa.server.auth;

import org.jspecify.annotations.Nullable;

/** Which node a user is. */
public final class NodeIdentity {
    private static final String PREFIX = "system:node:";
    private static final String GROUP = "system:nodes";

    private NodeIdentity() {}

    /** The user that a node is. */
    public static UserInfo of(String node) {
        return UserInfo.of(PREFIX + node, GROUP);
    }

    /** The node's name, which is empty when it cannot be told; null when the user is no node. */
    public static @Nullable String nodeOf(UserInfo user) {
        return user.name().startsWith(PREFIX) && user.in(GROUP) ? user.name().substring(PREFIX.length()) : null;
    }
}
