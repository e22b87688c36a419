package dev.proa.node.linux.seccomp;

import java.util.List;

/**
 * Which system calls a process may make. Of the rules that fit a call the strictest decides, of equally strict ones the first; where
 * none fits, {@code otherwise} does. Names that a processor does not have mean nothing there.
 *
 * @param name for messages
 * @param flags of {@code SECCOMP_SET_MODE_FILTER}
 */
public record Profile(String name, Action otherwise, List<Rule> rules, int flags) {
    /** {@code SECCOMP_FILTER_FLAG_LOG}: calls that are not allowed are logged. */
    static final int LOG = 2;

    /** {@code SECCOMP_FILTER_FLAG_SPEC_ALLOW}: no costly defence against speculation comes with the filter. */
    static final int SPEC_ALLOW = 4;

    public Profile {
        rules = List.copyOf(rules);
    }
}
