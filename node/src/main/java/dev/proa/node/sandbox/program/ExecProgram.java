package dev.proa.node.sandbox.program;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Namespaces.Kind;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SyscallProgram.Label;
import dev.proa.node.linux.SyscallProgram.Step;
import dev.proa.node.linux.SystemCall;
import dev.proa.node.sandbox.mount.PathSteps;
import java.nio.file.Path;
import java.util.List;

/**
 * Builds the program of a process that executes a command in a running container and waits for it. Its descriptors:
 *
 * <pre>
 * 3      standard input, 6 standard output, 8 standard error of the command; with a terminal, 3 and 4 are both ends of a pipe
 * [9]    the report: at its end when the command was executed, else see {@link ExecutionFailures}
 * 11     life: the command's process id when it was cloned, its status when it has ended, one word each
 * 12     the container's first process, whose namespaces are entered
 * 13     the terminal
 * </pre>
 */
public final class ExecProgram {
    public static final int STDIN = ContainerProgram.STDIN_READ;
    public static final int STDOUT = ContainerProgram.STDOUT_WRITE;
    public static final int STDERR = ContainerProgram.STDERR_WRITE;
    public static final int LIFE = ContainerProgram.LIFE_WRITE;
    public static final int TARGET = 12;

    private static final int GO_READ = ContainerProgram.STDIN_READ;
    private static final int GO_WRITE = ContainerProgram.STDIN_WRITE;
    private static final int SLAVE = 14;
    private static final int AT_FDCWD = Descriptors.AT_FDCWD;
    private static final long CLONE_VM = 0x100;
    private static final long CLONE_FILES = 0x400;
    private static final long CLONE_VFORK = 0x4000;
    private static final long CLONE_PARENT = 0x8000;
    private static final long SIGCHLD = 17;
    private static final long ALL = 0xffffffffL;
    private static final long PR_SET_NAME = 15;

    private final SyscallProgram program = new SyscallProgram();
    private final ProcessSpec process;
    private final GroupSteps groups;
    private final Label child = new Label();
    private final Label command = new Label();
    private final Label parentFailed = new Label();
    private final Label childFailed = new Label();
    private final long pid = program.zeroes(8);
    private final long status = program.zeroes(8);

    private ExecProgram(ProcessSpec process, List<Path> memberFiles) {
        this.process = process;
        groups = new GroupSteps(program, memberFiles);
    }

    /**
     * A program for one command.
     *
     * @param memberFiles where the process joins the container's cgroup
     * @param userNamespace whether the container has one
     * @param lastCapability the highest the kernel knows
     */
    public static SyscallProgram of(
            ProcessSpec process, List<Path> memberFiles, boolean userNamespace, int lastCapability) {
        ExecProgram it = new ExecProgram(process, memberFiles);
        it.parent();
        it.child(userNamespace, lastCapability);
        return it.program;
    }

    private void parent() {
        program.failure(parentFailed);
        program.step("name", SystemCall.PRCTL, PR_SET_NAME, program.text("proa-exec"));
        program.step("close descriptors", SystemCall.CLOSE_RANGE, PathSteps.FIRST_DESCRIPTOR, ALL, 0);
        long flags = CLONE_VM | CLONE_VFORK | (process.terminal() ? CLONE_FILES : 0);
        Step clone = groups.clone("clone helper", flags).ifZero(child);
        clone.into(program.step("wait for the helper", SystemCall.WAIT4, 0, 0, 0, 0), 0);
        if (process.terminal()) {
            program.step("wait for the terminal", SystemCall.READ, GO_READ, program.zeroes(8), 1);
            program.step("close", SystemCall.CLOSE, SLAVE).ignoringFailure();
        }
        program.step("tell pid", SystemCall.WRITE, LIFE, pid, 8);
        for (int descriptor : new int[] {STDIN, GO_WRITE, STDOUT, STDERR, ContainerProgram.REPORT, TARGET}) {
            program.step("close", SystemCall.CLOSE, descriptor).ignoringFailure();
        }
        program.step("wait", SystemCall.WAIT4, -1, status, 0, 0);
        program.step("tell status", SystemCall.WRITE, LIFE, status, 8);
        if (process.terminal()) {
            // The terminal's remaining output is lost with its last descriptor, so that is held until this process is
            // killed.
            program.step("close", SystemCall.CLOSE, LIFE);
            Label sleep = new Label();
            program.at(sleep);
            program.step("sleep", SystemCall.PPOLL, 0, 0, 0, 0).then(sleep).ifFailed(sleep);
        }
        program.step("end", SystemCall.EXIT_GROUP, 0);
        program.at(parentFailed);
        program.step("report", SystemCall.WRITE, ContainerProgram.REPORT, SyscallProgram.ERROR, 16)
                .ignoringFailure();
        program.step("end", SystemCall.EXIT_GROUP, 1);
    }

