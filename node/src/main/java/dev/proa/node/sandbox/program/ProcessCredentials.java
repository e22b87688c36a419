package dev.proa.node.sandbox.program;

import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.UserIds;
import dev.proa.node.linux.seccomp.Filter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The user, groups, capabilities and seccomp filter of a process in a container.
 *
 * @param groups supplemental groups
 * @param capabilities bit mask of the bounding set; for non-root users none are effective
 * @param filter of its system calls, or null for none
 */
public record ProcessCredentials(
        long user,
        long group,
        List<Long> groups,
        long capabilities,
        boolean noNewPrivileges,
        @Nullable Filter filter) {
    /** {@code NGROUPS_MAX}. */
    private static final int MOST_GROUPS = 65_536;

    public ProcessCredentials {
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
