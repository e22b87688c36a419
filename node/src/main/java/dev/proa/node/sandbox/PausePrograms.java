package dev.proa.node.sandbox;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.Mounts;
import dev.proa.node.linux.Namespaces.Kind;
import dev.proa.node.linux.Processes;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SyscallProgram.Label;
import dev.proa.node.linux.SystemCall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The first process of a process id namespace that several containers share. It collects the processes whose parents have ended,
 * and does nothing else. The user it runs as has no rights and is nobody's, and its root is an empty directory: containers see it
 * as process 1.
 */
final class PausePrograms {
    /** What {@code ps} shows before the sandbox' id. */
    static final String NAME = "proa-pause";

    private static final long SIGCHLD = 17;
    private static final long PR_SET_NAME = 15;
    private static final long NOBODY = 65535;
    private static final int REPORT = 9;
    private static final long INERT = Mounts.MS_NOSUID | Mounts.MS_NODEV | Mounts.MS_NOEXEC;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** The process id and, of one that failed, the error. */
    private static final int LONGEST_REPORT = 24;

    private PausePrograms() {}

    /**
     * Starts one in a new namespace.
     *
     * @param proc where {@code /proc} of the namespace is mounted, for the containers; an empty directory
     * @return its process id here
     */
    static long start(String sandboxId, Path proc) throws IOException {
        Descriptors.Pipe report = Descriptors.pipe();
        try {
            SyscallProgram program = program(proc);
            int parent = Processes.spawn(program, NAME, List.of(sandboxId), Map.of(REPORT, report.writing()));
            Descriptors.close(report.writing());
            ByteBuffer answer;
            try {
                byte[] bytes = Descriptors.readAll(report.reading(), LONGEST_REPORT, PATIENCE);
                answer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            } finally {
                Processes.signal(parent, Processes.SIGKILL);
                Processes.reap(parent);
            }
            if (answer.remaining() != 8) {
                throw failure(answer, program);
            }
            return answer.getLong();
        } finally {
            Descriptors.close(report.reading());
        }
    }

    /** A failed process reports as {@link SyscallProgram#ERROR} has it, behind its id if that was told. */
    private static IOException failure(ByteBuffer answer, SyscallProgram program) {
        String what = "the first process of a sandbox";
        if (answer.remaining() < 16) {
            return new ErrnoException(what, Errno.EAGAIN);
        }
        answer.position(answer.limit() - 16);
        SyscallProgram.Step step = program.stepAt(answer.getLong());
        return new ErrnoException(what + ": " + (step == null ? "unknown step" : step.what()), (int) -answer.getLong());
    }

    /** The parent ends at once, so that the namespace's first process belongs to the machine's. */
    private static SyscallProgram program(Path proc) {
        SyscallProgram program = new SyscallProgram();
        Label child = new Label();
        Label failed = new Label();
        program.failure(failed);
        long pid = program.zeroes(8);
        program.step("close descriptors", SystemCall.CLOSE_RANGE, PathSteps.FIRST_DESCRIPTOR, 0xffffffffL, 0);
        program.step("leave the directory", SystemCall.CHDIR, program.text("/"));
        program.step("clone", SystemCall.CLONE, SIGCHLD | Kind.PID.flag())
                .ifZero(child)
                .storing(pid);
        program.step("tell pid", SystemCall.WRITE, REPORT, pid, 8);
        program.step("end", SystemCall.EXIT_GROUP, 0);
        program.at(failed);
        program.step("report", SystemCall.WRITE, REPORT, SyscallProgram.ERROR, 16)
                .ignoringFailure();
        program.step("end", SystemCall.EXIT_GROUP, 1);
        program.at(child);
        program.step("name", SystemCall.PRCTL, PR_SET_NAME, program.text(NAME));
        mount(program, "proc", proc.toString(), "proc", INERT, 0);
        emptyRoot(program, proc);
        // Children whose end is ignored leave nothing behind: SIG_IGN is 1, the other members of the structure are
        // zero.
        program.step("ignore ends", SystemCall.RT_SIGACTION, SIGCHLD, program.words(1, 0, 0, 0), 0, 8);
        program.step("drop groups", SystemCall.SETGROUPS, 0, 0);
        program.step("drop group", SystemCall.SETRESGID, NOBODY, NOBODY, NOBODY);
        program.step("drop user", SystemCall.SETRESUID, NOBODY, NOBODY, NOBODY);
        program.step("close descriptors", SystemCall.CLOSE_RANGE, 0, 0xffffffffL, 0);
        Label sleep = new Label();
        program.at(sleep);
        program.step("sleep", SystemCall.PPOLL, 0, 0, 0, 0).then(sleep).ifFailed(sleep);
        return program;
    }

    private static void emptyRoot(SyscallProgram program, Path directory) {
        program.step("unshare mount namespace", SystemCall.UNSHARE, Kind.MOUNT.flag());
        mount(program, "", "/", "", Mounts.MS_REC | Mounts.MS_PRIVATE, 0);
        long options = program.text("size=4k,nr_inodes=1,mode=555");
        mount(program, "tmpfs", directory.toString(), "tmpfs", INERT | Mounts.MS_RDONLY, options);
        program.step("enter the empty root", SystemCall.CHDIR, program.text(directory.toString()));
        program.step("pivot root", SystemCall.PIVOT_ROOT, program.text("."), program.text("."));
        program.step("unmount the host's root", SystemCall.UMOUNT2, program.text("."), Mounts.MNT_DETACH);
        program.step("enter /", SystemCall.CHDIR, program.text("/"));
    }

    private static void mount(
            SyscallProgram program, String source, String target, String type, long flags, long options) {
        program.step(
                "mount " + type + " on " + target,
                SystemCall.MOUNT,
                program.text(source),
                program.text(target),
                program.text(type),
                flags,
                options);
    }
}
