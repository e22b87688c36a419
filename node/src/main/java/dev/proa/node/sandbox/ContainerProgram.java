package dev.proa.node.sandbox;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Namespaces.Kind;
import dev.proa.node.linux.Processes;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SyscallProgram.Label;
import dev.proa.node.linux.SyscallProgram.Step;
import dev.proa.node.linux.SystemCall;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The program of a container's shim and, behind its {@code clone}, of what becomes the container's first process.
 *
 * <p>The shim is the parent of that process, so it learns the exit code; it holds the streams, so nothing is lost while nobody
 * reads; and it outlives its end until it is killed, so that what is left in the pipes can still be read. It has these
 * descriptors, of which those in brackets are closed after the clone:
 *
 * <pre>
 * [3] 4  standard input: reading, writing (4 goes to a process of its own that can be killed to end the input)
 * 5 [6]  standard output: reading, writing
 * 7 [8]  standard error: reading, writing
 * [9]    the report: at its end when the command was executed, else see {@link ExecutionFailures}
 * 10 11  life: reading, writing; at its end once the file "exit" is written
 * 13     the terminal instead of 3 to 8; [14] is its other side, [3] and [4] then say when the other side may be closed
 * [64 and up]  mounts from the host, see {@link MountSources}
 * </pre>
 */
final class ContainerProgram {
    static final int STDIN_READ = 3;
    static final int STDIN_WRITE = 4;
    static final int STDOUT_READ = 5;
    static final int STDOUT_WRITE = 6;
    static final int STDERR_READ = 7;
    static final int STDERR_WRITE = 8;
    static final int REPORT = 9;
    static final int LIFE_READ = 10;
    static final int LIFE_WRITE = 11;
    static final int TERMINAL = 13;

    private static final int TERMINAL_SLAVE = 14;
    private static final int AT_FDCWD = Descriptors.AT_FDCWD;
    private static final long SIGCHLD = 17;
    private static final long CLONE_FILES = 0x400;
    private static final long PR_SET_NAME = 15;
    private static final long PR_SET_PDEATHSIG = 1;
    private static final long ALL = 0xffffffffL;

    /**
     * What the program is about.
     *
     * @param directory the container's state directory
     * @param memberFiles where the process joins its cgroup
     * @param namespaces to enter, by files
     * @param pidNamespace to be born in, or null
     * @param newPidNamespace whether to get a process id namespace of its own
     * @param cgroupHierarchies for version 1; empty for version 2
     * @param masked paths to hide
     * @param stdin whether standard input stays open
     * @param lastCapability the highest the kernel knows
     */
    record Plan(
            Path directory,
            List<Path> layers,
            List<Path> memberFiles,
            Map<Kind, Path> namespaces,
            @Nullable Path pidNamespace,
            boolean newPidNamespace,
            List<String> cgroupHierarchies,
            List<MountSources.Source> binds,
            List<MountSteps.Device> devices,
            List<String> masked,
            boolean privileged,
            boolean readOnlyRoot,
            boolean stdin,
            int oomScoreAdjustment,
            int lastCapability,
            ProcessSpec process) {}

    private final SyscallProgram program = new SyscallProgram();
    private final Plan plan;
    private final Label child = new Label();
    private final Label stdinKeeper = new Label();
    private final Label shimFailed = new Label();
    private final Label childFailed = new Label();
    private final long pids = program.zeroes(ShimFiles.PID_BYTES);
    private final long exit = program.zeroes(ShimFiles.EXIT_BYTES);

    private ContainerProgram(Plan plan) {
        this.plan = plan;
    }

    static SyscallProgram of(Plan plan) {
        ContainerProgram it = new ContainerProgram(plan);
        it.shim();
        it.keepStdin();
        it.child();
        return it.program;
    }

