package dev.proa.delivery.git;

import java.util.List;

/**
 * A user of the cluster, as git's servers know one.
 *
 * @param groups of the user
 */
public record GitUser(String name, String uid, List<String> groups) {
    public GitUser {
        groups = List.copyOf(groups);
    }
}
