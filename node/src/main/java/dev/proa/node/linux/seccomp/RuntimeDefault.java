package dev.proa.node.linux.seccomp;

import dev.proa.node.linux.Architecture;
import dev.proa.node.linux.Capability;
import dev.proa.node.linux.seccomp.Condition.Comparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The default profile of containers, equal to containerd's: it allows harmless calls, and those that the container's
 * capabilities imply. All others fail with {@code EPERM}.
 */
public final class RuntimeDefault {
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;
    /** The flags of {@code clone(2)} that make namespaces: mount, cgroup, UTS, IPC, user, process ids and network. */
    private static final long NEW_NAMESPACES = 0x7e02_0000L;

    private static final int AF_ALG = 38;
    private static final int AF_VSOCK = 40;
    private static final int PER_LINUX32 = 0x8;
    private static final int UNAME26 = 0x2_0000;
    /** The argument by which {@code personality(2)} only queries. */
    private static final long QUERY = 0xffff_ffffL;

    private RuntimeDefault() {}

    /** @param capabilities those in the container's bounding set */
    public static Profile of(Set<Capability> capabilities, Architecture architecture) {
        List<Rule> rules = new ArrayList<>();
        boolean applies = true;
        for (String line : CallNumbers.lines("runtime-default.txt")) {
            if (line.startsWith("[")) {
                applies = applies(line.substring(1, line.length() - 1), capabilities, architecture);
            } else if (applies) {
                for (String call : line.split(" ")) {
                    rules.add(new Rule(call, Action.ALLOW, List.of()));
                }
            }
        }
        allowWhere(rules, "socket", new Condition(0, Comparison.LESS, AF_ALG));
        allowWhere(rules, "socket", new Condition(0, Comparison.EQUAL, AF_ALG + 1));
        // The kernel uses 32 bits of it, a filter sees 64: larger values must not pass for another family.
        allowWhere(
                rules,
                "socket",
                new Condition(0, Comparison.GREATER, AF_VSOCK),
                new Condition(0, Comparison.LESS_OR_EQUAL, 0xffff_ffffL));
        for (long persona : new long[] {0, PER_LINUX32, UNAME26, UNAME26 | PER_LINUX32, QUERY}) {
            allowWhere(rules, "personality", new Condition(0, Comparison.EQUAL, persona));
        }
        if (!capabilities.contains(Capability.SYS_ADMIN)) {
            allowWhere(rules, "clone", new Condition(0, Comparison.MASKED_EQUAL, 0, NEW_NAMESPACES));
            // Its flags are in memory, which filters cannot read; C libraries fall back to clone.
            rules.add(new Rule("clone3", Action.errno(ENOSYS), List.of()));
        }
        return new Profile("RuntimeDefault", Action.errno(EPERM), rules, Profile.SPEC_ALLOW);
    }

    private static boolean applies(String section, Set<Capability> capabilities, Architecture architecture) {
        return section.startsWith("CAP_")
                ? capabilities.contains(Capability.named(section).orElseThrow())
                : section.equals(architecture.name().toLowerCase(Locale.ROOT));
    }

    private static void allowWhere(List<Rule> rules, String call, Condition... conditions) {
        rules.add(new Rule(call, Action.ALLOW, List.of(conditions)));
    }
}