    private void shim() {
        program.failure(shimFailed);
        program.step("name", SystemCall.PRCTL, PR_SET_NAME, program.text("proa-shim"));
        program.step(
                "close descriptors",
                SystemCall.CLOSE_RANGE,
                MountSteps.FIRST_DESCRIPTOR,
                MountSources.FIRST_DESCRIPTOR - 1,
                0);
        program.step(
                "close descriptors",
                SystemCall.CLOSE_RANGE,
                MountSources.FIRST_DESCRIPTOR + plan.binds().size(),
                ALL,
                0);
        program.step("leave the directory", SystemCall.CHDIR, program.text("/"));
        program.step("clear file mode mask", SystemCall.UMASK, 0);
        program.step("learn pid", SystemCall.GETPID).storing(pids);
        if (plan.stdin() && !terminal()) {
            // A child without a signal at its end is none that wait4 finds.
            program.step("clone stdin keeper", SystemCall.CLONE, 0)
                    .storing(pids + 32)
                    .ifZero(stdinKeeper);
        }
        Path pidNamespace = plan.pidNamespace();
        if (pidNamespace != null) {
            enter(Kind.PID, pidNamespace);
        }
        program.step("read the clock", SystemCall.CLOCK_GETTIME, 0, pids + 16);
        program.step(
                        "clone",
                        SystemCall.CLONE,
                        SIGCHLD | (plan.newPidNamespace() ? Kind.PID.flag() : 0) | (terminal() ? CLONE_FILES : 0))
                .ifZero(child)
                .storing(pids + 8);
        if (terminal()) {
            // Until then both use one table of descriptors, so nothing must be opened here.
            program.step("wait for the terminal", SystemCall.READ, STDIN_READ, program.zeroes(8), 1);
            close(STDIN_READ, STDIN_WRITE, TERMINAL_SLAVE);
        } else {
            close(STDIN_READ, STDIN_WRITE, STDOUT_WRITE, STDERR_WRITE);
        }
        write(ShimFiles.PID, pids, ShimFiles.PID_BYTES);
        close(REPORT);
        awaitEnd();
        program.at(shimFailed);
        report();
    }

    private void awaitEnd() {
        program.step("wait", SystemCall.WAIT4, -1, exit, 0, 0);
        program.step("read the clock", SystemCall.CLOCK_GETTIME, 0, exit + 8);
        write(ShimFiles.EXIT + ".new", exit, ShimFiles.EXIT_BYTES);
        program.step(
                "name the exit file",
                SystemCall.RENAMEAT2,
                AT_FDCWD,
                file(ShimFiles.EXIT + ".new"),
                AT_FDCWD,
                file(ShimFiles.EXIT),
                0);
        close(LIFE_WRITE);
        sleepForEver();
    }

    /** Holds the writing end of standard input until it is killed, or the shim is. */
    private void keepStdin() {
        program.at(stdinKeeper);
        program.step("name", SystemCall.PRCTL, PR_SET_NAME, program.text("proa-stdin"));
        program.step("die with the shim", SystemCall.PRCTL, PR_SET_PDEATHSIG, Processes.SIGKILL);
        program.step("close descriptors", SystemCall.CLOSE_RANGE, 0, STDIN_WRITE - 1, 0);
        program.step("close descriptors", SystemCall.CLOSE_RANGE, STDIN_WRITE + 1, ALL, 0);
        sleepForEver();
    }

    private void child() {
        program.failure(childFailed);
        program.at(child);
        for (Path file : plan.memberFiles()) {
            writeText(file, "0");
        }
        if (plan.oomScoreAdjustment() != 0) {
            // Lowering it takes a right that Proa may not have; a container that is killed earlier still works.
            oomScore();
        }
        plan.namespaces().forEach(this::enter);
        program.step("unshare cgroup namespace", SystemCall.UNSHARE, Kind.CGROUP.flag());
        files();
        program.step("start a session", SystemCall.SETSID);
        if (terminal()) {
            TerminalSteps.open(program, plan.process().credentials().user(), TERMINAL_SLAVE, STDIN_WRITE);
        } else {
            streams();
        }
        MountSteps mounts = new MountSteps(program);
        mounts.directories(plan.process().workingDirectory());
        if (plan.readOnlyRoot()) {
            mounts.makeRootReadOnly(plan.privileged());
        }
        program.step(
                "enter " + plan.process().workingDirectory(),
                SystemCall.CHDIR,
                program.text(plan.process().workingDirectory()));
        RightSteps rights = new RightSteps(program);
        rights.become(plan.process().credentials(), plan.lastCapability());
        mounts.closeAllOnExecution();
        long results = rights.execute(plan.process());
        program.at(childFailed);
        if (terminal()) {
            program.step("let the shim go on", SystemCall.WRITE, STDIN_WRITE, program.zeroes(8), 1)
                    .ignoringFailure();
        }
        reportWith(results, 8 * plan.process().candidates().size());
    }

