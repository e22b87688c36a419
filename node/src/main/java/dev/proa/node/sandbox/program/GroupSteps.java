package dev.proa.node.sandbox.program;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SyscallProgram.Step;
import dev.proa.node.linux.SystemCall;
import java.nio.file.Path;
import java.util.List;

/**
 * The steps that put a new process into its cgroups. It is created in the v2 group ({@code CLONE_INTO_CGROUP}), since
 * joining later waits for all threads of the machine; v1 groups, which do not support that, are joined per thread,
 * which needs no such wait.
 */
final class GroupSteps {
    private static final long SIGCHLD = 17;
    private static final long CLONE_INTO_CGROUP = 0x2_0000_0000L;
    /** In words, of {@code struct clone_args}: the signal at the child's end is the fifth, the group's descriptor the last. */
    private static final int ARGUMENTS = 11;

    private final SyscallProgram program;
    private final List<Path> memberFiles;

    /** @param memberFiles see {@link dev.proa.node.linux.Cgroup#memberFiles} */
    GroupSteps(SyscallProgram program, List<Path> memberFiles) {
        this.program = program;
        this.memberFiles = memberFiles;
    }

    /** Clones a child with exit signal {@code SIGCHLD}. */
    Step clone(String what, long flags) {
        Path group = memberFiles.stream()
                .filter(GroupSteps::isUnified)
                .map(Path::getParent)
                .findFirst()
                .orElse(null);
        if (group == null) {
            return program.step(what, SystemCall.CLONE, SIGCHLD | flags);
        }
        long arguments = program.words(flags | CLONE_INTO_CGROUP, 0, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, 0);
        int directory = Descriptors.O_PATH | Descriptors.directoryFlag() | Descriptors.O_CLOEXEC;
        program.step(
                        "open " + group,
                        SystemCall.OPENAT,
                        Descriptors.AT_FDCWD,
                        program.text(group.toString()),
                        directory)
                .storing(arguments + (ARGUMENTS - 1) * Long.BYTES);
        return program.step(what, SystemCall.CLONE3, arguments, ARGUMENTS * Long.BYTES);
    }

    /** Joins the groups that {@link #clone} could not put this process into. */
    void join() {
        for (Path file : memberFiles) {
            if (!isUnified(file)) {
                Step open = program.step(
                        "open " + file,
                        SystemCall.OPENAT,
                        Descriptors.AT_FDCWD,
                        program.text(file.toString()),
                        Descriptors.O_WRONLY | Descriptors.O_CLOEXEC);
                open.into(program.step("write " + file, SystemCall.WRITE, 0, program.text("0"), 1), 0);
            }
        }
    }

    private static boolean isUnified(Path memberFile) {
        return memberFile.endsWith("cgroup.procs");
    }
}
