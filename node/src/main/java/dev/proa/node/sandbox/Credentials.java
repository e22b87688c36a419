package dev.proa.node.sandbox;

import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.UserIds;
import dev.proa.node.linux.seccomp.Filter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who a process is inside its container, and what it may do.
 *
 * @param groups supplemental groups
 * @param capabilities bit mask of what it can ever have; a process that is not root has none of them in effect
 * @param filter of its system calls, or null for none
 */
record Credentials(
        long user,
        long group,
        List<Long> groups,
        long capabilities,
        boolean noNewPrivileges,
        @Nullable Filter filter) {
    /** {@code NGROUPS_MAX}. */
    private static final int MOST_GROUPS = 65_536;

    Credentials {
        groups = List.copyOf(groups);
        UserIds.check(user);
        UserIds.check(group);
        groups.forEach(UserIds::check);
        if (groups.size() > MOST_GROUPS) {
            throw new RuntimeFailure(
                    RuntimeFailure.Reason.INVALID_ARGUMENT,
                    "a process has at most " + MOST_GROUPS + " groups, not " + groups.size());
        }
    }
}