    private void files() {
        MountSteps mounts = new MountSteps(program);
        Path rootfs = plan.directory().resolve("rootfs");
        mounts.root(
                plan.layers(),
                plan.directory().resolve("upper"),
                plan.directory().resolve("work"),
                rootfs,
                plan.privileged());
        mounts.pivot(rootfs);
        mounts.kernelFilesystems(plan.privileged());
        if (plan.cgroupHierarchies().isEmpty()) {
            mounts.unifiedCgroup();
        } else {
            mounts.cgroupHierarchies(plan.cgroupHierarchies());
        }
        mounts.devices(plan.devices());
        mounts.attach(plan.binds());
        if (!plan.privileged()) {
            mounts.mask(plan.masked());
            mounts.makeReadOnly(MountSteps.READ_ONLY);
        }
        mounts.closeAll();
    }

    private void streams() {
        if (plan.stdin()) {
            duplicate(STDIN_READ, 0);
        } else {
            Step open = program.step(
                    "open /dev/null", SystemCall.OPENAT, AT_FDCWD, program.text("/dev/null"), Descriptors.O_RDONLY);
            open.into(program.step("use it as standard input", SystemCall.DUP3, 0, 0, 0), 0);
        }
        duplicate(STDOUT_WRITE, 1);
        duplicate(STDERR_WRITE, 2);
    }

    private void oomScore() {
        Label next = new Label();
        Step open = program.step(
                        "open oom score",
                        SystemCall.OPENAT,
                        AT_FDCWD,
                        program.text("/proc/self/oom_score_adj"),
                        Descriptors.O_WRONLY)
                .ifFailed(next);
        String score = Integer.toString(plan.oomScoreAdjustment());
        Step write = program.step("write oom score", SystemCall.WRITE, 0, program.text(score), score.length());
        open.into(write.ignoringFailure(), 0);
        program.at(next);
    }

    private void enter(Kind kind, Path file) {
        Step open = program.step(
                "open " + file, SystemCall.OPENAT, AT_FDCWD, program.text(file.toString()), Descriptors.O_CLOEXEC);
        open.into(program.step("enter " + kind.file() + " namespace", SystemCall.SETNS, 0, kind.flag()), 0);
    }

    private void writeText(Path file, String text) {
        Step open = program.step(
                "open " + file,
                SystemCall.OPENAT,
                AT_FDCWD,
                program.text(file.toString()),
                Descriptors.O_WRONLY | Descriptors.O_CLOEXEC);
        open.into(program.step("write " + file, SystemCall.WRITE, 0, program.text(text), text.length()), 0);
    }

    private void write(String name, long address, int length) {
        Step open = program.step(
                "create " + name,
                SystemCall.OPENAT,
                AT_FDCWD,
                file(name),
                Descriptors.O_WRONLY | Descriptors.O_CREAT | Descriptors.O_TRUNC,
                0600);
        open.into(program.step("number " + name, SystemCall.DUP3, 0, MountSteps.FIRST_DESCRIPTOR, 0), 0);
        program.step("write " + name, SystemCall.WRITE, MountSteps.FIRST_DESCRIPTOR, address, length);
        program.step("close " + name, SystemCall.CLOSE_RANGE, MountSteps.FIRST_DESCRIPTOR, ALL, 0);
    }

    private long file(String name) {
        return program.text(plan.directory().resolve(name).toString());
    }

    private void duplicate(int from, int to) {
        program.step("use " + from + " as " + to, SystemCall.DUP3, from, to, 0);
    }

    private void close(int... descriptors) {
        for (int descriptor : descriptors) {
            program.step("close " + descriptor, SystemCall.CLOSE, descriptor).ignoringFailure();
        }
    }

    private void sleepForEver() {
        Label sleep = new Label();
        program.at(sleep);
        program.step("sleep", SystemCall.PPOLL, 0, 0, 0, 0).then(sleep).ifFailed(sleep);
    }

    private void report() {
        program.step("report", SystemCall.WRITE, REPORT, SyscallProgram.ERROR, 16)
                .ignoringFailure();
        program.step("end", SystemCall.EXIT_GROUP, 1);
    }

    private void reportWith(long results, int length) {
        program.step("report", SystemCall.WRITE, REPORT, SyscallProgram.ERROR, 16)
                .ignoringFailure();
        program.step("report", SystemCall.WRITE, REPORT, results, length).ignoringFailure();
        program.step("end", SystemCall.EXIT_GROUP, 127);
    }

    private boolean terminal() {
        return plan.process().terminal();
    }
}
