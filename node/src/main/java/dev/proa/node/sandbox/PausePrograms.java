package dev.proa.node.sandbox;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.Namespaces.Kind;
import dev.proa.node.linux.Processes;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SyscallProgram.Label;
import dev.proa.node.linux.SystemCall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The first process of a process id namespace that several containers share. It collects the processes whose parents have ended,
 * and does nothing else; the user it runs as has no rights and is nobody's.
 */
final class PausePrograms {
    /** What {@code ps} shows before the sandbox' id. */
    static final String NAME = "proa-pause";

    private static final long SIGCHLD = 17;
    private static final long PR_SET_NAME = 15;
    private static final long NOBODY = 65535;
    private static final int REPORT = 9;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private PausePrograms() {}

    /** Starts one in a new namespace and returns its process id here. */
    static long start(String sandboxId) throws IOException {
        Descriptors.Pipe report = Descriptors.pipe();
        try {
            int parent = Processes.spawn(program(), NAME, List.of(sandboxId), Map.of(REPORT, report.writing()));
            Descriptors.close(report.writing());
            byte[] answer;
            try {
                answer = Descriptors.read(report.reading(), 8, PATIENCE);
            } finally {
                Processes.signal(parent, Processes.SIGKILL);
                Processes.reap(parent);
            }
            if (answer.length < 8) {
                throw new ErrnoException("start the first process of sandbox " + sandboxId, Errno.EAGAIN);
            }
            return ByteBuffer.wrap(answer).order(ByteOrder.LITTLE_ENDIAN).getLong();
        } finally {
            Descriptors.close(report.reading());
        }
    }

    /** The parent ends at once, so that the namespace's first process belongs to the machine's. */
    private static SyscallProgram program() {
        SyscallProgram program = new SyscallProgram();
        Label child = new Label();
        Label failed = new Label();
        program.failure(failed);
        long pid = program.zeroes(8);
        program.step("close descriptors", SystemCall.CLOSE_RANGE, MountSteps.FIRST_DESCRIPTOR, 0xffffffffL, 0);
        program.step("leave the directory", SystemCall.CHDIR, program.text("/"));
        program.step("clone", SystemCall.CLONE, SIGCHLD | Kind.PID.flag())
                .ifZero(child)
                .storing(pid);
        program.step("tell pid", SystemCall.WRITE, REPORT, pid, 8);
        program.at(failed);
        program.step("end", SystemCall.EXIT_GROUP, 0);
        program.at(child);
        program.step("name", SystemCall.PRCTL, PR_SET_NAME, program.text(NAME));
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
}
