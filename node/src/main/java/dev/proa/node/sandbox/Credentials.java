package dev.proa.node.sandbox;

import java.util.List;

/**
 * Who a process is inside its container, and what it may do.
 *
 * @param groups supplemental groups
 * @param capabilities bit mask of what it can ever have; a process that is not root has none of them in effect
 */
record Credentials(long user, long group, List<Long> groups, long capabilities, boolean noNewPrivileges) {
    Credentials {
        groups = List.copyOf(groups);
    }
}
