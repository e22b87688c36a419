package dev.proa.node.sandbox;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SyscallProgram.Step;
import dev.proa.node.linux.SystemCall;
import java.nio.file.Path;
import java.util.List;

/**
 * The steps by which a new process gets into its control groups: it is born in that of version 2, since joining it later waits until the
 * kernel has seen all threads of the machine, and joins those of version 1, into which nobody is born, thread by thread without that wait.
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

    /** Clones a child whose end is told by {@code SIGCHLD}. */
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
