package dev.proa.node.linux.seccomp;

import java.util.List;

/**
 * A seccomp profile: which system calls a process may make. Of the rules that match a call the strictest decides, of
 * equally strict ones the first; if none matches, {@code otherwise}. Names that an architecture does not have are
 * ignored there.
 *
 * @param name for messages
 * @param flags of {@code SECCOMP_SET_MODE_FILTER}
 */
public record Profile(String name, Action otherwise, List<Rule> rules, int flags) {
    /** {@code SECCOMP_FILTER_FLAG_LOG}: calls that are not allowed are logged. */
    static final int LOG = 2;

    /** {@code SECCOMP_FILTER_FLAG_SPEC_ALLOW}: does not enable the mitigation of speculative store bypass. */
    static final int SPEC_ALLOW = 4;

    public Profile {
        rules = List.copyOf(rules);
    }
}