    /**
     * The helper, which stays outside the container's PID namespace; its child enters once it has dropped to the
     * container's rights.
     */
    private void child(boolean userNamespace, int lastCapability) {
        program.failure(childFailed);
        program.at(child);
        groups.join();
        program.step(
                "enter namespaces",
                SystemCall.SETNS,
                TARGET,
                (userNamespace ? Kind.USER.flag() : 0)
                        | Kind.MOUNT.flag()
                        | Kind.UTS.flag()
                        | Kind.IPC.flag()
                        | Kind.NETWORK.flag()
                        | Kind.CGROUP.flag()
                        | Kind.PID.flag());
        CredentialSteps rights = new CredentialSteps(program);
        if (userNamespace) {
            rights.becomeRoot();
        }
        program.step("get a keyring", SystemCall.KEYCTL, ContainerProgram.KEYCTL_JOIN_SESSION_KEYRING, 0);
        PathSteps paths = new PathSteps(program);
        paths.openRoot();
        paths.existingDirectory(process.workingDirectory());
        paths.enterFound(process.workingDirectory());
        paths.closeAll();
        if (process.terminal()) {
            openTerminal();
        } else {
            duplicate(STDIN, 0);
            duplicate(STDOUT, 1);
            duplicate(STDERR, 2);
        }
        program.step("close", SystemCall.CLOSE, LIFE);
        program.step("close", SystemCall.CLOSE, TARGET);
        rights.become(process.credentials(), lastCapability);
        program.step("clone", SystemCall.CLONE, SIGCHLD | CLONE_PARENT)
                .ifZero(command)
                .storing(pid);
        program.step("end", SystemCall.EXIT_GROUP, 0);
        command(rights, paths);
    }

    private void command(CredentialSteps rights, PathSteps paths) {
        program.at(command);
        program.step("start a session", SystemCall.SETSID);
        if (process.terminal()) {
            TerminalSteps.take(program);
        }
        paths.closeAllOnExecution();
        long results = rights.execute(process);
        program.at(childFailed);
        if (process.terminal()) {
            program.step("let the parent go on", SystemCall.WRITE, GO_WRITE, program.zeroes(8), 1)
                    .ignoringFailure();
        }
        program.step("report", SystemCall.WRITE, ContainerProgram.REPORT, SyscallProgram.ERROR, 16)
                .ignoringFailure();
        program.step(
                        "report",
                        SystemCall.WRITE,
                        ContainerProgram.REPORT,
                        results,
                        8L * process.candidates().size())
                .ignoringFailure();
        program.step("end", SystemCall.EXIT_GROUP, 127);
    }

    private void openTerminal() {
        TerminalSteps.open(program, process.credentials().user(), SLAVE, GO_WRITE);
    }

    private void duplicate(int from, int to) {
        program.step("use " + from + " as " + to, SystemCall.DUP3, from, to, 0);
    }
}
