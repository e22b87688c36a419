package dev.proa.node.sandbox.program;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.Mounts;
import dev.proa.node.linux.Namespaces.Kind;
import dev.proa.node.linux.Processes;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SyscallProgram.Label;
import dev.proa.node.linux.SystemCall;
import dev.proa.node.sandbox.mount.KernelMountSteps;
import dev.proa.node.sandbox.mount.MountSteps;
import dev.proa.node.sandbox.mount.PathSteps;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The first process (PID 1) of a PID namespace that several containers share. It only reaps orphaned processes. Since
 * containers can see it, it runs as an otherwise unused user without rights, in an empty root directory.
 */
public final class PausePrograms {
    /** What {@code ps} shows before the sandbox' id. */
    public static final String NAME = "proa-pause";

    private static final long SIGCHLD = 17;
    private static final long PR_SET_NAME = 15;
    private static final long NOBODY = 65535;
    private static final int REPORT = 9;
    private static final int GO = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private PausePrograms() {}

    /**
     * Starts one in a new namespace.
     *
     * @param userNamespace file of the user namespace that the new one shall belong to, or null for the host's
     * @param proc where {@code /proc} of the namespace is mounted, for the containers; an empty directory
     * @return its process id here
     */
    public static long start(String sandboxId, @Nullable Path userNamespace, Path proc) throws IOException {
        Descriptors.Pipe report = Descriptors.pipe();
        Descriptors.Pipe go = Descriptors.pipe();
        try {
            SyscallProgram program = program(userNamespace);
            int parent = Processes.spawn(
                    program, NAME, List.of(sandboxId), Map.of(REPORT, report.writing(), GO, go.reading()));
            Descriptors.close(report.writing());
            Descriptors.close(go.reading());
            try {
                long pid = word(report, program);
                Descriptors.setNonBlocking(go.writing());
                Descriptors.write(go.writing(), new byte[1]);
                word(report, program);
                mount(pid, proc);
                Descriptors.close(go.writing());
                go = new Descriptors.Pipe(-1, -1);
                byte[] failure = Descriptors.readAll(report.reading(), 2 * Long.BYTES, PATIENCE);
                if (failure.length > 0) {
                    throw failure(failure, program);
                }
                return pid;
            } finally {
                Processes.signal(parent, Processes.SIGKILL);
                Processes.reap(parent);
            }
        } finally {
            Descriptors.close(report.reading());
            Descriptors.close(go.writing());
        }
    }

    /** Takes {@code /proc} from the process that mounted it, detached. */
    private static void mount(long pid, Path proc) throws IOException {
        int process =
                Processes.open(pid).orElseThrow(() -> new IOException("the first process of a sandbox has ended"));
        try {
            int mount = Processes.take(process, KernelMountSteps.PROC);
            try {
                Mounts.attach(mount, proc);
            } finally {
                Descriptors.close(mount);
            }
        } finally {
            Descriptors.close(process);
        }
    }

    /** The next word of the report; a failure is two, {@link SyscallProgram#ERROR}. */
    private static long word(Descriptors.Pipe report, SyscallProgram program) throws IOException {
        byte[] answer = Descriptors.read(report.reading(), 2 * Long.BYTES, PATIENCE);
        if (answer.length != Long.BYTES) {
            throw failure(answer, program);
        }
        return ByteBuffer.wrap(answer).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private static IOException failure(byte[] answer, SyscallProgram program) {
        String what = "the first process of a sandbox";
        if (answer.length < 2 * Long.BYTES) {
            return new ErrnoException(what, Errno.EAGAIN);
        }
        ByteBuffer error = ByteBuffer.wrap(answer).order(ByteOrder.LITTLE_ENDIAN);
        SyscallProgram.Step step = program.stepAt(error.getLong());
        return new ErrnoException(what + ": " + (step == null ? "unknown step" : step.what()), (int) -error.getLong());
    }

    /** The parent exits at once, so that the machine's init adopts the namespace's first process. */
    private static SyscallProgram program(@Nullable Path userNamespace) {
        SyscallProgram program = new SyscallProgram();
        PathSteps paths = new PathSteps(program);
        Label child = new Label();
        Label failed = new Label();
        program.failure(failed);
        long pid = program.zeroes(8);
        program.step("close descriptors", SystemCall.CLOSE_RANGE, PathSteps.FIRST_DESCRIPTOR, 0xffffffffL, 0);
        program.step("leave the directory", SystemCall.CHDIR, program.text("/"));
        if (userNamespace != null) {
            program.step(
                            "open the user namespace",
                            SystemCall.OPENAT,
                            Descriptors.AT_FDCWD,
                            program.text(userNamespace.toString()),
                            Descriptors.O_CLOEXEC)
                    .into(program.step("enter the user namespace", SystemCall.SETNS, 0, Kind.USER.flag()), 0);
            new CredentialSteps(program).becomeRoot();
        }
        program.step("clone", SystemCall.CLONE, SIGCHLD | Kind.PID.flag())
                .ifZero(child)
                .storing(pid);
        program.step("tell pid", SystemCall.WRITE, REPORT, pid, Long.BYTES);
        program.step("end", SystemCall.EXIT_GROUP, 0);
        program.at(failed);
        program.step("report", SystemCall.WRITE, REPORT, SyscallProgram.ERROR, 2 * Long.BYTES)
                .ignoringFailure();
        program.step("end", SystemCall.EXIT_GROUP, 1);
        program.at(child);
        program.step("name", SystemCall.PRCTL, PR_SET_NAME, program.text(NAME));
        // Waits until the parent has reported the pid of this process.
        program.step("wait for the parent", SystemCall.READ, GO, program.zeroes(8), 1);
        MountSteps mounts = new MountSteps(program, paths);
        KernelMountSteps kernel = new KernelMountSteps(program, paths);
        mounts.unshare();
        kernel.mountProc();
        kernel.mountNothing(PathSteps.ROOT);
        program.step("tell that proc is mounted", SystemCall.WRITE, REPORT, pid, Long.BYTES);
        program.step("wait until it is taken", SystemCall.READ, GO, program.zeroes(8), 1);
        mounts.enterRoot();
        // Ignoring SIGCHLD reaps children automatically: SIG_IGN is 1, the other fields are zero.
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
